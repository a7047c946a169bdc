"""One run: start, drive, kill until there were enough deaths, settle, check."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from aiohttp import web
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url

from tests.crash.checks import Facts, Problem, Seen, Wrong, problems, read, unfinished
from tests.crash.mutants import Mutant
from tests.crash.replicas import Replicas
from tests.crash.service import Plan, small_library
from tests.crash.staff import Staff

LEASE = 2.0
LOOK = 0.7
"""Seconds between looks at whether all has settled."""
QUIET = 3
"""Looks in a row that must find all settled: what is said twice may come late."""
SOON = 0.5
"""Seconds after being let go on in which a process posts what it was about to."""
MOST_BUSY = 80
LONGEST = 240.0
"""Seconds after which a run goes without its deaths, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is run.

    Attributes:
        kills: How many deaths there must be.
        stops: How many pauses.
        rate: Cases begun a second.
        shots: Seconds between random kills, the least and the most; None for none.
        pauses: The same for stops that are longer than the lease.
        failpoints: With what chance a process dies at each point.
        settle: Seconds in which everything must have ended after the last death.

    """

    name: str
    replicas: int
    kills: int
    seed: int
    stops: int = 0
    rate: float = 4.0
    shots: tuple[float, float] | None = None
    pauses: tuple[float, float] | None = None
    failpoints: dict[str, float] = field(default_factory=dict)
    settle: float = 45.0
    mutant: Mutant = Mutant.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run."""

    run: Run
    seconds: float
    shot: int
    died: int
    paused: int
    cases: int
    turns: int
    repeats: int
    messages: int
    problems: tuple[Problem, ...]

    @property
    def figures(self) -> dict[str, object]:
        """The outcome as JSON would have it."""
        found = [problem.wrong for problem in self.problems]
        return {
            "run": self.run.name,
            "replicas": self.run.replicas,
            "seconds": round(self.seconds, 1),
            "killed at random": self.shot,
            "killed at failpoints": self.died,
            "paused": self.paused,
            "escalations": self.cases,
            "turns": self.turns,
            "turns sent again": self.repeats,
            "messages": self.messages,
            **{str(wrong): found.count(wrong) for wrong in Wrong},
        }


async def run(what: Run, database: str, folder: Path) -> Outcome:
    """Run it on a fresh database.

    Args:
        what: What is run.
        database: The database's URL.
        folder: Where sockets and logs go, and the library's index is kept.

    """
    began = time.monotonic()
    small_library(folder.parent / "cache")  # learnt once, before anybody needs it
    plans = tuple(
        Plan(
            database=database,
            door=folder / f"door-{number}",
            messenger=folder / "messenger",
            cache=folder.parent / "cache",
            log=folder / "log",
            owner=f"replica-{number}",
            seed=what.seed * 1000 + number * 100_000,
            lease=LEASE,
            failpoints=what.failpoints,
            mutant=what.mutant,
        )
        for number in range(what.replicas)
    )
    replicas = Replicas(plans, Random(what.seed))
    staff = Staff(Random(what.seed + 1), tuple(plan.door for plan in plans))
    engine = create_engine(_driven(database))
    async with _listening(staff, folder / "messenger"):
        try:
            replicas.start()
            async with _beside(replicas.watch()):
                await _drive(what, replicas, staff)
                replicas.renew({})
                await _settle(what, engine, staff, replicas)
            await replicas.stop()
        finally:
            replicas.end()
            await staff.close()
    facts = _facts(engine)
    engine.dispose()
    seen = _seen(what, staff, replicas)
    return Outcome(
        run=what,
        seconds=time.monotonic() - began,
        shot=replicas.shot,
        died=replicas.died,
        paused=replicas.paused,
        cases=sum(case.sent for case in seen.cases),
        turns=len(seen.acked),
        repeats=staff.repeats,
        messages=sum(seen.posts.values()),
        problems=(*problems(facts, seen), *_stumbles(what, replicas, staff)),
    )


@asynccontextmanager
async def _listening(staff: Staff, socket: Path) -> AsyncIterator[None]:
    app = web.Application()
    app.add_routes(staff.messenger.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _beside(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Endless work, for as long as the context lasts."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _drive(what: Run, replicas: Replicas, staff: Staff) -> None:
    """Begin cases until there were enough deaths."""
    works = [replicas.shoot(what.shots)] if what.shots else []
    works += [replicas.pause(what.pauses)] if what.pauses else []
    pace, until = Random(what.seed + 2), time.monotonic() + LONGEST
    async with _beside(*works):
        for number in count():
            staff.begin(number)
            await asyncio.sleep(pace.expovariate(what.rate))
            await staff.room(MOST_BUSY, until - time.monotonic())
            enough = replicas.kills >= what.kills and replicas.paused >= what.stops
            if enough or time.monotonic() > until:
                return


async def _settle(what: Run, engine: Engine, staff: Staff, replicas: Replicas) -> None:
    """Wait until all has ended as it must, or there is no more time for it."""
    until = time.monotonic() + what.settle
    quiet = 0
    while quiet < QUIET and time.monotonic() < until:
        await asyncio.sleep(LOOK)
        facts = await asyncio.to_thread(_facts, engine)
        waits = staff.busy or any(unfinished(facts, _seen(what, staff, replicas)))
        quiet = 0 if waits else quiet + 1


def _facts(engine: Engine) -> Facts:
    with engine.connect() as connection:
        return read(connection)


def _seen(what: Run, staff: Staff, replicas: Replicas) -> Seen:
    return Seen(
        cases=tuple(staff.cases.values()),
        posts=staff.messenger.posts,
        order=staff.messenger.order,
        acked=staff.acked,
        after_stop=frozenset(
            key
            for key, senders in staff.messenger.senders.items()
            if any(
                sender == owner and 0 <= at - released < SOON
                for sender, at in senders
                for owner, released in replicas.released
            )
        ),
        one_by_one=what.replicas == 1,
    )


def _driven(database: str) -> URL:
    url = make_url(database)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _stumbles(what: Run, replicas: Replicas, staff: Staff) -> tuple[Problem, ...]:
    few = replicas.kills < what.kills or replicas.paused < what.stops
    had = f"only {replicas.kills} deaths and {replicas.paused} pauses"
    short = (had,) if few else ()
    ends = (f"a process ended with code {code}" for code in replicas.wrong)
    return tuple(
        Problem(Wrong.BROKEN, text) for text in (*short, *ends, *staff.stumbles)
    )
