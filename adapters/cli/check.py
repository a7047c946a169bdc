"""`headnote check`: every problem of the content, each with file, line and remedy.

Beyond what loading checks, every pack's own examples are asked and must be answered
as they say.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator

from tqdm import tqdm

from adapters.cli.talking import talk
from adapters.library import open_library
from knowledge import PackError, Problem, School
from knowledge.model import Example


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="check the content",
        description="Check the question bank and packs, examples included.",
        epilog="example: headnote check polymat",
    )
    parser.add_argument("school", nargs="?", help="only this school's examples")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    library = open_library()
    chosen = (
        [library.school(args.school)] if args.school else list(library.schools.values())
    )
    examples = [(school, e) for school in chosen for e in school.pack.examples]
    problems: list[Problem] = []
    for school, example in tqdm(
        examples, unit="example", disable=not sys.stderr.isatty()
    ):
        problems += example_problems(school, example)
    if problems:
        raise PackError(tuple(problems))
    names = ", ".join(school.pack.school for school in chosen)
    print(f"{names}: no problems, {len(examples)} examples answered as expected.")
    return 0


def example_problems(school: School, example: Example) -> Iterator[Problem]:
    """How the reply to an example differs from what it expects."""
    reply = talk(school, example.turns, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    last = reply.replies[-1]
    asked = " / ".join(example.turns)
    cited = [citation["clause"] for citation in last["citations"]]
    got = f"got {last['kind']} ({last['why']['topic'] or 'no topic'})"
    fix = "Deepen the topic's phrasings, or correct the example."
    if last["kind"] != example.kind:
        what = f"{asked!r}: expected {example.kind}, {got}"
        yield Problem(example.file, example.line, what, fix)
    elif example.verdict and last["verdict"] != example.verdict:
        what = f"{asked!r}: expected {example.verdict}, got {last['verdict']}"
        yield Problem(example.file, example.line, f"{what} ({got})", fix)
    elif example.clauses and not set(cited) & set(example.clauses):
        what = f"{asked!r}: expected {', '.join(example.clauses)}"
        what += f", cited {', '.join(cited) or 'nothing'} ({got})"
        yield Problem(example.file, example.line, what, fix)
