"""Setting a school up from the command line, and what the commands beside it do."""

import asyncio
import datetime as dt
import json
import os
import pty
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from adapters import cli
from adapters.directory import installed, read_directory, web_address
from adapters.settings import Settings
from bot.actions import EscalationId
from bot.conversation import Conversation
from bot.decision import Message
from bot.escalation import Change, Escalation, Event, Status
from bot.people import Address, Concern, HolderId, PersonId, person_at, unfilled
from bot.persistence.desk import Desk
from bot.persistence.opening import open_store
from bot.persistence.talks import Asked
from bot.plain_text import plain
from bot.reply import Paragraph, Reply
from bot.turn import TurnId
from knowledge.model import SchoolId, TopicId

SMALL = Path(__file__).parents[1] / "small"
OAKFIELD = SchoolId("oakfield")
PEOPLE = """\
# Our people. Ask the office before changing this.
elms:
  safeguarding:
    - {role: Lead, name: G. Example, phone: 020 7946 0006}   # until Easter

# Oakfield, since 2024
oakfield:
  people:
    head: {name: A. Example, post: Headteacher, email: a@school.example}
    deputy: {name: B. Example, post: Deputy, email: b@school.example}
    dsl: {name: C. Example, post: Lead, phone: 020 7946 0002, email: c@school.example}
    dsl2: {name: D. Example, post: Lead, phone: 020 7946 0003, email: d@school.example}
    chair: {name: E. Example, post: Chair, email: e@elsewhere.example}
    vice: {name: F. Example, post: Vice-chair, email: f@elsewhere.example}
  roles: {head: [head, deputy], safeguarding: [dsl, dsl2], governors: [chair, vice]}
  staff: {domains: [school.example]}
"""


class Commands:
    """The `headnote` command, in this process, on the small school."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.people = folder / "people.yaml"
        self.said = ""
        self.told = ""
        self._capture = capture

    def __call__(self, *words: str) -> int:
        try:
            code = cli.run(words, lambda *_: 0)
        except SystemExit as left:
            code = int(left.code or 0)
        self.said, self.told = self._capture.readouterr()
        return code

    def lines(self) -> list[dict[str, str]]:
        """What doctor --json said."""
        found: list[dict[str, str]] = json.loads(self.said)
        return found

    def wrong(self) -> str:
        """What doctor --json said is wrong."""
        return "\n".join(
            f"{line['about']}: {line['what']} {line['fix']}"
            for line in self.lines()
            if line["state"] == "wrong"
        )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def headnote(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Commands:
    for name in [name for name in os.environ if name.startswith("HEADNOTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HEADNOTE_CONTENT", str(SMALL))
    monkeypatch.setenv("HEADNOTE_CACHE", str(cache))
    monkeypatch.setenv("HEADNOTE_DATA", str(tmp_path / "data"))
    return Commands(tmp_path, capsys)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("HEADNOTE_SMTP", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("HEADNOTE_MAIL_FROM", "headnote@school.example")
    yield
    controller.stop()


@pytest.fixture
def ready(
    headnote: Commands, mail_server: None, monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """An installation that is whole."""
    del mail_server
    _, _, oakfield = PEOPLE.partition("# Oakfield, since 2024\n")
    headnote.people.write_text(oakfield, encoding="utf-8")
    monkeypatch.setenv("HEADNOTE_SETTINGS", str(headnote.people))
    monkeypatch.setenv("HEADNOTE_PUBLIC_URL", "https://headnote.school.example")
    at_desk(lambda _: None)
    return headnote


def at_desk(work: Callable[[Desk], Any]) -> Any:  # noqa: ANN401 - whatever it returns
    async def run() -> Any:  # noqa: ANN401 - the same
        store = open_store(Settings().database, pulled=frozenset({"web"}))
        try:
            return await store.tx(work)
        finally:
            await store.close()

    return asyncio.run(run())


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


# --- setup: on a terminal ---------------------------------------------------------


# Started from a background job, a process would inherit that Ctrl+C is ignored.
HEEDING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from adapters.main import main
sys.exit(main())
"""


