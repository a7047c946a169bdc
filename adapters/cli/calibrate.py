"""`headnote calibrate`: what each threshold would cost, on labelled questions.

The questions must be such as the index was not trained on. Choose the lowest
threshold whose bound on wrong answers one can live with, and write it into
`knowledge/matching/bands.py`. The bound is Clopper and Pearson's, one-sided, 95 %.
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
CONFIDENCE = 0.95


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
    from scipy.stats import beta  # noqa: PLC0415  takes a while to load

    print("threshold  right  wrong  (at most)  asked  missed")
    for sure in tqdm(GRID, leave=False, disable=not sys.stderr.isatty()):
        bands = replace(BANDS, sure=sure, sure_of_silence=sure)
        counts = outcomes(library, cases, bands)
        total = sum(counts.values())
        wrong = counts["wrong"]
        bound = 100 * beta.ppf(CONFIDENCE, wrong + 1, max(total - wrong, 1))
        right, at, asked, missed = (
            percent(counts[n], total) for n in ("right", "wrong", "asked", "missed")
        )
        mark = "  <- in use" if bands == BANDS else ""
        print(f"{sure:9}  {right:5}  {at:5}  {bound:9.1f}  {asked:5}  {missed:6}{mark}")
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
