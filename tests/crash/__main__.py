"""`python -m tests.crash`: all runs, what they found, and one line of figures."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash.checks import Wrong
from tests.crash.harness import Outcome, Run, run
from tests.crash.mutants import Mutant
from tests.postgres import NoPostgresError, running

SHOWN = 12
"""Problems shown of each run; the rest are counted."""

OFTEN = {
    "before_commit": 0.002,
    "after_commit": 0.002,
    "before_send": 0.004,
    "after_send": 0.004,
}
"""With what chance a process dies each time that it comes by."""

EACH = 30
FULL = (
    Run(name="sqlite, random", replicas=1, kills=EACH, seed=1, shots=(0.5, 1.5)),
    Run(name="sqlite, failpoints", replicas=1, kills=EACH, seed=2, failpoints=OFTEN),
    Run(
        name="postgresql, random",
        replicas=3,
        kills=EACH,
        seed=3,
        shots=(0.5, 1.5),
        pauses=(2.0, 5.0),
    ),
    Run(
        name="postgresql, pauses",
        replicas=3,
        kills=EACH // 3,
        stops=15,
        seed=4,
        shots=(3.0, 6.0),
        pauses=(0.1, 0.4),
    ),
    Run(
        name="postgresql, failpoints", replicas=3, kills=EACH, seed=5, failpoints=OFTEN
    ),
)
SHORT = (
    Run(
        name="sqlite",
        replicas=1,
        kills=15,
        seed=6,
        shots=(0.8, 1.6),
        failpoints=OFTEN,
    ),
    Run(
        name="postgresql",
        replicas=3,
        kills=15,
        stops=1,
        seed=7,
        shots=(0.8, 1.6),
        pauses=(0.5, 1.5),
        failpoints=OFTEN,
    ),
)
EVIDENCE = {
    Mutant.EARLY: Wrong.LOST,
    Mutant.UNLEASED: Wrong.DOUBLED_POST,
    Mutant.HASTY: Wrong.LOST,
}
"""By what each mutant must be found out."""
DEADLY = 0.02
BROKEN = (
    Run(
        name="mutant, early",
        replicas=1,
        kills=10,
        seed=8,
        rate=8,
        failpoints={"before_commit": DEADLY},
        settle=5,
        mutant=Mutant.EARLY,
    ),
    Run(
        name="mutant, unleased",
        replicas=3,
        kills=6,
        seed=9,
        failpoints=OFTEN,
        settle=5,
        mutant=Mutant.UNLEASED,
    ),
    Run(
        name="mutant, hasty",
        replicas=1,
        kills=4,
        seed=10,
        failpoints={"before_send": DEADLY},
        settle=5,
        mutant=Mutant.HASTY,
    ),
)


def main() -> int:
    """Run all; returns 0 if nothing was lost or doubled and every mutant was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--full", action="store_true", help="about five minutes")
    form.add_argument("--short", action="store_true", help="about one minute")
    parser.add_argument("--only", default="", help="runs whose name has this in it")
    parser.add_argument("--keep", type=Path, help="a folder for databases and logs")
    args = parser.parse_args()
    runs = [
        r for r in (*(FULL if args.full else SHORT), *BROKEN) if args.only in r.name
    ]
    began = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="headnote-crash-") as made,
            running(durable=True) as postgres,
        ):
            folder = args.keep or Path(made)
            outcomes = [
                _one(number, what, folder, postgres.database)
                for number, what in enumerate(runs)
            ]
    except NoPostgresError as error:
        _say(f"no PostgreSQL: {error}")
        return 2
    good = [_judged(outcome) for outcome in outcomes]
    figures = _figures(outcomes, good, time.monotonic() - began)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if all(good) else 1


def _say(text: str) -> None:
    sys.stderr.write(f"crash: {text}\n")


def _one(
    number: int, what: Run, folder: Path, database: Callable[[str], str]
) -> Outcome:
    here = folder / str(number)
    here.mkdir(parents=True)
    several = what.replicas > 1
    url = database("crash") if several else f"sqlite:///{here / 'crash.db'}"
    outcome = asyncio.run(run(what, url, here))
    _say(f"{json.dumps(outcome.figures)}")
    return outcome


def _judged(outcome: Outcome) -> bool:
    """Whether a run went as it must; says what did not."""
    found, name = outcome.problems, outcome.run.name
    if outcome.run.mutant is not Mutant.NONE:
        if not _evidence(outcome):
            _say(f"NOT FOUND: {name}")
        return _evidence(outcome) > 0
    bad = [problem for problem in found if problem.wrong is not Wrong.AFTER_STOP]
    for problem in found[:SHOWN]:
        _say(f"{name}: {problem.wrong.upper()}: {problem.what}")
    if len(found) > SHOWN:
        _say(f"{name}: and {len(found) - SHOWN} more")
    return not bad


def _evidence(outcome: Outcome) -> int:
    """How often a mutant was found out by what is wrong with it, and nothing else."""
    wanted = EVIDENCE[outcome.run.mutant]
    return sum(problem.wrong is wanted for problem in outcome.problems)


def _figures(
    outcomes: list[Outcome], good: list[bool], seconds: float
) -> dict[str, object]:
    real = [o for o in outcomes if o.run.mutant is Mutant.NONE]
    return {
        "passed": all(good),
        "seconds": round(seconds),
        "kills": sum(o.shot + o.died for o in real),
        "pauses": sum(o.paused for o in real),
        "escalations": sum(o.cases for o in real),
        "messages": sum(o.messages for o in real),
        "problems": sum(
            problem.wrong is not Wrong.AFTER_STOP
            for o in real
            for problem in o.problems
        ),
        "mutants": {
            str(o.run.mutant): _evidence(o)
            for o in outcomes
            if o.run.mutant is not Mutant.NONE
        },
        "runs": [o.figures for o in outcomes],
    }


if __name__ == "__main__":
    sys.exit(main())
