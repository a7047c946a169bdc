"""`headnote evaluate`: ask labelled questions and score the replies."""

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from typing import Any

from tqdm import tqdm

from adapters.cli import bank_report
from adapters.cli.cases import Complaints, GoldCase, open_lines, read_cases
from adapters.cli.scoring import GROUPINGS, Score, percent
from adapters.cli.talking import talk
from adapters.library import UnknownSchoolError, open_library


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="score the replies to labelled questions",
        description="Ask labelled questions and score the replies.",
        epilog="example: headnote evaluate cases.jsonl --by policy --show wrong",
    )
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", help="JSON Lines with gold labels"
    )
    parser.add_argument(
        "--bank",
        action="store_true",
        help="instead, for authors: which topics the bank cannot tell apart",
    )
    parser.add_argument("--by", choices=tuple(GROUPINGS), help="also by group")
    parser.add_argument(
        "--show",
        choices=("wrong", "missed", "asked", "mixed_up", "all"),
        help="print the cases with this outcome",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=lambda args: _run(parser, args))


def _run(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    if args.bank == bool(args.cases):
        parser.error("give either a file of cases or --bank")
    if args.bank:
        return bank_report.report(as_json=args.json)
    name, lines = open_lines(args.cases)
    library = open_library()
    complaints = Complaints(name)
    score = Score()
    now = dt.datetime.now(dt.UTC)
    with lines, tqdm(unit="case", disable=not sys.stderr.isatty()) as bar:
        for number, case in read_cases(GoldCase, lines, complaints):
            bar.update()
            try:
                talked = talk(library.school(case.policy), case.turns, now)
            except UnknownSchoolError as error:
                what, _, fix = str(error).partition(". ")
                complaints.add(number, what, fix)
                continue
            found = score.add(case, talked.replies, talked.ms)
            if args.by:
                group = GROUPINGS[args.by](case)
                score.groups.setdefault(group, Counter())[found] += 1
            if args.show in (found, "all"):
                _show(case, talked.replies[-1], found)
    _print(score, as_json=args.json)
    return 1 if complaints.count else 0


def _show(case: GoldCase, last: dict[str, Any], found: str) -> None:
    cited = [citation["clause"] for citation in last["citations"]]
    print(
        f"{found:10} {case.id:22} {' | '.join(case.turns)[:110]!r}\n"
        f"           gold {case.kind} {case.verdict} {case.clauses}"
        f"  got {last['kind']} {last['verdict']} {cited} {last['why']['topic']}"
    )


def _print(score: Score, *, as_json: bool) -> None:
    figures = score.figures()
    if as_json:
        groups = {name: dict(counts) for name, counts in score.groups.items()}
        print(json.dumps(figures | ({"groups": groups} if groups else {})))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")
    for group, counts in sorted(score.groups.items()):
        total = sum(counts.values())
        rest = " ".join(f"{k}={v}" for k, v in counts.items() if k != "right")
        print(
            f"  {group:18} n={total:3} right={percent(counts['right'], total)}% {rest}"
        )
