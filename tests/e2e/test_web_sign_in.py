"""Signing in over HTTP: by link, once, with nothing told to strangers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from adapters.library import Library
from adapters.main import PULLED, build_app
from adapters.settings import Settings
from adapters.web.guarding import Place
from adapters.web.sessions import new_token
from bot.conversation import Contact
from bot.people import Address, Holder, HolderId, PersonId, Role, Roster, person_at
from bot.persistence.opening import open_store
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.ports import DeliveryError
from knowledge.model import SchoolId
from tests.e2e.surfing import Surfer
from tests.fakes import FakeClock

URL = "https://headnote.school.example"
OAKFIELD = SchoolId("oakfield")
ANN, HANA = "ann@school.example", "hana@school.example"
SAME = "If that address is known, a link is on its way; it works once, for 15 minutes."


def own(email: str) -> Address:
    return Address("web", email.partition("@")[0].encode().hex())


@dataclass
class FakeMembers:
    """Two people of Oakfield: Ann, and Hana who is the head."""

    people: dict[str, str] = field(
        default_factory=lambda: {ANN: "Ann Able", HANA: "Hana Head"}
    )

    def may_sign_in(self, email: str) -> Person | None:
        name = self.people.get(email)
        return Person(person_at(own(email)), OAKFIELD, name) if name else None

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        del school
        return ()

    def roster(self, school: SchoolId) -> Roster | None:
        head = Holder(
            id=HolderId("hana"),
            name="Hana Head",
            post="Headteacher",
            addresses=(own(HANA),),
        )
        return Roster(school=school, holders=(head,), roles=((Role.HEAD, (head.id,)),))


@dataclass
class FakeLinks:
    """Keeps the links that it is to send, or fails."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    tried: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    broken: bool = False

    async def send_link(self, email: str, link: str) -> None:
        self.tried.put_nowait(link)
        if self.broken:
            raise DeliveryError("421", retryable=True)
        self.sent.append((email, link))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def links() -> FakeLinks:
    return FakeLinks()


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://", pulled=PULLED)


@pytest.fixture
async def server(
    small_library: Library, clock: FakeClock, links: FakeLinks, store: Store
) -> AsyncIterator[TestServer]:
    app = build_app(
        small_library,
        Settings(public_url=URL),
        FakeMembers(),
        store,
        clock,
        demo=False,
        mailer=links,
    )
    made = TestServer(app)
    await made.start_server()
    yield made
    await made.close()


@pytest.fixture
async def browser(server: TestServer) -> AsyncIterator[Callable[[], Surfer]]:
    opened: list[Surfer] = []

    def one() -> Surfer:
        opened.append(Surfer(server, URL))
        return opened[-1]

    yield one
    for each in opened:
        await each.close()


Open = Callable[[], Surfer]


async def asked(who: Surfer, links: FakeLinks, email: str = ANN) -> str:
    """Ask for a link; returns its path once it was sent."""
    await who.get("/sign-in")
    await who.press("Send me a link", email=email)
    link = await links.tried.get()
    return link.removeprefix(URL)


async def signed_in(who: Surfer, links: FakeLinks, email: str = ANN) -> None:
    await who.get(await asked(who, links, email))
    await who.press("Sign in")


def kept_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.parametrize("path", ["/", "/asked", "/inbox", "/inbox?on=x"])
async def test_every_page_leads_to_the_sign_in(browser: Open, path: str) -> None:
    who = browser()
    await who.get(path)

    assert who.path == "/sign-in"
    assert "Demo" not in who.text


async def test_a_link_signs_in(browser: Open, links: FakeLinks) -> None:
    who = browser()
    await signed_in(who, links)

    assert who.path == "/"
    assert "Ann Able" in who.text
    assert "Your question or answer" in who.text


async def test_a_head_is_led_to_the_inbox(browser: Open, links: FakeLinks) -> None:
    who = browser()
    await signed_in(who, links, HANA)

    assert who.path == "/inbox"


async def test_the_same_is_said_whoever_it_is(browser: Open) -> None:
    texts: list[tuple[int, str]] = []
    for email in (ANN, "nobody@elsewhere.example", "not an address", "", "<b>x</b>"):
        who = browser()
        await who.get("/sign-in")
        await who.press("Send me a link", email=email)
        texts.append((who.status, who.text))

    assert len(set(texts)) == 1
    assert SAME in texts[0][1]


async def test_nobody_waits_for_the_mail(browser: Open, links: FakeLinks) -> None:
    links.broken = True
    who = browser()
    await who.get("/sign-in")
    await who.press("Send me a link", email=ANN)

    assert who.status == 200
    assert SAME in who.text


async def test_looking_at_a_link_does_not_use_it_up(
    browser: Open, links: FakeLinks
) -> None:
    who, scanner = browser(), browser()
    path = await asked(who, links)
    for _ in range(3):
        await scanner.get(path)
    await who.get(path)
    await who.press("Sign in")

    assert "Ann Able" not in scanner.text
    assert "Ann Able" in who.text


