"""`headnote doctor`: what is unfilled or cannot be reached, and how to put it right."""

import argparse
import asyncio
import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.engine import make_url

import knowledge
from adapters.directory import Directory, installed
from adapters.library import content_folders, open_library
from adapters.mail import Mailer
from adapters.settings import Settings, SettingsError, misspelt
from bot.people import Roster, unfilled
from bot.persistence.checkup import Checkup, examine
from bot.persistence.opening import StoreError
from bot.ports import DeliveryError
from knowledge import PackError
from knowledge.model import SchoolId

LEAST_FREE = 500_000_000
"""Bytes; below, the database might not be able to grow for long."""
GRACE = dt.timedelta(minutes=10)
LONG = dt.timedelta(days=3)


class State(StrEnum):
    """How a thing is; a note is worth knowing, and nothing is wrong with it."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    about: str
    state: State
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.state:<5}  {self.about}: {self.what} {self.fix}".rstrip()


Clock: TypeAlias = Callable[[], dt.datetime]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "doctor",
        help="say what is missing or out of reach",
        description="Look at the settings, people, mail, database and content, without "
        "changing anything, also while the server runs. Exit code 1 if anything is "
        "wrong.",
        epilog="example: headnote doctor --json",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    lines: list[Line] = []
    for line in look_over(lambda: dt.datetime.now(dt.UTC)):
        lines.append(line)
        if not args.json:
            print(line, flush=True)
    if args.json:
        print(json.dumps([asdict(line) for line in lines], indent=2))
    return int(any(line.state is State.WRONG for line in lines))


def look_over(clock: Clock, settings: Settings | None = None) -> Iterator[Line]:
    """Look at everything, one thing after the other."""
    for name in misspelt():
        fix = "Check its spelling against deploy/.env.example."
        yield Line("settings", State.NOTE, f"{name} is not a setting.", fix)
    try:
        settings = settings or Settings()
    except SettingsError as error:
        for problem in error.problems:
            yield Line("settings", State.WRONG, problem)
        yield from content(clock)
        return
    yield from reach(settings)
    yield from people(settings)
    yield from database(settings, clock)
    yield from content(clock)


def reach(settings: Settings) -> Iterator[Line]:
    """Whether staff get to Headnote, and Headnote to them by mail."""
    if settings.public_url:
        yield Line("public URL", State.OK, f"{settings.public_url}.")
    else:
        fix = "Set HEADNOTE_PUBLIC_URL for real use."
        yield Line("public URL", State.WRONG, "none: only the demo runs.", fix)
    if settings.smtp is None:
        fix = "Set HEADNOTE_SMTP and HEADNOTE_MAIL_FROM."
        yield Line("mail", State.WRONG, "no sign-in links, no pings by mail.", fix)
        return
    mailer = Mailer(settings.smtp.get_secret_value(), settings.mail_from)
    try:
        asyncio.run(mailer.reachable())
    except DeliveryError as error:
        fix = "Check host, port, user and password in HEADNOTE_SMTP."
        yield Line(
            "mail", State.WRONG, f"the server does not let us in ({error}).", fix
        )
    else:
        yield Line("mail", State.OK, "the server lets us in.")


def people(settings: Settings) -> Iterator[Line]:
    """Whether every school's roles are filled by people who can be reached."""
    try:
        directory = installed(settings)
    except PackError as error:
        for problem in error.problems:
            where = f"{problem.file}:{problem.line}"
            yield Line(
                "people", State.WRONG, f"{where}: {problem.what}.", problem.how_to_fix
            )
        return
    if settings.settings is None:
        fix = "Run headnote setup, and name its file in HEADNOTE_SETTINGS."
        yield Line("people", State.WRONG, "no school names anybody.", fix)
        return
    packs = knowledge.schools(content_folders()[1])
    for school in directory.schools:
        if school not in packs:
            fix = f"There is {', '.join(packs)}: correct the name, or add a pack."
            yield Line(school, State.WRONG, "people, but no pack.", fix)
    for school in packs:
        yield from _school(SchoolId(school), directory, _reaching(settings))
    for name in directory.named_twice():
        fix = "Signed in, they are of the first; name another address in the others."
        yield Line("people", State.NOTE, f"{name} is named at several schools.", fix)


def _reaching(settings: Settings) -> frozenset[str]:
    """Channels that come to people; to the web page they have to come themselves."""
    slack = settings.slack_bot_token.get_secret_value() or settings.slack_client_id
    ways = (("mail", settings.smtp is not None), ("slack", bool(slack)))
    return frozenset(name for name, there in ways if there)