class Terminal:
    """`headnote` in a process of its own, on a terminal."""

    def __init__(self, *words: str, **environment: str) -> None:
        self._mine, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", HEEDING, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | environment | {"COLUMNS": "200"},
            start_new_session=True,
        )
        os.close(theirs)
        self.screen = ""

    def until(self, text: str) -> None:
        """Wait until something new is shown."""
        start = len(self.screen)
        while text not in self.screen[start:]:
            assert self._shows_more(), self.screen

    def type(self, *lines: str) -> None:
        os.write(self._mine, "".join(f"{line}\n" for line in lines).encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def close(self) -> int:
        """Wait for its end; returns the exit code."""
        while self._shows_more():
            pass
        self._process.kill()
        os.close(self._mine)
        return self._process.wait()

    def _shows_more(self) -> bool:
        """Read what it shows next; False at its end, or if it waits for too long."""
        if not select.select([self._mine], [], [], 20)[0]:
            return False
        try:
            self.screen += os.read(self._mine, 4096).decode()
        except OSError:  # how a terminal's end is told
            self._process.wait(20)
            return False
        return True


FIRST_TIME = (
    "hogwarts", "oakfield",
    # the head: a phone and an address that are none are asked again
    "Anna Example", "", "call me", "020 7946 0000", "anna", "Anna@School.example",
    "", "",
    # the deputy: the head's address is refused
    "Bob Example", "", "", "anna@school.example", "bob@school.example",
    "T012ABC/U034DEF", "",
    # the safeguarding lead has to have a phone
    "Cleo Example", "", "", "cleo@school.example", "", "", "020 7946 0002",
    # the deputy head is deputy lead too, and is asked for a number
    "deputy", "020 7946 0003",
    # the chair: not the head
    "head", "Dora Example", "", "", "dora@elsewhere.example", "", "",
    # no vice-chair
    "",
    # hours
    "08:15", "07:00", "15:45", "",
    # closures
    "2026-10-26", "2026-10-20", "2026-10-30", "Half term", "2026-09-01", "", "INSET",
    "",
    "wales",
    "school.example",
    "y",
)  # fmt: skip


def test_setup_asks_checks_each_answer_and_writes_what_can_be_read(
    headnote: Commands,
) -> None:
    terminal = Terminal("setup", str(headnote.people))
    terminal.until("School (oakfield)")
    terminal.type(*FIRST_TIME)
    code = terminal.close()

    assert code == 0, terminal.screen
    for told in (
        "Please type one of these",
        "Not a phone number. Write it as 020 7946 0000",
        "Not an e-mail address. Write it as",
        "Somebody above has that one",
        "Emergency replies name their number",
        "Matters about the head need somebody else",
        "That is before it opens",
        "That is before the first day",
        f"HEADNOTE_SETTINGS={headnote.people}",
        "What headnote doctor says",
        "no deputy",
    ):
        assert told in terminal.screen
    directory = read_directory(headnote.people, mail=True, today=dt.date(2026, 3, 2))
    roster = directory.roster(OAKFIELD)
    assert roster
    assert unfilled(roster) == (
        "governors: Dora Example (Chair of governors) has no deputy. Name one.",
    )
    assert [h.addresses[0].channel for h in roster.holders] == ["mail"] * 4
    assert (roster.calendar.opens, roster.calendar.closes) == (
        dt.time(8, 15),
        dt.time(15, 45),
    )
    assert [c.name for c in roster.calendar.closures][:2] == ["Half term", "INSET"]
    assert [c.phone for c in directory.contacts(OAKFIELD)] == [
        "020 7946 0002",
        "020 7946 0003",
    ]
    assert directory.may_sign_in("someone@school.example")
    assert headnote.people.stat().st_mode & 0o077 == 0


def test_setup_offers_what_is_there_and_leaves_the_rest_alone(
    headnote: Commands,
) -> None:
    headnote.people.write_text(PEOPLE, encoding="utf-8")
    terminal = Terminal("setup", str(headnote.people), "--school", "oakfield")
    terminal.until("Name")
    kept = ("",) * 6
    terminal.type(
        "Nora New", "", "", "nora@school.example", "", "",  # a new head
        *kept, *kept, *kept, *kept, *kept,
        "y",  # the old one is taken out
        "", "", "", "", "", "", "y",
    )  # fmt: skip
    code = terminal.close()
    text = headnote.people.read_text(encoding="utf-8")

    assert code == 0, terminal.screen
    assert "A. Example holds no role now" in terminal.screen
    assert text.startswith(PEOPLE.partition("oakfield:\n  people")[0])
    assert headnote.people.with_name("people.yaml.bak").read_text() == PEOPLE
    directory = read_directory(headnote.people)
    roster = directory.roster(OAKFIELD)
    assert roster
    assert [h.name for h in roster.holders if h.post == "Headteacher"] == ["Nora New"]
    assert unfilled(roster) == ()
    assert len(directory.contacts(SchoolId("elms"))) == 1


@pytest.mark.parametrize("way", ["Ctrl+C", "Ctrl+D", "no"])
def test_setup_that_is_left_writes_nothing(headnote: Commands, way: str) -> None:
    terminal = Terminal("setup", str(headnote.people), "--school", "oakfield")
    terminal.until("Name")
    if way == "Ctrl+C":
        terminal.type("Anna Example")
        terminal.until("Post")
        terminal.interrupt()
    elif way == "Ctrl+D":
        terminal.type("\x04")
    else:
        terminal.type(*FIRST_TIME[2:-1], "n")
    code = terminal.close()

    assert "Nothing was written." in terminal.screen
    assert code == (130 if way == "Ctrl+C" else 1)
    assert list(headnote.people.parent.glob("*people*")) == []


# --- setup: for scripts -----------------------------------------------------------


def test_setup_without_a_terminal_says_what_to_do(
    headnote: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        code = headnote("setup")

    assert code == 2
    assert "--from-json" in headnote.told


def test_setup_takes_entries_from_json_and_keeps_the_others(
    headnote: Commands, tmp_path: Path
) -> None:
    headnote.people.write_text(PEOPLE, encoding="utf-8")
    entry = {
        "people": {"x": {"name": "X", "post": "Headteacher", "slack": "T01/U01"}},
        "roles": {"head": ["x"]},
        "patience": {"reminders": 2, "acknowledge_hours": 1.5},
    }
    handed_in = tmp_path / "in.json"
    handed_in.write_text(json.dumps({"oakfield": entry}), encoding="utf-8")

    code = headnote("setup", str(headnote.people), "--from-json", str(handed_in))
    directory = read_directory(headnote.people)
    roster = directory.roster(OAKFIELD)

    assert code == 0, headnote.told
    assert roster
    assert [h.name for h in roster.holders] == ["X"]
    assert roster.patience.reminders == 2
    assert "# until Easter" in headnote.people.read_text(encoding="utf-8")
    assert "safeguarding: nobody is named" in headnote.said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "in.json:1: not JSON"),
        ('{"a": 1,\n "a": 2}', "given twice"),
        ("[" * 100_000, "nested too deeply"),
        ("{}", "no school"),
        ('{"a": []}', "key: value"),
        ('{"a": {"people": {"x": {"name": "X"}}}}', "a.people.x.post"),
        ('{"a": {"people": {"x": {"name": true, "post": "\\ud800"}}}}', "post"),
        ('{"a": {"roles": {"head": ["x"]}}}', "nobody is called 'x'"),
        ('{"a": {"hours": {"opens": "09:00", "closes": "08:00"}}}', "cannot close"),
        (" " * 1_000_001, "too long"),
    ],
)
def test_entries_with_problems_are_not_written(
    headnote: Commands, tmp_path: Path, text: str, told: str
) -> None:
    headnote.people.write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "in.json").write_text(text, encoding="utf-8")

    code = headnote("setup", str(headnote.people), "--from-json", f"{tmp_path}/in.json")

    assert code == 1
    assert told in headnote.told
    assert headnote.people.read_text(encoding="utf-8") == PEOPLE


