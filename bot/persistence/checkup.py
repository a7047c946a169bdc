"""Looking at a database without changing it, even while a server has it open.

Nothing is written, no table is brought up to date and no lock is taken: SQLite's file
is opened read-only, beside the one process that may write.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, Connection, create_engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.escalation import SETTLED, Status
from bot.persistence.desk import Desk, desk
from bot.persistence.ledger import Ledger
from bot.persistence.moments import to_ms
from bot.persistence.opening import StoreError
from bot.persistence.tables import escalation, message

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """How a database is.

    Attributes:
        current: Whether its tables are those of this version; nothing else is known
            where they are not.
        broken: The first entry of the audit that does not follow; None if all do.
        undelivered: Messages that were given up.
        late: Messages that should have gone out before the grace began.
        overdue: Escalations whose own time came before the grace began.
        waiting: Escalations that nobody has replied to since `since`, by school.

    """

    current: bool
    broken: int | None = None
    undelivered: int = 0
    late: int = 0
    overdue: int = 0
    waiting: tuple[tuple[str, int], ...] = ()


def examine(
    url: str, now: dt.datetime, *, grace: dt.timedelta, since: dt.datetime
) -> Checkup:
    """Look at a database.

    Raises:
        StoreError: It is not there or cannot be reached.

    """
    with _reading(url) as connection:
        if not _current(connection):
            return Checkup(current=False)
        before = to_ms(now - grace)
        open_ = escalation.c.status.not_in([*SETTLED, Status.REPLIED])
        by_school = connection.execute(
            select(escalation.c.school, func.count())
            .where(open_, escalation.c.raised_at < to_ms(since))
            .group_by(escalation.c.school)
            .order_by(escalation.c.school)
        )

        return Checkup(
            current=True,
            broken=Ledger(connection).broken(),
            undelivered=_count(connection, message.c.status == "dead"),
            late=_count(
                connection,
                message.c.status == "pending",
                message.c.not_before < before,
            ),
            overdue=_count(connection, escalation.c.due < before),
            waiting=tuple((row[0], row[1]) for row in by_school),
        )


def look(url: str, work: Callable[[Desk], _T]) -> _T:
    """Read at a desk; writing at it fails.

    Raises:
        StoreError: The database is not there, cannot be reached, or is of another
            version.

    """
    with _reading(url) as connection:
        if not _current(connection):
            raise StoreError(
                "The database is of another version. Start the server once: it brings "
                "its tables up to date."
            )
        return work(desk(connection, frozenset()))


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    asked = select(func.count()).where(*where)
    return int(connection.execute(asked).scalar_one())


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    try:
        engine = create_engine(_read_only(make_url(url)), poolclass=NullPool)
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    except ArgumentError as error:
        raise StoreError("The database's address is not a URL.") from error
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs its driver: pip install 'headnote[postgresql]'."
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(
            "The database cannot be read: check that it is there and runs, and its "
            "user, password and name."
        ) from error


def _read_only(url: URL) -> URL:
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg").update_query_dict(
            {"connect_timeout": "10", "application_name": "headnote-checkup"}
        )
    file = Path(url.database or "")
    if not url.database or not file.is_file():
        raise StoreError("There is no database yet. It is made at the first start.")
    return URL.create(
        "sqlite+pysqlite",
        database=f"{file.absolute().as_uri()}",
        query={"mode": "ro", "uri": "true"},
    )


def _current(connection: Connection) -> bool:
    config = Config()
    config.set_main_option("script_location", "bot.persistence:migrations")
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == wanted
