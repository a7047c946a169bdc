"""The people of the schools, from the file to who is asked and who may sign in."""

import datetime as dt
from pathlib import Path

import pytest

from adapters.directory import (
    Directory,
    demo_directory,
    read_directory,
    web_address,
)
from bot.calendar import Closure, is_open
from bot.conversation import Contact
from bot.people import Address, Concern, Roster, chain, person_at, unfilled
from knowledge import PACKS, PackError, schools
from knowledge.model import SchoolId

OAKFIELD, ELMS = SchoolId("oakfield"), SchoolId("elms")
TODAY = dt.date(2026, 3, 2)
FILE = """\
oakfield:
  people:
    head: {name: A. Example, post: Headteacher, phone: 020 7946 0000,
           email: Head@School.example, slack: T012/U034, reach: [slack, mail, web]}
    deputy: {name: B. Example, post: Deputy headteacher,
             teams: 6F9619FF-8B86-D011-B42D-00C04FC964FF, email: b@school.example}
    dsl: {name: C. Example, post: Safeguarding lead, phone: +44 20 7946 0002 ext 12,
          email: c@school.example, away_until: 2026-03-06}
    second: {name: D. Example, post: Deputy lead, phone: (020) 7946-0003,
             email: d@school.example, reach: [web]}
    chair: {name: E. Example, post: Chair of governors, email: e@elsewhere.example}
    vice: {name: F. Example, post: Vice-chair, slack: T012/U035}
  roles: {head: [head, deputy], safeguarding: [dsl, second], governors: [chair, vice]}
  hours: {opens: "07:45", closes: "15:30", days: [monday, Tuesday, wednesday]}
  closed:
    - {from: 2026-10-26, to: 2026-10-30, name: Half term}
    - {on: 2026-09-01, name: INSET}
  bank_holidays: scotland
  staff: {domains: [School.example]}
  patience: {acknowledge_hours: 1.5, reply_hours: 8, reminders: 2}
elms:
  safeguarding:
    - {role: Lead, name: G. Example, phone: 020 7946 0006}
    - {role: Deputy, name: H. Example, phone: 020 7946 0007}
"""


def read(
    folder: Path, text: str, *, mail: bool = True, today: dt.date = TODAY
) -> Directory:
    file = folder / "people.yaml"
    file.write_text(text, encoding="utf-8")
    return read_directory(file, mail=mail, today=today)


def roster(directory: Directory) -> Roster:
    found = directory.roster(OAKFIELD)
    assert found
    return found


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return read(tmp_path, FILE)


def addresses(directory: Directory, key: str) -> list[tuple[str, str]]:
    (found,) = (h for h in roster(directory).holders if h.id == key)
    return [(address.channel, address.id) for address in found.addresses]


def test_roles_are_filled_in_the_order_written(directory: Directory) -> None:
    asked = chain(roster(directory), Concern.QUESTION, ())

    assert asked == ("head", "deputy")
    assert unfilled(roster(directory)) == ()


def test_channels_come_in_the_order_of_reach(directory: Directory) -> None:
    web = web_address("head@school.example").id

    assert addresses(directory, "head") == [
        ("slack", "T012/U034"),
        ("mail", "head@school.example"),
        ("web", web),
    ]
    assert addresses(directory, "second") == [
        ("web", web_address("d@school.example").id)
    ]


def test_without_reach_the_order_is_that_of_the_file_and_the_web_is_last(
    directory: Directory,
) -> None:
    assert [channel for channel, _ in addresses(directory, "deputy")] == [
        "teams",
        "mail",
        "web",
    ]


def test_without_a_mail_server_nobody_is_reached_by_mail(tmp_path: Path) -> None:
    directory = read(tmp_path, FILE, mail=False)

    assert [channel for channel, _ in addresses(directory, "head")] == ["slack", "web"]
    assert [channel for channel, _ in addresses(directory, "dsl")] == ["web"]


def test_whoever_has_an_email_finds_their_inbox_on_the_web(
    tmp_path: Path,
) -> None:
    text = FILE.replace("reach: [slack, mail, web]", "reach: [slack]")
    directory = read(tmp_path, text)
    who = directory.may_sign_in("head@school.example")

    assert who
    found = roster(directory).holder_at(who.id)
    assert found
    assert found.id == "head"
    assert addresses(directory, "head")[0] == ("slack", "T012/U034")


def test_an_emergency_reply_names_the_safeguarding_people(directory: Directory) -> None:
    assert directory.contacts(OAKFIELD) == (
        Contact("Safeguarding lead", "C. Example", "+44 20 7946 0002 ext 12"),
        Contact("Deputy lead", "D. Example", "(020) 7946-0003"),
    )


