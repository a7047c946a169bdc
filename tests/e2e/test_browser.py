"""The page in real Chromium: by keyboard, at phone width, checked by axe (WCAG 2.2)."""

import asyncio
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from adapters.directory import Directory, demo_directory
from adapters.library import Library
from adapters.main import PULLED, build_app
from adapters.settings import Settings
from bot.persistence.opening import open_store
from knowledge import PACKS
from tests.conftest import SMALL
from tests.fakes import noon

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SCHEMES: tuple[Literal["dark"], Literal["light"]] = ("dark", "light")
PICTURES = os.environ.get("HEADNOTE_PICTURES")


@contextmanager
def served(make: Callable[[str], web.Application]) -> Iterator[str]:
    """An application on a free loopback port, served from a thread."""
    bound = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(make(url))
        await runner.setup()
        await web.SockSite(runner, bound).start()
        ready.set()
        return runner

    def work() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(20)
    yield url
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    """The demo of the real schools."""
    directory = demo_directory(PACKS)
    with served(lambda _: demo(library, directory)) as url:
        yield url


@pytest.fixture
def small_address(small_library: Library) -> Iterator[str]:
    """The demo of the small school, with nothing in it."""
    directory = demo_directory(SMALL / "packs")
    with served(lambda _: demo(small_library, directory)) as url:
        yield url


def demo(library: Library, directory: Directory) -> web.Application:
    store = open_store("sqlite://", pulled=PULLED)
    return build_app(library, Settings(), directory, store, noon, demo=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield chromium
        chromium.close()


Opened = Callable[[str], Page]


@pytest.fixture(params=[(1000, 800), (360, 740)], ids=["desk", "phone"])
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Opens a site, each time in a browser of its own; nothing is asked of others."""
    width, height = request.param
    outside: list[str] = []
    contexts: list[BrowserContext] = []

    def open_at(address: str) -> Page:
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height})
        )
        shown = contexts[-1].new_page()
        shown.on(
            "request",
            lambda r: outside.append(r.url) if not r.url.startswith(address) else None,
        )
        shown.goto(address)
        return shown

    yield open_at
    assert not outside, "something was asked of another host"
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened: Opened, address: str) -> Page:
    return opened(address)


def start(page: Page, school: str) -> None:
    page.get_by_label("School").select_option(label=school)
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Your question or answer").wait_for()


def replied(page: Page, before: int) -> None:
    """Wait until there are more replies than before, on a page that is ready."""
    page.wait_for_function(
        "n => document.querySelectorAll('.theirs').length > n", arg=before
    )
    page.wait_for_load_state("load")


def ask(page: Page, text: str) -> None:
    page.wait_for_load_state("load")  # Enter sends only once the script is there
    before = page.locator(".theirs").count()
    page.get_by_label("Your question or answer").fill(text)
    page.keyboard.press("Enter")
    replied(page, before)


def sound(page: Page, name: str) -> None:
    """No WCAG 2.2 AA violation, nothing wider than the screen; a picture if wanted."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=RULES)
        told = [v["id"] for v in found.response["violations"]]
        assert not told, found.generate_report()
    wide = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide
    if PICTURES and page.viewport_size:
        size = page.viewport_size["width"]
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}.png"), full_page=True)


def test_the_first_page_asks_for_the_school(page: Page) -> None:
    sound(page, "start")


def test_an_answer_cites_its_clause_and_takes_the_focus(page: Page) -> None:
    start(page, "PolyMAT (Woolwich Polytechnic schools)")
    ask(page, "can I accept a friend request from a mum in my class?")

    latest = page.locator("#latest")
    assert "Clause 5.3" in latest.inner_text()
    assert page.evaluate("document.activeElement.id") == "latest"
    sound(page, "answer")


def test_a_follow_up_is_answered_by_button_and_by_typing(page: Page) -> None:
    start(page, "Clarendon Cottage Preparatory School")
    ask(page, "can i post this?")
    buttons = page.locator("#latest button")
    assert buttons.count() > 2
    sound(page, "follow-up")

    buttons.first.focus()
    page.keyboard.press("Enter")
    replied(page, 1)
    ask(page, "pupils, on my own facebook")

    assert "use-of-images.3" in page.locator("#latest").inner_text()


def test_the_emergency_reply_stands_out(page: Page) -> None:
    start(page, "Bentilee Nursery School")
    ask(
        page,
        "a dad just messaged, he has got a knife and the kids are with him",
    )

    text = page.locator("#latest").inner_text()
    assert "999" in text
    sound(page, "emergency")


def test_silence_and_other_business_are_said(page: Page) -> None:
    start(page, "St Michael in the Hamlet Primary School")
    ask(page, "am I allowed to use ChatGPT to write my reports?")
    assert "The policy does not say" in page.locator("#latest").inner_text()
    sound(page, "silent")

    ask(page, "the photocopier has run out of toner")
    assert "Not something I can help with" in page.locator("#latest").inner_text()


def test_it_works_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("School").select_option(
        label="Aylesford School and Sixth Form College"
    )
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Your question or answer").fill(
        "can I share my password with a TA"
    )
    page.get_by_role("button", name="Ask").click()

    assert "2.4.1" in page.locator("#latest").inner_text()
    context.close()


