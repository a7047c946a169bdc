"""The processes of a run: started, killed, paused, and started again.

They are forked off a server that has loaded everything already, so that a process is
back within a tenth of a second and a minute holds many deaths.
"""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from random import Random

from tests.crash.service import Plan, serve

KILLED = -signal.SIGKILL
GRACE = 10
"""Seconds that a process may take to end when it is told to."""

_context = get_context("forkserver")


@dataclass(slots=True)
class Replicas:
    """As many processes as there are plans; a plan's process is kept alive.

    Attributes:
        shot: How many were killed at random.
        died: How many killed themselves at a failpoint.
        paused: How many were stopped for longer than their lease.
        released: When each process that was stopped was let go on, by its owner's name.
        wrong: Exit codes of those that ended in any other way.

    """

    plans: tuple[Plan, ...]
    random: Random
    shot: int = 0
    died: int = 0
    paused: int = 0
    released: list[tuple[str, float]] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    _living: list[ForkServerProcess] = field(default_factory=list)
    _stopped: int | None = None
    _lives: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def kills(self) -> int:
        """How many were killed."""
        return self.shot + self.died

    def start(self) -> None:
        """Start all."""
        _context.set_forkserver_preload(["tests.crash.service"])
        self._living = [self._born(plan) for plan in self.plans]

    def _born(self, plan: Plan) -> ForkServerProcess:
        life = next(self._lives)
        once = replace(plan, owner=f"{plan.owner}-{life}", seed=plan.seed + life)
        process = _context.Process(
            target=serve, args=(once,), name=once.owner, daemon=True
        )
        process.start()
        return process

    async def watch(self) -> None:
        """Start again whatever has ended."""
        while True:
            await asyncio.sleep(0.02)
            for number, process in enumerate(self._living):
                if process.exitcode is None:
                    continue
                if process.exitcode == KILLED:
                    self.died += 1
                else:
                    self.wrong.append(process.exitcode)
                await asyncio.sleep(self.random.uniform(0, 0.2))
                self._living[number] = self._born(self.plans[number])

    async def shoot(self, every: tuple[float, float]) -> None:
        """Kill one at random, again and again.

        Args:
            every: The shortest and the longest time between, in seconds.

        """
        while True:
            await asyncio.sleep(self.random.uniform(*every))
            number = self.random.randrange(len(self._living))
            if number != self._stopped:
                self._kill(self._living[number])

    async def pause(self, every: tuple[float, float]) -> None:
        """Stop one for longer than its lease, then let it go on, again and again."""
        while True:
            await asyncio.sleep(self.random.uniform(*every))
            number = self.random.randrange(len(self._living))
            process = self._living[number]
            if _signal(process, signal.SIGSTOP):
                self._stopped = number
                longer = self.plans[number].lease * self.random.uniform(1.2, 1.8)
                await asyncio.sleep(longer)
                self._stopped = None
                self.released.append((process.name, time.monotonic()))
                self.paused += _signal(process, signal.SIGCONT)

    def renew(self, failpoints: dict[str, float]) -> None:
        """Kill all once more; the watch goes on with other failpoints."""
        self.plans = tuple(replace(p, failpoints=failpoints) for p in self.plans)
        for process in self._living:
            self._kill(process)

    def _kill(self, process: ForkServerProcess) -> None:
        if process.exitcode is None:
            process.kill()
            self.shot += 1
            self.died -= 1  # the watch will take it for its own doing

    def end(self) -> None:
        """Kill what still lives, without a word."""
        for process in self._living:
            process.kill()

    async def stop(self) -> None:
        """Tell all to end; whoever does not in time is killed, and counts as wrong."""
        for process in self._living:
            _signal(process, signal.SIGTERM)
        for process in self._living:
            await asyncio.to_thread(process.join, GRACE)
            if process.exitcode != 0:
                self.wrong.append(process.exitcode or KILLED)
                process.kill()
                await asyncio.to_thread(process.join)


def _signal(process: ForkServerProcess, what: signal.Signals) -> bool:
    if process.exitcode is not None or process.pid is None:
        return False
    os.kill(process.pid, what)
    return True
