"""Transactions: work in, result out once it is committed.

Work is a plain function of a Desk, the same on both databases. It may be run again
(after a deadlock, or because another piece of work in its batch failed), so it must
do nothing but read and write at its desk.

SQLite has one process and one writer: work that waits is committed together, since a
commit that survives a power cut costs milliseconds whatever it holds. On PostgreSQL
several transactions run side by side.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.persistence.cases import ConflictError
from bot.persistence.desk import Desk, desk

MOST_TOGETHER = 256
MOST_TRIES = 6
PARALLEL = 4
AGAIN = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for "serialisation failed" and "deadlock": try once more."""

_T = TypeVar("_T")
Failpoint = Callable[[str], None]


class Store(Protocol):
    """Runs work in transactions."""

    async def tx(self, work: Callable[[Desk], _T]) -> _T:
        """Run work in a transaction; returns once it is committed.

        Raises:
            Exception: What the work raised; then nothing of it is kept.

        """
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of the database."""
        ...


def lives(_: str) -> None:
    """The failpoint of a store that is to live."""


def nothing() -> None:
    """There is nothing to let go of."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Desk], Any]
    done: "asyncio.Future[Any]"


class SqliteStore:
    """One writer thread; everything that waits is committed together."""

    def __init__(
        self,
        engine: Engine,
        pulled: frozenset[str] = frozenset(),
        failpoint: Failpoint = lives,
        release: Callable[[], None] = nothing,
    ) -> None:
        self._engine = engine
        self._pulled = pulled
        self._failpoint = failpoint
        self._release = release
        self._thread = ThreadPoolExecutor(1, "headnote-writer")
        self._jobs: list[_Job] = []
        self._writer: asyncio.Task[None] | None = None

    async def tx(self, work: Callable[[Desk], _T]) -> _T:
        """Run work in a transaction, together with whatever else waits."""
        done: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(work, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await asyncio.shield(done)

    async def close(self) -> None:
        """Finish what was begun, and let go of the file."""
        while self._writer is not None:
            await asyncio.wait([self._writer])
        self._thread.shutdown()
        self._engine.dispose()
        self._release()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._jobs:
            jobs = self._jobs[:MOST_TOGETHER]
            del self._jobs[: len(jobs)]
            each = await loop.run_in_executor(self._thread, self._together, jobs)
            for job, (result, error) in zip(jobs, each, strict=True):
                if job.done.done():
                    continue
                if error is None:
                    job.done.set_result(result)
                else:
                    job.done.set_exception(error)
        self._writer = None

    def _together(self, jobs: list[_Job]) -> list[tuple[Any, Exception | None]]:
        try:
            return [(result, None) for result in self._commit(jobs)]
        except Exception as error:  # noqa: BLE001 - told to whoever gave the work
            if len(jobs) == 1:
                return [(None, error)]
        return [self._together([job])[0] for job in jobs]

    def _commit(self, jobs: list[_Job]) -> list[Any]:
        with self._engine.begin() as connection:
            here = desk(connection, self._pulled)
            results = [job.work(here) for job in jobs]
            self._failpoint("before_commit")
        self._failpoint("after_commit")
        return results


class PostgresStore:
    """A few threads, each with a connection of its own."""

    def __init__(
        self,
        engine: Engine,
        pulled: frozenset[str] = frozenset(),
        failpoint: Failpoint = lives,
    ) -> None:
        self._engine = engine
        self._pulled = pulled
        self._failpoint = failpoint
        self._threads = ThreadPoolExecutor(PARALLEL, "headnote-database")

    async def tx(self, work: Callable[[Desk], _T]) -> _T:
        """Run work in a transaction of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, work)

    async def close(self) -> None:
        """Finish what was begun, and let go of the connections."""
        self._threads.shutdown()
        self._engine.dispose()

    def _run(self, work: Callable[[Desk], _T]) -> _T:
        for attempt in range(1, MOST_TRIES + 1):
            try:
                with self._engine.begin() as connection:
                    result = work(desk(connection, self._pulled))
                    self._failpoint("before_commit")
            except ConflictError:
                if attempt == MOST_TRIES:
                    raise
            except DBAPIError as error:
                if attempt == MOST_TRIES or not _passing(error):
                    raise
            else:
                self._failpoint("after_commit")
                return result
        raise AssertionError("unreachable")


def _passing(error: DBAPIError) -> bool:
    """Whether the same work may well succeed if it is simply run again."""
    return getattr(error.orig, "sqlstate", None) in AGAIN
