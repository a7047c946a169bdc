"""`headnote calibrate`: what each threshold would cost, on labelled questions.

The questions must be such as the index was not trained on. Choose the lowest
threshold whose upper bound on wrong answers one can live with, and write it into
`knowledge/matching/bands.py`.
"""

import argparse
import datetime as dt
import sys
from collections import Counter
from dataclasses import replace

from tqdm import tqdm

from adapters.cli.cases import Complaints, GoldCase, open_lines, read_cases
from adapters.cli.scoring import outcome, percent
from adapters.cli.talking import talk
from adapters.library import Library, open_library
from knowledge import School
from knowledge.matching import BANDS, Bands, Matcher

GRID = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "calibrate",
        help="show what each threshold would cost",
        description="Ask labelled questions at several thresholds.",
        epilog="example: headnote calibrate tests/eval/held-out.jsonl",
    )
    parser.add_argument("cases", metavar="CASES", help="JSON Lines with gold labels")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    name, lines = open_lines(args.cases)
    complaints = Complaints(name)
    with lines:
        cases = [case for _, case in read_cases(GoldCase, lines, complaints)]
    library = open_library()
    print("threshold  right  wrong  asked  missed  precision when answering")
    for sure in tqdm(GRID, leave=False, disable=not sys.stderr.isatty()):
        bands = replace(BANDS, sure=sure, sure_of_silence=max(sure - 0.1, 0.3))
        counts = outcomes(library, cases, bands)
        total = sum(counts.values())
        told = counts["right"] + counts["wrong"]
        shares = [
            percent(counts[n], total) for n in ("right", "wrong", "asked", "missed")
        ]
        row = "  ".join(f"{share:5}" for share in shares)
        mark = " <- in use" if sure == BANDS.sure else ""
        print(f"{sure:9}  {row}   {percent(counts['right'], told)}{mark}")
    return 1 if complaints.count else 0


def outcomes(library: Library, cases: list[GoldCase], bands: Bands) -> Counter[str]:
    """How many cases came to what, had these bands been in use."""
    schools = {
        name: School(s.pack, s.bank, Matcher(library.reader, s.pack, bands))
        for name, s in library.schools.items()
    }
    now = dt.datetime.now(dt.UTC)
    counts: Counter[str] = Counter()
    for case in cases:
        school = schools[library.school(case.policy).pack.school]
        counts[outcome(case, talk(school, case.turns, now).replies[-1])] += 1
    return counts