def test_setup_does_not_touch_a_file_that_has_problems_already(
    headnote: Commands, tmp_path: Path
) -> None:
    headnote.people.write_text("oakfield: {peeple: {}}\n", encoding="utf-8")
    (tmp_path / "in.json").write_text('{"oakfield": {}}', encoding="utf-8")

    code = headnote("setup", str(headnote.people), "--from-json", f"{tmp_path}/in.json")

    assert code == 1
    assert "no such key" in headnote.told


# --- doctor -----------------------------------------------------------------------


def test_doctor_says_what_a_fresh_installation_lacks(headnote: Commands) -> None:
    code = headnote("doctor", "--json")
    wrong = headnote.wrong()

    assert code == 1
    for told in (
        "HEADNOTE_PUBLIC_URL",
        "HEADNOTE_SMTP",
        "headnote setup",
        "no database",
    ):
        assert told in wrong
    assert {line["about"]: line["state"] for line in headnote.lines()}[
        "content"
    ] == "ok"


def test_doctor_finds_nothing_wrong_with_an_installation_that_is_whole(
    ready: Commands,
) -> None:
    code = ready("doctor")

    assert code == 0, ready.said
    assert "ok     mail: the server lets us in." in ready.said
    assert "ok     oakfield: every role has a person and a deputy" in ready.said
    assert "ok     database: reachable, current, audit unbroken." in ready.said
    assert "note   oakfield: its policy was due for review by May 2025." in ready.said