def test_why_an_answer_was_given_is_one_click_away(page: Page) -> None:
    start(page, "PolyMAT (Woolwich Polytechnic schools)")
    ask(page, "can I accept a friend request from a parent?")
    why = page.locator("details.why")

    assert not why.get_by_text("Read as:").is_visible()
    why.get_by_text("Why this answer?").click()

    assert why.get_by_text("Read as: Being online friends with a parent.").is_visible()
    assert why.get_by_text("Nearest wordings").is_visible()
    sound(page, "why")


class NoLinks:
    """Sends nothing: nobody may sign in."""

    async def send_link(self, email: str, link: str) -> None:
        raise AssertionError((email, link))


def see_as(page: Page, called: str) -> None:
    page.locator(".demo summary").click()
    page.get_by_role("button", name=called).click()
    page.wait_for_load_state("load")


def press(page: Page, label: str) -> None:
    """Press a button and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).last.click()
    page.wait_for_load_state("load")


def test_a_question_goes_to_the_head_and_its_reply_comes_back(
    opened: Opened, small_address: str
) -> None:
    staff, head = opened(small_address), opened(small_address)
    start(staff, "Oakfield School")
    ask(staff, "can I name my school in my bio")
    sound(staff, "chat")
    press(staff, "Not sure? Ask the headteacher")
    sound(staff, "form")
    question = "May I name the school on my running club's page? Jayden's mum asks."
    staff.get_by_label("What you want to ask").fill(question)
    press(staff, "See what will be sent")
    latest = staff.locator("#latest")
    assert "This is exactly what will be sent" in latest.inner_text()
    assert "It goes to Hana Example (Headteacher)" in latest.inner_text()
    assert "As you typed it: “May I name the school" in latest.inner_text()
    sound(staff, "preview")
    press(staff, "Send it with names masked")
    assert "is on its way to Hana Example (Headteacher)" in latest.inner_text()

    start(head, "Oakfield School")
    see_as(head, "Hana Example (Headteacher)")
    assert head.url.endswith("/inbox")
    assert "running club" in head.locator(".case").last.inner_text()
    assert "Jayden" not in head.locator("main").inner_text()
    sound(head, "inbox")
    press(head, "Acknowledge")
    assert "the asker is told" in head.locator("#notice").inner_text()
    staff.get_by_role("link", name="Look for news").click()
    staff.wait_for_load_state("load")
    assert "has seen" in staff.locator("#latest").inner_text()

    press(head, "Reply")
    sound(head, "inbox-form")
    head.get_by_label("Your words").fill("Not the school, please; the town is fine.")
    press(head, "Send")
    assert "on its way to the asker" in head.locator("#notice").inner_text()
    sound(head, "inbox-replied")

    staff.get_by_role("link", name="Look for news").click()
    staff.wait_for_load_state("load")
    assert "the town is fine" in staff.locator(".theirs").last.inner_text()
    sound(staff, "reply")
    staff.get_by_role("link", name="My questions").click()
    assert "the town is fine" in staff.locator(".case").first.inner_text()
    sound(staff, "asked")
    press(staff, "That settles it")
    assert "Settled" in staff.locator("main").inner_text()
    sound(staff, "asked-settled")


def test_news_is_offered_and_what_was_typed_is_kept(
    opened: Opened, small_address: str
) -> None:
    staff, head = opened(small_address), opened(small_address)
    staff.clock.install()
    start(staff, "Oakfield School")
    ask(staff, "can I name my school in my bio")
    press(staff, "Not sure? Ask the headteacher")
    press(staff, "See what will be sent")
    press(staff, "Send it")
    staff.get_by_label("Your question or answer").fill("half a thou")
    start(head, "Oakfield School")
    see_as(head, "Hana Example (Headteacher)")
    press(head, "Acknowledge")
    with staff.expect_response(re.compile("/news")):
        staff.clock.fast_forward(16_000)
    fresh = staff.get_by_role("link", name="New message: show it")
    fresh.wait_for()
    typed_before = staff.get_by_label("Your question or answer").input_value()
    fresh.click()
    staff.wait_for_load_state("load")

    assert typed_before == "half a thou"
    assert "has seen" in staff.locator("#latest").inner_text()
    typed = staff.get_by_label("Your question or answer").input_value()
    assert typed == "half a thou"


def test_the_pages_of_the_sign_in(opened: Opened, small_library: Library) -> None:
    def make(url: str) -> web.Application:
        return build_app(
            small_library,
            Settings(public_url=url),
            Directory(),
            open_store("sqlite://", pulled=PULLED),
            noon,
            demo=False,
            mailer=NoLinks(),
        )

    with served(make) as url:
        page = opened(url)
        assert page.url.endswith("/sign-in")
        sound(page, "sign-in")
        page.get_by_label("Your school e-mail address").fill("ann@school.example")
        press(page, "Send me a link")
        assert "a link is on its way" in page.get_by_role("status").inner_text()
        sound(page, "sign-in-sent")
        page.goto(f"{url}/sign-in/x")
        sound(page, "link-used")
