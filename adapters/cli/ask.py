"""`headnote ask`: put a question, or a batch of them."""

import argparse
import datetime as dt
import json
import sys
from typing import Any

from tqdm import tqdm

from adapters.cli.cases import Case, Complaints, open_lines, read_cases
from adapters.cli.talking import talk
from adapters.directory import installed
from adapters.library import Library, UnknownSchoolError, open_library
from adapters.settings import Settings

EPILOG = """examples:
  headnote ask --school polymat "can I accept a parent's friend request?"
  headnote ask --school bentilee --why "who do I tell about nasty comments?"
  headnote ask --batch cases.jsonl > replies.jsonl
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "ask",
        help="ask a question",
        description="Ask a question, with replies to the follow-ups.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--school", help="the school's id, such as polymat")
    parser.add_argument("--json", action="store_true", help="print JSON replies")
    parser.add_argument("--why", action="store_true", help="show how each came about")
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help="JSON Lines with id, policy and turns; - for standard input",
    )
    parser.add_argument("turns", nargs="*", metavar="TEXT", help="question, replies")
    parser.set_defaults(run=lambda args: _run(parser, args))


def _run(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    if args.batch and (args.turns or args.school):
        parser.error("--batch takes its questions and schools from the file")
    if args.batch:
        return _batch(open_library(), args.batch)
    if not args.school:
        parser.error("say which school with --school")
    if not args.turns:
        parser.error("say what to ask")
    library = open_library()
    school = library.school(args.school)
    contacts = installed(Settings()).contacts(school.pack.school)
    talked = talk(school, args.turns, dt.datetime.now(dt.UTC), contacts)
    if args.json:
        print(json.dumps(talked.replies, ensure_ascii=False, indent=2))
        return 0
    for text, reply in zip(args.turns, talked.replies, strict=True):
        print(f"> {text}\n{reply['text']}\n")
        if args.why:
            print(_why(reply["why"]))
    return 0


def _why(why: dict[str, Any]) -> str:
    """How a reply came about, a line each."""
    lines = [f"topic: {why['topic'] or 'none'}", *why["because"]]
    lines += [f"taken as said: {q} = {o}" for q, o in why["taken_as_said"].items()]
    return "".join(f"  why: {line}\n" for line in lines)


def _batch(library: Library, file: str) -> int:
    name, lines = open_lines(file)
    complaints = Complaints(name)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    now = dt.datetime.now(dt.UTC)
    directory = installed(Settings())
    with lines, tqdm(unit="case", disable=not sys.stderr.isatty()) as bar:
        for number, case in read_cases(Case, lines, complaints):
            bar.update()
            try:
                school = library.school(case.policy)
            except UnknownSchoolError as error:
                what, _, fix = str(error).partition(". ")
                complaints.add(number, what, fix)
                continue
            contacts = directory.contacts(school.pack.school)
            talked = talk(school, case.turns, now, contacts)
            out = {"id": case.id, "replies": talked.replies, "ms": talked.ms}
            print(json.dumps(out, ensure_ascii=False))
    return 1 if complaints.count else 0
