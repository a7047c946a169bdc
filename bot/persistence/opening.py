"""Opening a store by its URL: settings, lock, tables brought up to date."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import StaticPool

from bot.persistence.store import (
    PARALLEL,
    Failpoint,
    PostgresStore,
    SqliteStore,
    Store,
    lives,
    nothing,
)
from bot.persistence.tables import metadata

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose acknowledged commits in a power cut
    "busy_timeout=5000",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is not to be read from the file
)
MIGRATING = 20_261_121


class StoreError(Exception):
    """The store cannot be opened; says what to do about it."""


def open_store(
    url: str,
    *,
    pulled: frozenset[str] = frozenset(),
    failpoint: Failpoint = lives,
) -> Store:
    """Open a store, its tables brought up to date.

    Args:
        url: `sqlite:///path/to/file`, `sqlite://` for one in memory, or
            `postgresql://user:password@host/name`.
        pulled: Channels whose people come and look.
        failpoint: Called around commits; a test's way to break off there.

    Raises:
        StoreError: The URL is of another kind, another process has the file, or the
            database cannot be reached.

    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("The database's address is not a URL.") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, pulled, failpoint)
        case "postgresql":
            return _postgresql(parsed, pulled, failpoint)
        case other:
            raise StoreError(
                f"{other} is not a database that Headnote knows: use sqlite:/// and a "
                "file, or postgresql://."
            )


def _sqlite(url: URL, pulled: frozenset[str], failpoint: Failpoint) -> SqliteStore:
    in_memory = url.database in (None, "", ":memory:")
    lock = None if in_memory else _alone(Path(str(url.database)))
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
        hide_parameters=True,  # people's words are not for error messages
    )

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI's own
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    if in_memory:
        metadata.create_all(engine)
    else:
        _upgrade(engine)
    return SqliteStore(engine, pulled, failpoint, lock.release if lock else nothing)


def _alone(file: Path) -> FileLock:
    """SQLite is for one process: the second is refused rather than let in."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(f"{file}.lock", mode=0o600, thread_local=False)
        lock.acquire(timeout=0)
        file.touch(mode=0o600)
    except Timeout as error:
        raise StoreError(
            f"Another Headnote uses {file}. Stop it first, or use PostgreSQL for more "
            "than one."
        ) from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written ({error.strerror}).") from error
    return lock


def _postgresql(
    url: URL, pulled: frozenset[str], failpoint: Failpoint
) -> PostgresStore:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=PARALLEL,
        max_overflow=1,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "headnote",
            # A process that is frozen in a transaction must not hold up the others.
            "options": "-c idle_in_transaction_session_timeout=15s",
        },
    )
    try:
        _upgrade(engine)
    except OperationalError as error:
        raise StoreError(
            f"The database at {url.host or 'localhost'} cannot be reached: check that "
            "it runs, and its user, password and name."
        ) from error
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs its driver: pip install 'headnote[postgresql]'."
        ) from error
    return PostgresStore(engine, pulled, failpoint)


def _upgrade(engine: Engine) -> None:
    """Bring the tables up to date; replicas that start together take turns."""
    config = Config()
    config.set_main_option("script_location", "bot.persistence:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING}
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