def test_the_former_form_gives_contacts_and_nobody_to_ask(directory: Directory) -> None:
    assert [c.name for c in directory.contacts(ELMS)] == ["G. Example", "H. Example"]
    assert directory.roster(ELMS) is None


def test_a_school_that_is_not_named_has_nobody(directory: Directory) -> None:
    nowhere = SchoolId("nowhere")

    assert directory.contacts(nowhere) == ()
    assert directory.roster(nowhere) is None


def test_hours_closures_and_patience_are_the_schools_own(directory: Directory) -> None:
    found = roster(directory)
    calendar, patience = found.calendar, found.patience

    assert (calendar.opens, calendar.closes) == (dt.time(7, 45), dt.time(15, 30))
    assert calendar.weekdays == {0, 1, 2}
    assert not is_open(calendar, dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC))
    assert not is_open(calendar, dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC))
    assert is_open(calendar, dt.datetime(2026, 9, 2, 12, tzinfo=dt.UTC))
    assert (patience.acknowledge, patience.reply) == (
        dt.timedelta(hours=1.5),
        dt.timedelta(hours=8),
    )
    assert patience.reminders == 2


@pytest.mark.parametrize(
    ("part", "shut", "open_"),
    [
        ("england", "2026-04-06", "2026-01-02"),  # Easter Monday; Scotland's 2 January
        ("scotland", "2026-01-02", "2026-04-06"),
        ("northern-ireland", "2026-03-17", "2026-01-02"),
        ("wales", "2028-12-25", "2026-03-17"),
        ("none", "", "2026-04-06"),
    ],
)
def test_bank_holidays_are_those_of_the_part_of_the_kingdom(
    tmp_path: Path, part: str, shut: str, open_: str
) -> None:
    text = FILE.replace("scotland", part)
    days = {c.first.isoformat() for c in roster(read(tmp_path, text)).calendar.closures}

    assert not shut or shut in days
    assert open_ not in days


def test_bank_holidays_are_known_for_three_years_from_today(tmp_path: Path) -> None:
    def years(today: dt.date) -> set[int]:
        found = roster(read(tmp_path, FILE, today=today)).calendar.closures
        written = {"Half term", "INSET"}
        return {c.first.year for c in found if c.name not in written}

    assert years(dt.date(2026, 12, 31)) == {2026, 2027, 2028}
    assert years(dt.date(2027, 1, 1)) == {2027, 2028, 2029}


def test_a_named_person_signs_in_as_themselves(directory: Directory) -> None:
    who = directory.may_sign_in(" HEAD@school.EXAMPLE ")

    assert who
    assert (who.school, who.name) == (OAKFIELD, "A. Example")
    assert who.id == person_at(web_address("head@school.example"))


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("anna.b.smith@school.example", "Anna B. Smith"),
        ("asmith2@school.example", "Asmith"),
        ("j.o'neil+staff@school.example", "J. O. Neil"),
        ("123@school.example", "A colleague"),
    ],
)
def test_staff_sign_in_by_their_domain(
    directory: Directory, email: str, name: str
) -> None:
    who = directory.may_sign_in(email)

    assert who
    assert who.name == name


@pytest.mark.parametrize(
    "email",
    [
        "someone@elsewhere.example",
        "someone@sub.school.example",
        "someone@school.example.evil.example",
        "someone@evil.example@school.example",
        "some one@school.example",
        "x@school.example\nBcc: y@z.example",
        "@school.example",
        "",
        "x" * 300 + "@school.example",
    ],
)
def test_nobody_else_signs_in(directory: Directory, email: str) -> None:
    assert directory.may_sign_in(email) is None


def test_somebody_of_another_school_is_not_let_in_here(directory: Directory) -> None:
    assert directory.may_sign_in("head@school.example", ELMS) is None


def test_a_web_address_does_not_tell_the_email() -> None:
    address = web_address("Head@School.example ")

    assert address == web_address("head@school.example")
    assert address.channel == "web"
    assert len(address.id) == 24
    assert "head" not in address.id


