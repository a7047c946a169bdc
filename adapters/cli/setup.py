"""`headnote setup`: asks who is who at a school, and writes it down."""

import argparse
import datetime as dt
import re
import sys
from itertools import chain, count
from pathlib import Path
from typing import Any

import knowledge
from adapters.cli import rewriting
from adapters.cli.asking import Asking
from adapters.cli.doctor import look_over
from adapters.cli.entries import Value, as_entry, entries_from_json
from adapters.fields import DAYS
from adapters.library import UnknownSchoolError, content_folders
from adapters.school_file import SchoolForm, checked
from adapters.settings import Settings
from bot.people import Role
from knowledge import pack_yaml

KINGDOM = ("england", "wales", "scotland", "northern-ireland", "none")
POSTS: tuple[tuple[Role, str, str, str], ...] = (
    (Role.HEAD, "head", "Headteacher", "Questions go to them."),
    (Role.HEAD, "deputy", "Deputy headteacher", "Steps in when the head is away."),
    (
        Role.SAFEGUARDING,
        "dsl",
        "Designated safeguarding lead",
        "Emergency replies name them, with the number.",
    ),
    (Role.SAFEGUARDING, "deputy-dsl", "Deputy safeguarding lead", "The same."),
    (
        Role.GOVERNORS,
        "chair",
        "Chair of governors",
        "Matters about the head go to them; not a member of staff.",
    ),
    (Role.GOVERNORS, "vice-chair", "Vice-chair of governors", "Steps in."),
)


