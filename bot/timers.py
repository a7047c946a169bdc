"""What happens by itself: escalations whose time has come, and forgetting."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot import escalating, filing
from bot.escalation import Due
from bot.persistence.desk import Desk
from bot.persistence.store import Store
from bot.ports import Clock, StaffDirectory

AT_ONCE = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept.

    Attributes:
        words: Questions' words, conversations and threads.
        settled: The words of escalations, from when they were settled.
        turns: The ids by which repeats are known.

    """

    words: dt.timedelta = dt.timedelta(days=30)
    settled: dt.timedelta = dt.timedelta(days=365)
    turns: dt.timedelta = dt.timedelta(days=7)


class Timers:
    """Rows with a due time, acted upon when it comes, once."""

    def __init__(
        self,
        store: Store,
        directory: StaffDirectory,
        *,
        clock: Clock,
        wake: Callable[[], None],
        retention: Retention = Retention(),
        every: float = 5.0,
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._wake = wake
        self._retention = retention
        self._every = every
        self._forgot: dt.datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Act on what is due until told to stop."""
        while not stop.is_set():
            try:
                await self.tick()
            except Exception:  # noqa: BLE001 - the loop's boundary: logged, tried again
                _log.exception("timers.tick_failed")
            try:
                await asyncio.wait_for(stop.wait(), self._every)
            except TimeoutError:
                continue

    async def tick(self) -> int:
        """Act on everything that is due; returns how much that was."""
        now, acted = self._clock(), 0
        while batch := await self._store.tx(lambda desk: self._act(desk, now)):
            acted += batch
        if acted:
            self._wake()
        if self._forgot is None or now - self._forgot >= dt.timedelta(hours=1):
            await self._store.tx(lambda desk: self._forget(desk, now))
            self._forgot = now
        return acted

    def _act(self, desk: Desk, now: dt.datetime) -> int:
        acted = 0
        for escalation in desk.cases.due(now, AT_ONCE):
            world = filing.world(desk, self._directory, escalation.school, now)
            if world is None:
                _log.error("timers.nobody_named", escalation=escalation.id)
                continue
            change = escalating.advance(escalation, Due(), world)
            filing.advanced(desk, change, world)
            acted += 1
        return acted

    def _forget(self, desk: Desk, now: dt.datetime) -> None:
        kept = self._retention
        words = now - kept.words
        desk.talks.forget(words=words, turns=now - kept.turns)
        desk.outbox.forget(words)
        desk.cases.forget(now - kept.settled)
        desk.register.forget(now, unseen=now - kept.settled)
        desk.installs.forget(now)