PERSON = "oakfield:\n  people:\n    head: {name: A, post: H, phone: 020 7946 0000}\n"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("oakfield:\n  peeple: {}\n", 2, "no such key"),
        ("oakfield:\n  people:\n    head: {name: A}\n", 3, "post"),
        (PERSON.replace("020 7946 0000", "call me"), 3, "not a phone number"),
        (PERSON.replace("phone: 020 7946 0000", "email: head"), 3, "e-mail address"),
        (PERSON.replace("phone: 020 7946 0000", "slack: U1"), 3, "T012ABC/U034DEF"),
        (PERSON.replace("phone: 020 7946 0000", "teams: x"), 3, "object id"),
        (PERSON.replace("head:", "Head:"), 3, "lower-case letters"),
        (PERSON.replace("phone: 020 7946 0000", "reach: [slack]"), 3, "Add `slack`"),
        (PERSON.replace("phone: 020 7946 0000", "reach: [mail]"), 3, "Add `email`"),
        (PERSON.replace("phone: 020 7946 0000", "reach: [fax]"), 3, "one of these"),
        (PERSON + "  roles: {head: [hed]}\n", 4, "nobody is called 'hed'"),
        (PERSON + "  roles: {head: [head, head]}\n", 4, "named twice"),
        (PERSON + "  roles: {boss: [head]}\n", 4, "Use head, safeguarding"),
        (
            PERSON + "  roles: {head: [head], governors: [head]}\n",
            4,
            "in the head's chain too",
        ),
        (
            PERSON.replace("phone: 020 7946 0000", "away_until: 2026-03-06")
            + "  roles: {safeguarding: [head]}\n",
            4,
            "has no phone",
        ),
        (
            PERSON.replace("phone: 020 7946 0000", "slack: T01/U01")
            + "    b: {name: B, post: H, slack: T01/U01}\n",
            4,
            "somebody else has this address",
        ),
        (PERSON + "  hours: {opens: '8'}\n", 4, "not a time of day"),
        (PERSON + "  hours: {opens: '16:00', closes: '08:00'}\n", 4, "cannot close"),
        (PERSON + "  hours: {days: [funday]}\n", 4, "day of the week"),
        (PERSON + "  closed:\n    - {on: 2026-02-30, name: X}\n", 5, "not a date"),
        (
            PERSON + "  closed:\n    - {from: 2026-02-20, to: 2026-02-10, name: X}\n",
            5,
            "ends before it begins",
        ),
        (PERSON + "  closed:\n    - {name: X}\n", 5, "not clear which days"),
        (
            PERSON + "  closed:\n    - {on: 2026-02-10, to: 2026-02-11, name: X}\n",
            5,
            "not clear which days",
        ),
        (
            PERSON + "  closed:\n    - {from: 2026-01-01, to: 2028-01-01, name: X}\n",
            4,
            "does not open within",
        ),
        (PERSON + "  bank_holidays: france\n", 4, "one of these"),
        (PERSON + "  patience: {reminders: -1}\n", 4, "greater than or equal"),
        (PERSON + "  patience: {reply_hours: soon}\n", 4, "Write a number"),
        (PERSON + "  staff: {domains: ['@x']}\n", 4, "domain"),
        (
            "a:\n  staff: {domains: [s.uk]}\nb:\n  staff: {domains: [S.uk]}\n",
            4,
            "a has this domain too",
        ),
        (
            PERSON + "  safeguarding:\n    - {role: L, name: A, phone: '1'}\n",
            4,
            "former form",
        ),
        ("oakfield:\n  safeguarding: []\n", 2, "Name at least one"),
        ("oakfield:\n  safeguarding:\n    - {role: Lead, name: A}\n", 3, "phone"),
        ("oakfield: {\n", 2, "not valid YAML"),
        ("oakfield: {}\noakfield: {}\n", 2, "given twice"),
        ("- oakfield\n", 1, "key: value"),
    ],
)
def test_a_defect_is_told_with_its_line_and_remedy(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    with pytest.raises(PackError) as refused:
        read(tmp_path, text)

    problems = refused.value.problems
    assert any(told in str(p) and p.line == line for p in problems), str(refused.value)


def test_all_defects_are_told_at_once(tmp_path: Path) -> None:
    text = FILE.replace("[head, deputy]", "[hed]").replace("[dsl, second]", "[dls]")

    with pytest.raises(PackError) as refused:
        read(tmp_path, text)

    assert len(refused.value.problems) == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        read_directory(tmp_path / "none.yaml")


def test_an_empty_file_names_nobody(tmp_path: Path) -> None:
    assert read(tmp_path, "# nobody yet\n").schools == ()


def test_somebody_of_two_schools_is_told_of(tmp_path: Path) -> None:
    text = "".join(
        f"{school}:\n  people:\n    x: {{name: X, post: H, email: x@y.example}}\n"
        for school in ("a", "b")
    )

    assert read(tmp_path, text).named_twice() == ("X",)


def test_the_demo_has_people_for_every_role_of_every_school() -> None:
    directory = demo_directory(PACKS)

    assert set(directory.schools) == set(schools(PACKS))
    for school in directory.schools:
        found = directory.roster(school)
        assert found
        assert unfilled(found) == ()
        assert len(directory.contacts(school)) == 2
        assert all(
            h.addresses == (Address("web", f"demo-{school}-{h.id}"),)
            and h.name.endswith("Example")
            for h in found.holders
        )


def test_a_closure_lasts_to_its_last_day(directory: Directory) -> None:
    closures = roster(directory).calendar.closures

    assert closures[0] == Closure(
        first=dt.date(2026, 10, 26), last=dt.date(2026, 10, 30), name="Half term"
    )