async def test_a_link_works_once(browser: Open, links: FakeLinks) -> None:
    who, thief = browser(), browser()
    path = await asked(who, links)
    await thief.get(path)
    await who.get(path)
    await who.press("Sign in")
    await thief.press("Sign in")
    status, text = thief.status, thief.text
    await thief.get("/")

    assert status == 410
    assert "The link no longer works" in text
    assert thief.path == "/sign-in"


async def test_a_link_expires(
    browser: Open, links: FakeLinks, clock: FakeClock
) -> None:
    who = browser()
    path = await asked(who, links)
    await who.get(path)
    clock.on(minutes=15)
    await who.press("Sign in")
    pressed = who.status
    await who.get(path)

    assert (pressed, who.status) == (410, 410)


async def test_a_link_that_never_was_is_told_alike(browser: Open) -> None:
    who = browser()
    for path in (f"/sign-in/{new_token()}", "/sign-in/x", "/sign-in/%00%3Cb%3E"):
        await who.get(path)

        assert who.status == 410
        assert "The link no longer works" in who.text


async def test_a_cookie_that_was_planted_is_not_signed_in(
    browser: Open, links: FakeLinks
) -> None:
    who, other = browser(), browser()
    planted = new_token()
    who.cookies["__Host-headnote"] = planted
    other.cookies["__Host-headnote"] = planted
    await signed_in(who, links)
    await other.get("/")

    assert who.cookies["__Host-headnote"] != planted
    assert other.path == "/sign-in"


async def test_the_cookie_is_for_this_host_by_tls_alone(
    browser: Open, links: FakeLinks
) -> None:
    who = browser()
    await who.get(await asked(who, links))
    form, _ = who.form("Sign in")
    response = await who.once(form.action, form.fields)

    for part in ("__Host-headnote=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in response
    assert "Domain" not in response
    assert "Max-Age=43200" in response


async def test_a_session_lasts_twelve_hours(
    browser: Open, links: FakeLinks, clock: FakeClock
) -> None:
    who = browser()
    await signed_in(who, links)
    clock.on(hours=11, minutes=59)
    await who.get("/")
    before = who.path
    clock.on(minutes=1)
    await who.get("/")

    assert before == "/"
    assert who.path == "/sign-in"


async def test_signing_out_ends_the_session_on_the_server_too(
    browser: Open, links: FakeLinks
) -> None:
    who = browser()
    await signed_in(who, links)
    kept = dict(who.cookies)
    await who.press("Sign out")
    out = who.path
    who.cookies = kept
    await who.get("/")

    assert out == "/sign-in"
    assert who.path == "/sign-in"


async def test_two_browsers_of_one_person_share_the_thread_not_the_session(
    browser: Open, links: FakeLinks
) -> None:
    desk, phone = browser(), browser()
    await signed_in(desk, links)
    await signed_in(phone, links)
    await desk.press("Ask", question="can I name my school in my bio")
    await phone.get("/")
    seen = phone.text
    await desk.press("Sign out")
    await phone.get("/")

    assert "can I name my school in my bio" in seen
    assert phone.path == "/"


async def test_signing_in_and_out_is_in_the_audit_by_ids_alone(
    browser: Open, links: FakeLinks, store: Store
) -> None:
    who = browser()
    await signed_in(who, links)
    await who.press("Sign out")

    assert await store.tx(lambda desk: desk.ledger.entries()) == 2
    assert await store.tx(lambda desk: desk.ledger.broken()) is None


async def test_links_are_limited_for_one_address(
    browser: Open, clock: FakeClock
) -> None:
    who = browser()
    for address in (ANN, "nobody@elsewhere.example"):
        for _ in range(5):
            await who.get("/sign-in")
            await who.press("Send me a link", email=address)

            assert who.status == 200
        await who.get("/sign-in")
        await who.press("Send me a link", email=address.upper())

        assert who.status == 429
        assert who.headers["Retry-After"] == "180"
    clock.on(minutes=3)
    await who.get("/sign-in")
    await who.press("Send me a link", email=ANN)

    assert who.status == 200


async def test_links_are_limited_for_one_client_as_its_proxy_says(
    browser: Open,
) -> None:
    who = browser()
    await who.get("/sign-in")
    form, _ = who.form("Send me a link")
    for number in range(61):
        data = form.fields | {"email": f"{number}@elsewhere.example"}
        spoofed = f"198.51.100.{number}, 203.0.113.7"
        await who.post("/sign-in", data, X_Forwarded_For=spoofed)
    refused = who.status
    await who.post("/sign-in", form.fields, X_Forwarded_For="203.0.113.8")

    assert (refused, who.status) == (429, 200)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "evil.example"),
        ("Host", "127.0.0.1"),
        ("Host", "headnote.school.example:8080"),
        ("Host", "headnote.school.example.evil.example"),
    ],
)
async def test_another_host_is_refused(browser: Open, header: str, value: str) -> None:
    who = browser()
    await who.get("/sign-in", **{header: value})

    assert who.status == 400