def test_doctor_looks_on_while_the_server_has_the_database(ready: Commands) -> None:
    store = open_store(Settings().database)
    code = ready("doctor")
    asyncio.run(store.close())

    assert code == 0, ready.said


def test_doctor_tells_who_is_missing_or_out_of_reach(
    ready: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ready.people.read_text(encoding="utf-8")
    text = text.replace("governors: [chair, vice]", "governors: [chair]")
    text = text.replace(", email: a@school.example", ", slack: T01/U01")
    text = text.replace("oakfield:", "nowhere:\n  staff: {domains: [x.uk]}\noakfield:")
    ready.people.write_text(text, encoding="utf-8")
    monkeypatch.setenv("HEADNOTE_SMPT", "x")
    code = ready("doctor", "--json")
    wrong = ready.wrong()

    assert code == 1
    assert "governors: E. Example (Chair) has no deputy" in wrong
    assert "A. Example (Headteacher) cannot be pinged" in wrong
    assert "nowhere: people, but no pack. There is oakfield" in wrong
    assert any("HEADNOTE_SMPT" in line["what"] for line in ready.lines())


def test_doctor_tells_every_problem_of_the_settings(
    ready: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADNOTE_LOG", "xml")
    monkeypatch.setenv("HEADNOTE_DATABASE", "mysql://u:hunter2@h/d")
    code = ready("doctor", "--json")

    assert code == 1
    assert "HEADNOTE_LOG" in ready.wrong()
    assert "HEADNOTE_DATABASE" in ready.wrong()
    assert "hunter2" not in ready.said


def test_doctor_tells_where_the_file_of_people_is_off(ready: Commands) -> None:
    ready.people.write_text("oakfield: {peeple: {}}\n", encoding="utf-8")
    code = ready("doctor", "--json")

    assert code == 1
    assert f"{ready.people}:1: oakfield.peeple" in ready.wrong()


def test_doctor_tells_that_the_mail_server_is_away(
    ready: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADNOTE_SMTP", "smtp://u:hunter2@127.0.0.1:1")
    code = ready("doctor", "--json")

    assert code == 1
    assert "mail: the server does not let us in (SMTPConnectError)" in ready.wrong()
    assert "hunter2" not in ready.said


def test_doctor_tells_what_waits_too_long(ready: Commands) -> None:
    late = now() - dt.timedelta(days=4)

    def work(desk: Desk) -> None:
        desk.cases.keep(
            Change(escalation=an_escalation(late), was=0, event=RAISED), late
        )
        for number in range(2):
            message = Message(
                key=f"k{number}",
                address=Address("mail", f"{number}@school.example"),
                reply=Reply((Paragraph("x"),), "x"),
            )
            desk.outbox.put((message,), late)
        claimed = desk.outbox.claim(owner="o", now=now(), lease=dt.timedelta(0), most=1)
        desk.outbox.give_up(claimed[0].id)

    at_desk(work)
    code = ready("doctor", "--json")
    wrong = ready.wrong()

    assert code == 1
    assert "1 message(s) could not be delivered" in wrong
    assert "1 message(s) have waited" in wrong
    assert "1 escalation(s) are past their time" in wrong
    assert "oakfield: 1 escalation(s) without a reply for over three days" in wrong


def test_doctor_notices_a_change_to_the_audit(ready: Commands) -> None:
    def work(desk: Desk) -> None:
        for number in range(3):
            desk.ledger.note(at=now(), actor="x", action="y", about=str(number))

    at_desk(work)
    connection = sqlite3.connect(Settings().data / "headnote.db")
    with connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET object = 'other' WHERE seq = 2")
    connection.close()
    code = ready("doctor", "--json")

    assert code == 1
    assert "entry 2 of the audit does not follow" in ready.wrong()


def test_doctor_tells_that_the_tables_are_of_another_version(ready: Commands) -> None:
    connection = sqlite3.connect(Settings().data / "headnote.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")
    connection.close()
    code = ready("doctor", "--json")

    assert code == 1
    assert "tables are of another version" in ready.wrong()


def test_doctor_tells_that_content_does_not_load(
    ready: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SMALL, tmp_path / "content")
    (tmp_path / "content/packs/oakfield/answers.yaml").write_text("- x\n")
    monkeypatch.setenv("HEADNOTE_CONTENT", str(tmp_path / "content"))
    code = ready("doctor", "--json")

    assert code == 1
    assert "content: " in ready.wrong()
    assert "answers.yaml" in ready.wrong()


# --- link -------------------------------------------------------------------------


def test_a_link_signs_in_whom_it_was_made_for_once(ready: Commands) -> None:
    code = ready("link", "oakfield", "A@school.example")
    base, _, token = ready.said.strip().rpartition("/sign-in/")
    who = at_desk(lambda desk: desk.register.redeem(token, now()))
    again = at_desk(lambda desk: desk.register.redeem(token, now()))

    assert code == 0
    assert base == "https://headnote.school.example"
    assert (who.id, who.name) == (
        person_at(web_address("a@school.example")),
        "A. Example",
    )
    assert again is None


def test_a_link_lasts_a_quarter_of_an_hour(ready: Commands) -> None:
    ready("link", "oakfield", "someone@school.example", "--base", "http://localhost:81")
    base, _, token = ready.said.strip().rpartition("/sign-in/")

    def look(minutes: int) -> object:
        at = now() + dt.timedelta(minutes=minutes)
        return at_desk(lambda desk: desk.register.invited(token, at))

    assert base == "http://localhost:81"
    assert look(14)
    assert look(15) is None


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("oakfield", "a@elsewhere.example"), 1, "may not sign in there"),
        (("elms", "a@school.example"), 1, "may not sign in there"),
        (("oakfield", "a@school.example", "--base", "ftp://x"), 2, "--base"),
    ],
)
def test_a_link_is_refused_civilly(
    ready: Commands, words: tuple[str, ...], code: int, told: str
) -> None:
    assert ready("link", *words) == code
    assert told in ready.told


