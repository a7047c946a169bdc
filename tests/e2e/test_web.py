"""The demo over HTTP, as a browser without scripts and as a stranger would use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from adapters.directory import demo_directory
from adapters.library import Library
from adapters.main import PULLED, build_app
from adapters.settings import Settings
from bot.persistence.opening import open_store
from tests.conftest import SMALL
from tests.e2e.surfing import Surfer
from tests.fakes import FakeClock

Open = Callable[[], Surfer]
Staff = Callable[[], Awaitable[Surfer]]
HEAD, DEPUTY = "Hana Example (Headteacher)", "Dev Example (Deputy headteacher)"
LEAD = "Lena Example (Designated safeguarding lead)"
NASTY = "<img src=x onerror=alert(1)> & </textarea><script>\"'"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(small_library: Library, clock: FakeClock) -> AsyncIterator[TestServer]:
    app = build_app(
        small_library,
        Settings(),
        demo_directory(SMALL / "packs"),
        open_store("sqlite://", pulled=PULLED),
        clock,
        demo=True,
    )
    made = TestServer(app)
    await made.start_server()
    yield made
    await made.close()


@pytest.fixture
async def browser(server: TestServer) -> AsyncIterator[Open]:
    """Opens browsers, each with cookies of its own."""
    opened: list[Surfer] = []

    def one() -> Surfer:
        opened.append(Surfer(server))
        return opened[-1]

    yield one
    for each in opened:
        await each.close()


@pytest.fixture
async def staff(browser: Open) -> Staff:
    """Opens browsers of staff at Oakfield."""

    async def one() -> Surfer:
        made = browser()
        await made.get("/")
        await made.press("Start", school="oakfield")
        return made

    return one


async def ask(who: Surfer, text: str) -> None:
    await who.get("/")
    await who.press("Ask", question=text)


async def drafted(
    who: Surfer, text: str = "may I name the school", **more: str
) -> None:
    await ask(who, "can I name my school in my bio")
    await who.press("Not sure? Ask the headteacher")
    await who.press("See what will be sent", question=text, **more)


async def sent(who: Surfer, text: str = "may I name the school", **more: str) -> None:
    await drafted(who, text, **more)
    await who.press("Send it")


async def see_as(who: Surfer, called: str) -> None:
    await who.press(called)


async def head(staff: Staff, called: str = HEAD) -> Surfer:
    made = await staff()
    await see_as(made, called)
    return made


async def test_a_newcomer_is_asked_for_their_school(browser: Open) -> None:
    page = await browser().get("/")

    assert "Choose your school" in page
    assert "Oakfield School" in page
    assert 'name="question"' not in page


async def test_every_page_says_that_it_is_a_demo(staff: Staff) -> None:
    who = await staff()
    for path in ("/", "/asked", "/inbox", "/nowhere", "/sign-in"):
        await who.get(path)

        assert 'role="note"' in who.page
        assert "Demo: no sign-in, nothing here is sent to anybody." in who.text


async def test_a_question_gets_its_answer_clause_and_footer(staff: Staff) -> None:
    who = await staff()
    await ask(who, "can I name my school in my bio")

    assert "You are advised not to name the school" in who.text
    assert "Clause 2.10," in who.text
    assert "our summary" in who.text
    assert "due for review by May 2025" in who.text
    assert 'id="latest"' in who.page


async def test_a_button_of_the_latest_reply_answers_its_question(staff: Staff) -> None:
    who = await staff()
    await ask(who, "a mum added me on facebook")
    await who.press("No")

    assert "unless the head agrees in writing" in who.text
    assert "<p>No</p>" in who.page


async def test_buttons_of_earlier_replies_are_words(staff: Staff) -> None:
    who = await staff()
    await ask(who, "a mum added me on facebook")
    before = who.labels
    await ask(who, "can I name my school in my bio")

    assert "No" in before
    assert "No" not in who.labels


async def test_words_are_never_markup(staff: Staff) -> None:
    who = await staff()
    await ask(who, NASTY)

    assert "<img" not in who.page
    assert "&lt;img src=x" in who.page


async def test_markup_in_any_field_stays_text_on_every_page(staff: Staff) -> None:
    who = await staff()
    await drafted(who, NASTY)
    pages = [who.page]
    await who.press("Change it")
    pages.append(who.page)
    await who.press("See what will be sent", question=NASTY)
    await who.press("Send it")
    boss = await head(staff)
    pages.append(boss.page)
    await boss.press("Reply")
    await boss.press("Send", words=NASTY)
    pages += [boss.page, await boss.get("/")]
    pages += [await who.get("/asked"), await who.get("/")]
    await who.press("Ask further")
    await who.press("Send", words=NASTY)
    pages += [who.page, await who.get("/asked"), await boss.get("/inbox")]

    assert not [page for page in pages if "<img" in page or "alert(1)>" in page]
    assert all("&lt;img src=x" in page for page in pages)
    assert all("</textarea><script>" not in page for page in pages)


async def test_a_field_keeps_what_was_typed_line_by_line(staff: Staff) -> None:
    who = await staff()
    await drafted(who, "\nfirst & second\r\nthird")
    await who.press("Change it")
    form, _ = who.form("See what will be sent")

    assert form.fields["f.question"] == "first & second\nthird"


async def test_a_double_click_is_one_question(staff: Staff) -> None:
    who = await staff()
    await who.get("/")
    form, _ = who.form("Ask")
    data = form.fields | {"question": "phone in class"}
    await who.post("/ask", data)
    await who.post("/ask", data)

    assert who.page.count('class="mine"') == 1
    assert who.page.count('class="theirs"') == 1


async def test_a_double_click_sends_one_escalation(staff: Staff) -> None:
    who = await staff()
    await drafted(who)
    form, button = who.form("Send it")
    data = form.fields | {button.name: button.value}
    await who.post("/ask", data)
    await who.post("/ask", data)
    await who.get("/asked")

    assert who.page.count('id="case-') == 1
    assert "Delivered to Hana Example" in who.text


async def test_another_button_of_the_same_page_is_not_a_repeat(staff: Staff) -> None:
    who = await staff()
    await drafted(who)
    form, change = who.form("Change it")
    _, send = who.form("Send it")
    await who.post("/ask", form.fields | {"action": change.value})
    await who.post("/ask", form.fields | {"action": send.value})

    assert "is on its way to Hana Example" in who.text


async def test_a_question_from_another_site_is_refused(staff: Staff) -> None:
    who = await staff()
    form, _ = who.form("Ask")
    data = form.fields | {"question": "x"}
    for origin in ("https://elsewhere.example", "null", "http://127.0.0.1:1"):
        await who.post("/ask", data, Origin=origin)

        assert who.status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"csrf": "0" * 64},
        {"csrf": ""},
        {"csrf": "é"},
        {"turn": "x"},
        {"turn": "x" * 65},
        {"action": "1:drop:tables"},
        {"action": "9:none"},
        {"action": "1:handle:abc:1:hand-on"},
        {"action": "1:" + "a" * 300},
        {"action": "1:draft:preview", "f.BIG": "x"},
        {"action": "1:draft:preview", "f.": "x"},
        {"action": "1:draft:preview", "f." + "a" * 40: "x"},
        {f"f.a{number}": "x" for number in range(30)},
    ],
)
async def test_a_tampered_form_is_refused_civilly(
    staff: Staff, change: dict[str, str]
) -> None:
    who = await staff()
    form, _ = who.form("Ask")
    await who.post("/ask", form.fields | {"question": "x"} | change)

    assert who.status == 400
    assert "call 999" in who.text


async def test_bodies_that_no_browser_sends_are_refused(staff: Staff) -> None:
    who = await staff()
    form, _ = who.form("Ask")
    known = "&".join(f"{n}={v}" for n, v in form.fields.items()).encode()
    for body, kind in (
        (b"{}", "application/json"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (known + b"question=%ff%fe", "application/x-www-form-urlencoded"),
        (known + b"&csrf=again", "application/x-www-form-urlencoded"),
        ("question=é".encode("utf-16"), "application/x-www-form-urlencoded"),
    ):
        assert await who.raw("/ask", body, kind) == 400


async def test_characters_that_no_keyboard_writes_are_dropped(staff: Staff) -> None:
    who = await staff()
    await drafted(who, "may\x00 I \x1b[2Jname it")

    assert "Question: “may I [2Jname it”" in who.text


async def test_a_form_without_a_cookie_is_refused(browser: Open) -> None:
    who = browser()
    await who.get("/")
    form, _ = who.form("Start")
    who.cookies.clear()
    await who.post("/school", form.fields | {"school": "oakfield"})

    assert who.status == 400


async def test_a_form_of_another_browser_is_refused(staff: Staff) -> None:
    one, other = await staff(), await staff()
    form, _ = one.form("Ask")
    await other.post("/ask", form.fields | {"question": "x"})

    assert other.status == 400


async def test_an_unknown_school_is_refused(browser: Open) -> None:
    who = browser()
    await who.get("/")
    await who.press("Start", school="../../etc")

    assert who.status == 400


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[::1", "localhost@evil"]
)
async def test_another_host_name_is_refused(browser: Open, host: str) -> None:
    who = browser()
    await who.get("/", Host=host)

    assert who.status == 400
    assert "Choose your school" not in who.page


async def test_too_large_a_form_is_refused_civilly(staff: Staff) -> None:
    who = await staff()
    await who.press("Ask", question="x" * 700_000)

    assert who.status == 413
    assert "too long" in who.text


async def test_too_long_a_field_is_refused_civilly(staff: Staff) -> None:
    who = await staff()
    await ask(who, "can I name my school in my bio")
    await who.press("Not sure? Ask the headteacher")
    await who.press("See what will be sent", question="x" * 20_001)

    assert who.status == 413


async def test_twenty_thousand_characters_get_a_reply(staff: Staff) -> None:
    who = await staff()
    await ask(who, "phone in class " * 1333)

    assert "only its first 2,000 characters" in who.text


async def test_a_page_that_is_not_there_says_so(browser: Open) -> None:
    who = browser()
    await who.get("/nothing")

    assert who.status == 404
    assert "Headnote" in who.text


async def test_nothing_comes_from_another_host_and_the_headers_forbid_it(
    staff: Staff,
) -> None:
    who = await staff()
    await who.get("/")

    assert "http://" not in who.page
    assert "https://" not in who.page
    assert "default-src 'none'" in who.headers["Content-Security-Policy"]
    assert "connect-src 'self'" in who.headers["Content-Security-Policy"]
    assert who.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_cookie_is_out_of_reach_of_scripts_and_sites(browser: Open) -> None:
    who = browser()
    await who.get("/")

    assert "HttpOnly" in who.set_cookies[0]
    assert "SameSite=Lax" in who.set_cookies[0]


async def test_two_people_do_not_see_each_other(staff: Staff) -> None:
    one, other = await staff(), await staff()
    await ask(one, "a secret about zanzibar")
    await sent(one, "another about timbuktu")
    for path in ("/", "/asked", "/inbox"):
        await other.get(path)

        assert "zanzibar" not in other.page
        assert "timbuktu" not in other.page


async def test_starting_anew_empties_the_thread_and_keeps_what_was_sent(
    staff: Staff,
) -> None:
    who = await staff()
    await sent(who)
    await who.press("Start anew")
    thread = who.page
    await who.get("/asked")

    assert 'class="mine"' not in thread
    assert 'class="theirs"' not in thread
    assert "may I name the school" in who.text


async def test_thirty_turns_a_minute_are_enough(staff: Staff, clock: FakeClock) -> None:
    who = await staff()
    form, _ = who.form("Ask")
    for number in range(31):
        data = form.fields | {"question": "phone", "turn": f"turn-{number:020}"}
        await who.post("/ask", data)
    refused, headers = who.status, who.headers
    clock.on(seconds=2)
    await ask(who, "phone in class")

    assert refused == 429
    assert headers["Retry-After"] == "2"
    assert who.status == 200


async def test_what_is_sent_is_shown_first_and_reaches_the_head(staff: Staff) -> None:
    who = await staff()
    await drafted(who)
    preview = who.text
    await who.press("Send it")
    boss = await head(staff)

    assert "This is exactly what will be sent" in preview
    assert "It goes to Hana Example (Headteacher)" in preview
    assert "From: Demo colleague" in preview
    assert boss.path == "/inbox"
    assert "Question: “may I name the school" in boss.text
    assert "Headnote had answered: No." in boss.text


async def test_an_escalation_goes_from_button_to_reply_and_is_settled(
    staff: Staff,
) -> None:
    who = await staff()
    await sent(who)
    boss = await head(staff)
    await boss.press("Acknowledge")
    acknowledged = boss.text
    await boss.press("Reply")
    await boss.press("Send", words="Not this year, sorry.")
    replied = boss.text
    await who.get("/")
    thread = who.text
    await who.get("/asked")
    listed = who.text
    await who.press("That settles it")

    assert "Acknowledged, and the asker is told" in acknowledged
    assert "Your reply is on its way to the asker" in replied
    assert "has seen" in thread
    assert "Not this year, sorry." in thread
    assert "Answered by Hana Example (Headteacher)" in listed
    assert "Hana Example (Headteacher) replied: Not this year, sorry." in listed
    assert who.path.startswith("/asked?on=")
    assert "Settled" in who.text
    assert "Open it again" in who.labels


async def test_the_form_opens_in_the_case_that_it_is_for(staff: Staff) -> None:
    who = await staff()
    await sent(who, "the first one")
    await sent(who, "the second one")
    boss = await head(staff)
    form, button = boss.form("Reply")
    await boss.post("/ask", form.fields | {"action": button.value})
    case = button.value.split(":")[2]
    own = boss.page.split(f'id="case-{case}"')[1].split('class="case')[0]

    assert 'id="notice"' in own
    assert "<textarea" in own
    assert boss.page.count("<textarea") == 1


async def test_urgent_ones_are_on_top_and_say_whom_to_go_to(staff: Staff) -> None:
    who = await staff()
    await sent(who)
    await ask(who, "my pupil says he took an overdose")
    await who.press("Ping them now")
    boss = await head(staff)
    lead = await head(staff, LEAD)

    assert boss.page.index("needs the safeguarding team now") < boss.page.index(
        "may I name the school"
    )
    assert "Demo colleague needs the safeguarding team now" in lead.text
    assert "overdose" not in lead.page


async def test_nobody_sees_what_they_were_not_sent(staff: Staff) -> None:
    who = await staff()
    await sent(who, "about timbuktu")
    await who.get("/asked")
    case = who.form("Withdraw it")[1].value.split(":")[2]
    for other in (await staff(), await head(staff, DEPUTY), await head(staff, LEAD)):
        await other.get("/")
        form, _ = other.form("Ask")
        for step in ("ack", "look", "write", "answer", "resolve", "withdraw", "add"):
            for page in ("/", "/inbox", "/asked"):
                data = form.fields | {
                    "action": f"1:handle:{case}:1:{step}",
                    "turn": f"turn-{step}-{len(page):020}",
                    "back": page,
                }
                data["f.words"] = "gotcha"
                await other.post("/ask", data)

                assert "timbuktu" not in other.page
                assert "Delivered to Hana" not in other.page
        for path in ("/", "/asked", "/inbox", f"/inbox?on={case}"):
            assert "timbuktu" not in await other.get(path)
    await who.get("/asked")

    assert "Delivered to Hana Example (Headteacher), not acknowledged" in who.text


async def test_whom_it_is_about_never_sees_it(staff: Staff) -> None:
    who = await staff()
    await sent(who, "about timbuktu", about="head", concern="staff")
    boss, chair = (
        await head(staff),
        await head(staff, "Cleo Example (Chair of governors)"),
    )

    assert "timbuktu" not in boss.page
    assert "timbuktu" in chair.page


async def test_an_inbox_is_for_holders_of_a_role(staff: Staff) -> None:
    who = await staff()
    await who.get("/inbox")

    assert who.status == 404
    assert "Inbox" not in who.text


async def test_a_head_who_is_away_says_so_and_is_back(staff: Staff) -> None:
    boss = await head(staff)
    await boss.press("I will be away")
    form_shown = boss.text
    await boss.press("Save", until="2026-03-06")
    saved = boss.text
    who = await staff()
    await drafted(who)
    audience = who.text
    await boss.get("/inbox")
    await boss.press("I am back")

    assert "When are you away until?" in form_shown
    assert "You are marked as away up to and including Friday 6 March" in saved
    assert f"It goes to {DEPUTY}" in audience
    assert "Welcome back" in boss.text
    assert "I will be away" in boss.labels


async def test_a_late_press_is_told_what_happened(staff: Staff) -> None:
    who = await staff()
    await sent(who)
    boss = await head(staff)
    late = boss.page
    await who.get("/asked")
    await who.press("Withdraw it")
    boss.page = late
    await boss.press("Acknowledge")

    assert "Nothing was changed" in boss.text
    assert "Withdrawn" in boss.text


async def test_a_press_leads_back_to_known_pages_only(staff: Staff) -> None:
    who = await staff()
    await sent(who)
    form, button = who.form("Add something")
    data = form.fields | {"action": button.value}
    for back in ("https://evil.example/", "//evil.example", "/as", "/inbox/../x"):
        await who.post("/ask", data | {"back": back})

        assert who.path == "/"


async def test_news_is_counted_from_where_the_page_was(staff: Staff) -> None:
    who = await staff()
    await sent(who)
    after = who.page.split('data-after="')[1].split('"')[0]
    quiet = await who.get(f"/news?after={after}")
    boss = await head(staff)
    await boss.press("Acknowledge")
    news = await who.get(f"/news?after={after}")
    for odd in ("x", "-1", "9" * 30, "²", ""):
        await who.get(f"/news?after={odd}")

        assert who.status == 200
    await who.get(f"/?after={after}")

    assert quiet == '{"count": 0}'
    assert news == '{"count": 1}'
    assert "has seen" in who.page.split('id="latest"')[1]


async def test_the_inbox_knows_of_news_whatever_channel_pings_it(staff: Staff) -> None:
    boss = await head(staff)
    seen = boss.page.split('data-seen="')[1].split('"')[0]
    quiet = await boss.get(f"/news?after=999999&seen={seen}")
    who = await staff()
    await sent(who)
    news = await boss.get(f"/news?after=999999&seen={seen}")

    assert quiet == '{"count": 0}'
    assert news == '{"count": 1}'


async def test_news_is_for_those_who_are_in(browser: Open) -> None:
    who = browser()
    await who.get("/news?after=0")

    assert who.status == 401


async def test_staff_are_the_same_after_seeing_it_as_the_head(staff: Staff) -> None:
    who = await staff()
    await sent(who, "about timbuktu")
    await see_as(who, HEAD)
    as_head = who.text
    await who.press("A member of staff")
    await who.get("/asked")

    assert "You are: Hana Example (Headteacher)" in as_head
    assert "Nothing waits" not in as_head
    assert "about timbuktu" in who.text


async def test_one_cannot_become_somebody_who_is_not_there(staff: Staff) -> None:
    who = await staff()
    form, _ = who.form(HEAD)
    for wanted in ("nobody", "../head", "demo-oakfield-head"):
        await who.post("/as", form.fields | {"as": wanted})

        assert who.status == 400


async def test_what_was_said_survives_a_restart(
    small_library: Library, clock: FakeClock, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    cookies: dict[str, str] = {}
    texts: list[str] = []
    for turn in (0, 1):
        app = build_app(
            small_library,
            Settings(),
            demo_directory(SMALL / "packs"),
            open_store(url, pulled=PULLED),
            clock,
            demo=True,
        )
        server = TestServer(app)
        await server.start_server()
        who = Surfer(server)
        who.cookies = cookies
        await who.get("/")
        if turn == 0:
            await who.press("Start", school="oakfield")
            await drafted(who)
        else:
            await who.press("Send it")
        texts.append(who.text)
        await who.close()
        await server.close()

    assert "This is exactly what will be sent" in texts[0]
    assert "is on its way to Hana Example" in texts[1]


async def test_two_replicas_serve_one_person_and_one_head(
    small_library: Library, clock: FakeClock, postgres_url: str
) -> None:
    servers: list[TestServer] = []
    for _ in range(2):
        app = build_app(
            small_library,
            Settings(),
            demo_directory(SMALL / "packs"),
            open_store(postgres_url, pulled=PULLED),
            clock,
            demo=True,
        )
        servers.append(TestServer(app))
        await servers[-1].start_server()
    one, other, boss = Surfer(servers[0]), Surfer(servers[1]), Surfer(servers[1])
    await one.get("/")
    await one.press("Start", school="oakfield")
    await drafted(one)
    other.cookies, other.page = one.cookies, one.page
    await other.press("Send it")
    await boss.get("/")
    await boss.press("Start", school="oakfield")
    await see_as(boss, HEAD)
    await boss.press("Reply")
    await boss.press("Send", words="Not this year, sorry.")
    await one.get("/")
    for surfer in (one, other, boss):
        await surfer.close()
    for server in servers:
        await server.close()

    assert "is on its way to Hana Example" in other.text
    assert "Not this year, sorry." in one.text


async def test_it_is_up_and_ready_until_it_stops(
    browser: Open, server: TestServer
) -> None:
    who = browser()
    await who.get("/healthz", Host="10.0.0.1:8080")
    up = who.status
    await who.get("/readyz", Host="10.0.0.1:8080")
    ready, text = who.status, who.page
    assert server.runner is not None
    await server.runner.shutdown()
    await who.get("/readyz")

    assert (up, ready, who.status) == (200, 200, 503)
    assert text == "ready\n"


async def test_logs_hold_no_words_names_or_tokens(staff: Staff) -> None:
    with capture_logs() as logged:
        who = await staff()
        await sent(who, "about timbuktu")
        boss = await head(staff)
        await boss.press("Reply")
        await boss.press("Send", words="zanzibar, sorry")
    lines = str(logged)

    assert "escalation.changed" in lines
    for secret in ("timbuktu", "zanzibar", "Hana", *who.cookies.values()):
        assert secret not in lines
