"""The page in real Chromium: by keyboard, at phone width, checked by axe (WCAG 2.2)."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from adapters.library import Library
from adapters.main import build_app
from adapters.settings import Settings
from tests.fakes import noon

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PICTURES = os.environ.get("HEADNOTE_PICTURES")


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    """The real schools, served on a free loopback port from a thread."""
    started: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(build_app(library, Settings(), noon))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        started.append(f"http://{host}:{port}")
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
    yield started[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)


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


@pytest.fixture(params=[(1000, 800), (360, 740)], ids=["desk", "phone"])
def page(
    browser: Browser, address: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    shown = context.new_page()
    outside: list[str] = []
    shown.on(
        "request",
        lambda r: outside.append(r.url) if not r.url.startswith(address) else None,
    )
    shown.goto(address)
    yield shown
    assert not outside, "something was asked of another host"
    context.close()


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