def _school(
    school: SchoolId, directory: Directory, reaching: frozenset[str]
) -> Iterator[Line]:
    roster, named = directory.roster(school), f"headnote setup --school {school}"
    if school not in directory.schools:
        what = "a pack, but nobody is named."
        yield Line(school, State.WRONG, what, f"Run {named}.")
        return
    if roster is None:
        what = "contacts only: nothing can be passed to anybody."
        yield Line(school, State.WRONG, what, f"Run {named}.")
        return
    wrong = [Line(school, State.WRONG, said) for said in unfilled(roster)]
    wrong += _unreached(roster, reaching)
    yield from wrong
    if not directory.domains(school):
        what = "only the people named may sign in."
        fix = "Add `staff: {domains: [...]}`, unless pupils share the domain."
        yield Line(school, State.NOTE, what, fix)
    if not wrong:
        yield Line(school, State.OK, "every role has a person and a deputy in reach.")


def _unreached(roster: Roster, reaching: frozenset[str]) -> Iterator[Line]:
    if not reaching:
        what = "its people are not pinged: there is neither a mail server nor Slack."
        fix = "Set HEADNOTE_SMTP, or Slack; the web page waits until they come."
        yield Line(roster.school, State.WRONG, what, fix)
        return
    for holder in roster.holders:
        channels = {address.channel for address in holder.addresses}
        if channels and not channels & reaching:
            ways = " or ".join(sorted(reaching))
            what = f"{holder.called} cannot be pinged: not reached by {ways}."
            fix = "Add their address there, and name it in `reach` if they have one."
            yield Line(roster.school, State.WRONG, what, fix)


def database(settings: Settings, clock: Clock) -> Iterator[Line]:
    """Whether the database is there, whole and worked through."""
    yield from _disk(settings)
    now = clock()
    try:
        found = examine(settings.database, now, grace=GRACE, since=now - LONG)
    except StoreError as error:
        yield Line("database", State.WRONG, str(error))
        return
    if not found.current:
        fix = "Start the server: it brings them up to date."
        yield Line("database", State.WRONG, "its tables are of another version.", fix)
        return
    wrong = [Line("database", State.WRONG, *told) for told in _told(found)]
    yield from wrong
    if not wrong:
        yield Line("database", State.OK, "reachable, current, audit unbroken.")


def _told(found: Checkup) -> Iterator[tuple[str, str]]:
    if found.broken is not None:
        what = f"entry {found.broken} of the audit does not follow from the one before."
        yield what, "Somebody changed the audit: keep a copy and compare with a backup."
    if found.undelivered:
        what = f"{found.undelivered} message(s) could not be delivered."
        yield what, "The log tells why, under delivery.given_up."
    if found.late:
        what = f"{found.late} message(s) have waited for more than ten minutes."
        yield what, "See that the server runs, and that mail gets through."
    if found.overdue:
        what = f"{found.overdue} escalation(s) are past their time."
        yield what, "See that the server runs: it reminds and passes on."
    for school, count in found.waiting:
        what = f"{school}: {count} escalation(s) without a reply for over three days."
        yield what, "Speak to whoever holds the roles there."


def _disk(settings: Settings) -> Iterator[Line]:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    folder = Path(url.database).absolute().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        fix = "Give the user that runs Headnote the right to write there."
        yield Line("disk", State.WRONG, f"{folder} cannot be written.", fix)
    elif free < LEAST_FREE:
        what = f"only {free // 1_000_000:,} MB are free in {folder}."
        yield Line("disk", State.WRONG, what, "Make room.")
    else:
        yield Line("disk", State.OK, f"{free // 1_000_000:,} MB free.")


def content(clock: Clock) -> Iterator[Line]:
    """Whether the question bank and packs load, and how old the policies are."""
    try:
        library = open_library()
    except PackError as error:
        fix = "headnote check lists them all."
        what = f"{len(error.problems)} problem(s); the first: {error.problems[0]}"
        yield Line("content", State.WRONG, what, fix)
        return
    today = clock().date()
    for name, school in library.schools.items():
        policy = school.pack.policy
        if policy.overdue(today):
            what = f"its policy was due for review by {policy.review_due}."
            fix = "Replies say so; bring the pack up to date once it is reviewed."
            yield Line(name, State.NOTE, what, fix)
    yield Line("content", State.OK, f"loads, for {len(library.schools)} school(s).")