class CancelledError(Exception):
    """The person does not want to go on."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "setup",
        help="say who is who at a school",
        description="Ask for a school's people, hours and closures, and write them to "
        "the file that HEADNOTE_SETTINGS names. Other schools in it stay as they are; "
        "the file as it was is kept as .bak. Ctrl+C writes nothing.",
        epilog="examples: headnote setup --school polymat; "
        "headnote setup people.yaml --from-json - < people.json",
    )
    parser.add_argument("file", nargs="?", type=Path, help="the file to write")
    parser.add_argument("--school", help="the school's short name")
    parser.add_argument(
        "--from-json",
        metavar="FILE",
        help="take schools' entries from JSON in the file's own shape; - for "
        "standard input",
    )
    parser.set_defaults(run=lambda args: _run(parser, args))


def _run(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    settings = Settings()
    path: Path = args.file or settings.settings or settings.data / "people.yaml"
    if not args.from_json and not sys.stdin.isatty():
        parser.error("setup asks questions: use a terminal, or --from-json")
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text:
            rewriting.check(text, str(path))
        if args.from_json:
            entries = entries_from_json(args.from_json)
        else:
            entries = ask(Asking(input, print), text, args.school, path)
        text = rewriting.with_entries(text, entries)
        rewriting.check(text, str(path))
        rewriting.write(path, text)
    except (CancelledError, EOFError):
        print("\nNothing was written.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nNothing was written.", file=sys.stderr)
        return 130
    except OSError as error:
        where = error.filename or path
        print(f"headnote setup: {where}: {error.strerror}.", file=sys.stderr)
        return 1
    except UnicodeDecodeError:
        print(f"headnote setup: {path} is not UTF-8 text.", file=sys.stderr)
        return 1
    print(f"Written: {path}. The server reads it when it starts.")
    if settings.settings is None or settings.settings.absolute() != path.absolute():
        print(f"Name it: HEADNOTE_SETTINGS={path.absolute()}")
    print("What headnote doctor says:")
    for line in look_over(
        lambda: dt.datetime.now(dt.UTC), settings.model_copy(update={"settings": path})
    ):
        print(line, flush=True)
    return 0


def ask(asking: Asking, text: str, school: str | None, path: Path) -> dict[str, Value]:
    """Ask for one school's entry; what the file says already is offered again.

    Raises:
        CancelledError: The person does not want it written.
        UnknownSchoolError: There is no pack for the school.

    """
    packs = knowledge.schools(content_folders()[1])
    if school is not None and school not in packs:
        raise UnknownSchoolError(school, packs)
    asking.say("Enter keeps what is shown in brackets; - clears it. Ctrl+C: leave.")
    school = school or asking.choice("School", tuple(packs))
    file = checked(pack_yaml.parse(text, str(path)))
    old = file.schools.get(school, SchoolForm())
    raw = file.document.value
    entry = as_entry(raw.get(school) if isinstance(raw, dict) else None)
    entry.pop("safeguarding", None)
    people = {
        key: as_entry(each) for key, each in as_entry(entry.get("people")).items()
    }
    entry |= {"people": people, "roles": _roles(asking, old, people)}
    entry["hours"] = _hours(asking, old)
    asking.say("Holidays and INSET days:")
    for closed in old.closed:
        days = closed.on or f"{closed.first} to {closed.last}"
        asking.say(f"  already there: {days}, {closed.name}")
    more = list(asking.closures())
    entry["closed"] = [*_listed(entry.get("closed")), *more]
    entry["bank_holidays"] = asking.choice("Bank holidays", KINGDOM, old.bank_holidays)
    asking.say("Whose e-mail addresses are staff's? Not a domain that pupils share.")
    now = list(old.staff.domains) if old.staff else []
    entry.pop("staff", None)
    if domains := asking.several("Domains", "domains", now):
        entry["staff"] = {"domains": domains}
    rewriting.check(rewriting.with_entries("", {school: entry}), "your answers")
    if not asking.sure(f"Write this to {path}?"):
        raise CancelledError
    return {school: entry}


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _hours(asking: Asking, old: SchoolForm) -> Value:
    opens = asking.one("School opens at", "time", old.hours.opens, needed=True)
    closes = asking.one("School closes at", "time", old.hours.closes, needed=True)
    while closes <= opens:
        asking.say("  That is before it opens.")
        closes = asking.one("School closes at", "time", needed=True)
    days: list[str] = []
    while not days:
        days = asking.several("School days", "days", list(old.hours.days))
    return {"opens": opens, "closes": closes, "days": sorted(set(days), key=DAYS.index)}


def _roles(asking: Asking, old: SchoolForm, people: Value) -> dict[str, list[str]]:
    """Who holds which role; people who are new are added to those there are."""
    roles: dict[str, list[str]] = {}
    places: dict[Role, int] = {}
    for role, key, post, what in POSTS:
        place = places[role] = places.get(role, -1) + 1
        before = old.roles.get(role, [])
        now = before[place] if place < len(before) else ""
        asking.say(f"{post}. {what}")
        chosen = _person(asking, people, now or key, post, needed=place == 0)
        while chosen and not _fits(asking, role, chosen, roles, people):
            chosen = _person(asking, people, key, post, needed=place == 0)
        if chosen:
            roles.setdefault(str(role), []).append(chosen)
    for role, keys in old.roles.items():
        kept = keys if role not in places else keys[places[role] + 1 :]
        for each in kept:
            if each not in roles.get(str(role), []):
                roles.setdefault(str(role), []).append(each)
    held = {key for keys in roles.values() for key in keys}
    for key in [key for key in people if key not in held]:
        if asking.sure(f"{people[key]['name']} holds no role now. Take them out?"):
            del people[key]
    return roles


def _fits(
    asking: Asking, role: Role, key: str, roles: dict[str, list[str]], people: Value
) -> bool:
    """Whether somebody may hold a role beside those they hold."""
    if key in roles.get(str(role), []):
        asking.say("  That is the same person again; name another, or nobody.")
        return False
    if role is Role.GOVERNORS and key in roles.get(str(Role.HEAD), []):
        asking.say("  Matters about the head need somebody else.")
        return False
    if role is Role.SAFEGUARDING and not people[key].get("phone"):
        asking.say("  Emergency replies name their number.")
        people[key]["phone"] = asking.one("  Phone", "phone", needed=True)
    return True


def _person(asking: Asking, people: Value, key: str, post: str, *, needed: bool) -> str:
    """One person, new or named before; returns the short name, or nothing."""
    was = people.get(key, {})
    given = asking.one(
        "  Name, or the short name of somebody above",
        now=str(was.get("name", "")),
        needed=needed,
    )
    if not given:
        return ""
    if given in people:
        return given
    if was and given != was["name"]:
        was, key = {}, _free(people, given)
    found: Value = {"name": given}
    found["post"] = asking.one("  Post", now=str(was.get("post", post)), needed=True)
    found |= _ways(asking, was, [p for k, p in people.items() if k != key])
    for kept in ("reach", "away_until"):
        if kept in was:
            found[kept] = was[kept]
    # In the order of before, which is the order in which they are tried.
    people[key] = {
        kind: found[kind] for kind in dict.fromkeys([*was, *found]) if kind in found
    }
    asking.say(f"  Noted, under the short name {key}.")
    return key


def _ways(asking: Asking, was: Value, others: list[Value]) -> Value:
    """How a person is reached, each way theirs alone but for the phone."""
    asked: tuple[tuple[str, str], ...] = (
        ("phone", "  Phone"),
        ("email", "  E-mail"),
        ("slack", "  Slack, as T012ABC/U034DEF"),
        ("teams", "  Teams, the directory object id"),
    )
    found: Value = {}
    for kind, prompt in asked:
        value = asking.one(prompt, kind, str(was.get(kind, "")))
        while value and kind != "phone" and value in (p.get(kind) for p in others):
            asking.say("  Somebody above has that one.")
            value = asking.one(prompt, kind)
        if value:
            found[kind] = value
    return found


def _free(people: Value, name: str) -> str:
    """A short name that nobody has yet."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "person"
    numbered = (f"{slug}-{number}" for number in count(2))
    return next(key for key in chain([slug], numbered) if key not in people)