def test_a_link_needs_somewhere_to_lead(
    ready: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADNOTE_PUBLIC_URL")

    assert ready("link", "oakfield", "a@school.example") == 2
    assert "HEADNOTE_PUBLIC_URL" in ready.told


def test_beside_a_running_server_a_command_that_writes_says_what_to_do(
    ready: Commands,
) -> None:
    store = open_store(Settings().database)
    code = ready("link", "oakfield", "a@school.example")
    asyncio.run(store.close())

    assert code == 1
    assert "Another Headnote uses" in ready.told
    assert "stop it for this command" in ready.told


# --- proposals --------------------------------------------------------------------

RAISED = Event(kind="raised", actor="asker")
ANN = Address("web", "ann")


def an_escalation(at: dt.datetime, topic: str = "say-where-i-work") -> Escalation:
    return Escalation(
        id=EscalationId("esc00001"),
        school=OAKFIELD,
        version=1,
        round=1,
        status=Status.DELIVERED,
        urgent=False,
        asker=person_at(ANN),
        reply_to=ANN,
        name="",
        concern=Concern.QUESTION,
        excluded=(),
        chain=(HolderId("head"),),
        holder=HolderId("head"),
        pinged=(HolderId("head"),),
        reached=(),
        reminders=0,
        due=at,
        raised_at=at,
        question="May I say where I work?",
        given="",
        topic=TopicId(topic),
    )


def propose(topic: str = "say-where-i-work") -> None:
    """Ann asked and got a reply that is proposed; Bob and Cy asked the same."""

    def asked(who: str, number: int) -> Asked:
        return Asked(
            turn=TurnId(f"t{number}"),
            school=OAKFIELD,
            person=PersonId(f"web:{who}"),
            address=Address("web", who),
            topic=TopicId(topic),
            kind="silent",
            words=None,
            at=now(),
        )

    def work(desk: Desk) -> None:
        desk.talks.keep({person_at(ANN): Conversation(OAKFIELD)}, now())
        desk.talks.log([asked("ann", 1), asked("bob", 2), asked("bob", 3)])
        desk.talks.log([asked("cy", 4)])
        first = an_escalation(now(), topic)
        desk.cases.keep(Change(escalation=first, was=0, event=RAISED), now())
        replied = replace(first, version=2, status=Status.REPLIED)
        event = Event(kind="replied", actor="head", words="Yes:\nbut ask first.")
        desk.cases.keep(
            Change(
                escalation=replied, was=1, event=event, proposal="Yes:\nbut ask first."
            ),
            now(),
        )

    at_desk(work)


def thread(who: str) -> list[str]:
    found = at_desk(lambda desk: desk.outbox.thread(Address("web", who)))
    return [plain(entry.reply) for entry in found]


def test_proposals_are_listed_ready_to_edit(ready: Commands) -> None:
    propose()
    code = ready("proposals", "oakfield")

    assert code == 0
    assert "# esc00001: Saying where I work on a profile; proposed on" in ready.said
    assert "- topic: say-where-i-work\n" in ready.said
    assert "  say: 'Yes: but ask first.'\n" in ready.said


def test_nothing_proposed_is_said(ready: Commands) -> None:
    assert ready("proposals", "oakfield") == 0
    assert "nothing is proposed" in ready.said


def test_publishing_tells_everybody_who_asked_once(ready: Commands) -> None:
    propose()
    code = ready("proposals", "oakfield", "--publish", "esc00001")
    told = (
        "The answers now cover something you asked about: "
        "Saying where I work on a profile. Ask again to see it."
    )

    assert code == 0, ready.told
    assert "published; 3 told" in ready.said
    assert thread("ann") == thread("bob") == thread("cy") == [told]
    assert ready("proposals", "oakfield", "--publish", "esc00001") == 1
    assert "no open proposal" in ready.told
    assert len(thread("bob")) == 1


def test_nobody_is_told_while_the_answers_still_say_nothing(ready: Commands) -> None:
    propose("own-phone-around-pupils")
    code = ready("proposals", "oakfield", "--publish", "esc00001")

    assert code == 1
    assert "Add it to answers.yaml first" in ready.told
    assert thread("ann") == []
    assert len(at_desk(lambda desk: desk.cases.proposals(OAKFIELD))) == 1


def test_declining_tells_nobody(ready: Commands) -> None:
    propose()
    code = ready("proposals", "oakfield", "--decline", "esc00001")

    assert code == 0
    assert thread("ann") == []
    assert ready("proposals", "oakfield") == 0
    assert "nothing is proposed" in ready.said
    assert at_desk(lambda desk: desk.ledger.broken()) is None


def test_proposals_are_listed_beside_a_running_server(ready: Commands) -> None:
    propose()
    store = open_store(Settings().database)
    listed = ready("proposals", "oakfield")
    said = ready.said
    refused = ready("proposals", "oakfield", "--publish", "esc00001")
    asyncio.run(store.close())

    assert (listed, refused) == (0, 1)
    assert "esc00001" in said
    assert "PostgreSQL" in ready.told


def test_proposals_of_a_school_that_is_not_there(ready: Commands) -> None:
    assert ready("proposals", "hogwarts") == 2
    assert "oakfield" in ready.told


def test_settings_that_are_off_are_told_by_every_command(
    ready: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADNOTE_LOG", "xml")

    assert ready("link", "oakfield", "a@school.example") == 1
    assert "HEADNOTE_LOG: use plain or json." in ready.told


def test_the_directory_of_an_installation_is_the_file_it_names(ready: Commands) -> None:
    directory = installed(Settings())
    roster = directory.roster(OAKFIELD)

    assert ready.people.exists()
    assert roster
    assert roster.holders[0].addresses[0] == Address("mail", "a@school.example")