def test_a_default_port_may_be_written_and_is_not_sent() -> None:
    place = Place("https://headnote.school.example:443")

    assert place.serves("headnote.school.example")
    assert place.serves("HEADNOTE.school.example:443")
    assert not place.serves("headnote.school.example:80")
    assert place.ours("https://headnote.school.example", "")
    assert not place.ours("https://headnote.school.example.evil.example", "")


async def test_somebody_of_a_school_without_a_pack_is_told(
    browser: Open, links: FakeLinks, store: Store, clock: FakeClock
) -> None:
    who = browser()
    await signed_in(who, links)
    ann = person_at(own(ANN))
    moved = Person(ann, SchoolId("elsewhere"), "Ann Able")
    await store.tx(lambda desk: desk.register.admit(moved, clock()))
    await who.get("/")

    assert who.status == 503
    assert "policy is not here yet" in who.text


async def test_a_conversation_that_was_forgotten_begins_again(
    browser: Open, links: FakeLinks, store: Store, clock: FakeClock
) -> None:
    who = browser()
    await signed_in(who, links)
    later = clock().replace(year=2030)
    await store.tx(lambda desk: desk.talks.forget(words=later, turns=later))
    await who.press("Ask", question="can I name my school in my bio")

    assert "You are advised not to name the school" in who.text


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://headnote.school.example"]
)
async def test_another_origin_is_refused(browser: Open, origin: str) -> None:
    who = browser()
    await who.get("/sign-in")
    form, _ = who.form("Send me a link")
    await who.post("/sign-in", form.fields, Origin=origin)

    assert who.status == 400


async def test_a_form_of_before_the_sign_in_is_refused_after_it(
    browser: Open, links: FakeLinks
) -> None:
    who = browser()
    await who.get("/sign-in")
    old, _ = who.form("Send me a link")
    await signed_in(who, links)
    await who.post("/ask", old.fields | {"question": "x", "turn": "t" * 20})

    assert who.status == 400


async def test_a_form_without_a_session_leads_to_the_sign_in(
    browser: Open, links: FakeLinks, clock: FakeClock
) -> None:
    who = browser()
    await signed_in(who, links)
    clock.on(hours=13)
    await who.press("Ask", question="can I name my school in my bio")

    assert who.path == "/sign-in"


async def test_the_demo_s_doors_are_shut(browser: Open, links: FakeLinks) -> None:
    who = browser()
    await signed_in(who, links)
    form, _ = who.form("Ask")
    for path, more in (("/as", {"as": "hana"}), ("/school", {"school": "oakfield"})):
        await who.post(path, form.fields | more)

        assert who.status == 404


async def test_a_session_of_the_demo_is_none_elsewhere(
    browser: Open, store: Store, clock: FakeClock
) -> None:
    token = new_token()
    demo = Person(PersonId("web:demo-oakfield-head"), OAKFIELD, "Hana Example")
    until = clock().replace(year=2030)
    await store.tx(lambda desk: desk.register.admit(demo, clock()))
    await store.tx(lambda desk: desk.register.open_session(token, demo.id, until))
    who = browser()
    who.cookies["__Host-headnote"] = token
    await who.get("/")

    assert who.path == "/sign-in"


async def test_tokens_are_kept_as_hashes_only(
    small_library: Library, links: FakeLinks, clock: FakeClock, tmp_path: Path
) -> None:
    app = build_app(
        small_library,
        Settings(public_url=URL),
        FakeMembers(),
        open_store(f"sqlite:///{tmp_path}/kept.db", pulled=PULLED),
        clock,
        demo=False,
        mailer=links,
    )
    async with TestServer(app) as server:
        who = Surfer(server, URL)
        await signed_in(who, links)
        await who.close()
    kept = kept_in(tmp_path)

    assert b"Ann Able" in kept
    assert who.cookies["__Host-headnote"].encode() not in kept
    assert links.sent[0][1].rpartition("/")[2].encode() not in kept


async def test_without_mail_the_page_says_whom_to_ask(
    small_library: Library, clock: FakeClock, store: Store
) -> None:
    app = build_app(
        small_library,
        Settings(public_url=URL),
        FakeMembers(),
        store,
        clock,
        demo=False,
    )
    async with TestServer(app) as server:
        who = Surfer(server, URL)
        await who.get("/sign-in")
        await who.close()

    assert "No e-mail is set up here" in who.text
    assert "Send me a link" not in who.labels


async def test_logs_of_a_sign_in_hold_no_address_name_or_token(
    browser: Open, links: FakeLinks
) -> None:
    with capture_logs() as logged:
        who = browser()
        await signed_in(who, links)
        links.broken = True
        await who.press("Sign out")
        await who.press("Send me a link", email=ANN)
        await links.tried.get()
    lines = str(logged)

    assert "sign_in.link_sent" in lines
    assert "sign_in.link_not_sent" in lines
    for secret in (ANN, "Ann Able", links.sent[0][1].rpartition("/")[2]):
        assert secret not in lines
    assert not any(value in lines for value in who.cookies.values())
