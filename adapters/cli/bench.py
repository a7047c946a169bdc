"""`headnote bench`: how fast, how long to open, how much memory; and others.

The questions timed are the packs' own examples, over and over; what is timed is the
engine alone (decide and word the reply), on one core, in this process.
"""

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from adapters.cli import load, public
from adapters.cli.talking import talk
from adapters.library import open_library
from bot.persistence.opening import StoreError

_OPEN = (
    "import time; t = time.perf_counter();"
    "from adapters.library import open_library; open_library();"
    "print(time.perf_counter() - t)"
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "bench",
        help="measure speed and memory",
        description="Measure the engine: time a question, start, memory.",
        epilog="examples: headnote bench --rounds 20; "
        "headnote bench public ../shared/benchmarks; headnote bench store",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="store | public FOLDER",
        help="measure the store, or the matcher on public data sets, instead",
    )
    parser.add_argument("--database", help="for `store`: an empty database's URL")
    parser.add_argument(
        "--seconds", type=float, default=5, help="for each figure of it"
    )
    parser.add_argument("--rounds", type=int, default=10, help="times each question")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    match args.what:
        case []:
            return _speed(args.rounds)
        case ["public", folder]:
            try:
                return public.run(Path(folder))
            except OSError as error:
                print(
                    f"headnote: {error.filename} cannot be read ({error.strerror}). "
                    "Name the folder that holds clinc150, banking77 and hint3.",
                    file=sys.stderr,
                )
                return 2
        case ["store"]:
            try:
                return load.run(args.database, args.seconds)
            except (load.NotForBenchError, StoreError) as error:
                print(f"headnote: {error}", file=sys.stderr)
                return 2
        case _:
            print(
                "headnote: say `bench`, `bench store` or `bench public FOLDER`.",
                file=sys.stderr,
            )
            return 2


def _speed(rounds: int) -> int:
    _start_seconds()  # built, if it was not, in a process of its own
    starts = [_start_seconds() for _ in range(5)]
    library = open_library()
    now = dt.datetime.now(dt.UTC)
    took: list[float] = []
    for _ in range(max(1, rounds)):
        for school in library.schools.values():
            for example in school.pack.examples:
                took += talk(school, example.turns, now).ms
    took.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {
        "questions": len(took),
        "ms_p50": took[len(took) // 2],
        "ms_p99": took[int(len(took) * 0.99)],
        "open_seconds_median": round(statistics.median(starts), 3),
        "peak_memory_mb": round(
            peak / (1024 if sys.platform != "darwin" else 2**20), 1
        ),
    }
    print(json.dumps(figures, indent=2))
    return 0


def _start_seconds() -> float:
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", _OPEN], check=True, capture_output=True, text=True
    )
    return float(done.stdout)
