"""`headnote quality`: how good the answers are, as the tables of the documentation.

By words alone and, where the encoder is installed, with meaning; each file of cases,
then by school and by style over all of them.
"""

import argparse
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.cli.cases import Complaints, GoldCase, open_lines, read_cases
from adapters.cli.scoring import Score, percent
from adapters.cli.talking import talk
from adapters.library import Library, open_library

MODES = {"off": "words alone", "auto": "words and meaning"}
COLUMNS = {
    "cases": "cases",
    "right%": "right %",
    "wrong%": "wrong %",
    "asked%": "asked %",
    "missed%": "missed %",
    "mixed_up%": "mixed up %",
    "citation_precision%": "clauses cited well %",
    "emergency_recall%": "emergencies seen %",
    "false_emergency%": "false emergencies %",
    "follow_up_when_needed%": "asked where needed %",
    "ms_p50": "p50 ms",
    "ms_p99": "p99 ms",
}
OUTCOMES = ("right", "wrong", "asked", "missed", "mixed_up")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "quality",
        help="write the tables of docs/quality-figures.md",
        description="Score files of labelled questions; print Markdown tables.",
        epilog="example: headnote quality tests/eval/frozen.jsonl",
    )
    parser.add_argument("files", metavar="CASES", nargs="+", help="JSON Lines")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    complaints = 0
    files: dict[str, list[GoldCase]] = {}
    for file in args.files:
        name, lines = open_lines(file)
        found = Complaints(name)
        with lines:
            files[Path(file).name] = [c for _, c in read_cases(GoldCase, lines, found)]
        complaints += found.count
    print("# Figures\n\nWritten by `make quality`; see [quality.md](quality.md).")
    for mode, title in MODES.items():
        library = open_library(meaning=mode)
        if mode == "auto" and library.reader.index.meanings is None:
            print("\nThe encoder is not installed here: no figures with meaning.")
            continue
        print("\n".join(_tables(title, library, files)))
    return 1 if complaints else 0


def _tables(
    title: str, library: Library, files: dict[str, list[GoldCase]]
) -> Iterator[str]:
    yield f"\n## By {title}\n"
    yield from _head("set", COLUMNS.values())
    groups: dict[str, dict[str, Score]] = defaultdict(lambda: defaultdict(Score))
    now = dt.datetime.now(dt.UTC)
    for name, cases in files.items():
        score = Score()
        for case in cases:
            talked = talk(library.school(case.policy), case.turns, now)
            score.add(case, talked.replies, talked.ms)
            for group in (f"school {case.policy}", f"style {case.style}"):
                groups[name][group].add(case, talked.replies, talked.ms)
        figures = score.figures()
        yield _row(name, (figures[key] for key in COLUMNS))
    for name, scores in groups.items():
        yield f"\n{name}, by school and style:\n"
        yield from _head("group", ("cases", *OUTCOMES))
        for group in sorted(scores):
            counts = scores[group].outcomes
            total = sum(counts.values())
            shares = (f"{percent(counts[o], total)} %" for o in OUTCOMES)
            yield _row(group, (total, *shares))


def _head(first: str, columns: Iterable[str]) -> Iterator[str]:
    names = [first, *columns]
    yield _row(names[0], names[1:])
    yield _row("---", ["---"] * (len(names) - 1))


def _row(first: str, rest: Iterable[object]) -> str:
    cells = [f"{x:.1f}" if isinstance(x, float) else str(x) for x in rest]
    return f"| {first} | {' | '.join(cells)} |"
