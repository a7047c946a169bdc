"""A private PostgreSQL for tests: started from what is installed, always stopped.

`TEST_DATABASE_URL` names a server to use instead; its user must be allowed to create
databases. Where neither is there the tests that need one are skipped with the reason.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url

TRIES = 3
LONGEST = 60
"""Seconds that starting may take on a busy machine."""

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Settings for tests that are not about surviving: a crash may lose everything."""

# Waits until whoever started the server closes the pipe, by intent or by dying.
GUARD = 'read -r _; "$0" --pgdata "$1/data" --mode immediate stop; rm -rf "$1"'


class NoPostgresError(Exception):
    """There is no PostgreSQL to be had; says why."""


class Postgres:
    """A server that databases can be made on, each for one test."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._made: list[str] = []

    def database(self, name: str, *, like: str = "") -> str:
        """The URL of a fresh database.

        Args:
            name: A word for people who look at the server; need not be unique.
            like: The URL of a database to copy, which nobody is connected to; none
                for an empty one.

        """
        fresh = f"headnote_test_{os.getpid()}_{len(self._made)}_{name}"[:63].lower()
        template = make_url(like).database if like else None
        self._do("CREATE DATABASE {} TEMPLATE {}", fresh, template or "template0")
        self._made.append(fresh)
        return _plain(self._url.set(database=fresh))

    def clear(self) -> None:
        """Drop every database that was made."""
        for made in self._made:
            self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", made)
        self._made.clear()

    def _do(self, statement: LiteralString, *names: str) -> None:
        made = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(_plain(self._url), autocommit=True) as connection:
            connection.execute(made)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that all tests of a run share."""
    try:
        with running() as server:
            yield server
    except NoPostgresError as error:
        pytest.skip(f"no PostgreSQL: {error}")


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """A server for as long as the context lasts.

    Args:
        durable: Whether commits wait for the disk, as they do in earnest.

    Raises:
        NoPostgresError: None is named, and none is installed that starts.

    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        server = Postgres(make_url(named))
        try:
            yield server
        finally:
            server.clear()
        return
    machine = _Machine(_binaries(), _account())
    folder = machine.folder()
    with machine.guarded(folder):
        yield Postgres(machine.start(folder, () if durable else QUICK))


@dataclass(frozen=True, slots=True)
class _Account:
    """Whom the server runs as: it refuses to run as root."""

    user: int
    group: int


@dataclass(frozen=True, slots=True)
class _Machine:
    """What is installed here, and who may run it."""

    binaries: Path
    account: _Account | None
    environment: Mapping[str, str] = field(
        default_factory=lambda: {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    )

    def folder(self) -> Path:
        """A folder of the server's own, short enough for a socket's path."""
        made = Path(tempfile.mkdtemp(prefix="headnote-pg-", dir=_short_temporary()))
        if self.account:
            os.chown(made, self.account.user, self.account.group)
        return made

    @contextmanager
    def guarded(self, folder: Path) -> Iterator[None]:
        """Stop the server and remove its folder afterwards, come what may."""
        guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, str(self.binaries / "pg_ctl"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=self.environment,
            user=self.account.user if self.account else None,
            group=self.account.group if self.account else None,
            extra_groups=[] if self.account else None,
            start_new_session=True,  # Ctrl+C is for the tests, which then end it
        )
        with guard:  # closes the pipe, and waits
            yield

    def start(self, folder: Path, settings: tuple[str, ...]) -> URL:
        """Start a new server in a folder; returns where it is."""
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", *INITIAL)
        for attempt in range(1, TRIES + 1):
            port = _free_port()
            options = [f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"]
            options += [f"-c {setting}" for setting in settings]
            log = str(folder / "log")
            try:
                self._run(
                    "pg_ctl", "-D", data, "-w", "-l", log, "-o", " ".join(options),
                    "start",
                )  # fmt: skip
            except NoPostgresError:  # somebody else may have taken the port
                if attempt == TRIES:
                    raise
            else:
                return URL.create(
                    "postgresql", "postgres", None, "127.0.0.1", port, "postgres"
                )
        raise AssertionError("unreachable")

    def _run(self, command: str, *words: str) -> None:
        with tempfile.TemporaryFile() as said:  # not a pipe: the server keeps it open
            try:
                subprocess.run(
                    [str(self.binaries / command), *words],
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    cwd="/",
                    env=self.environment,
                    user=self.account.user if self.account else None,
                    group=self.account.group if self.account else None,
                    extra_groups=[] if self.account else None,
                    timeout=LONGEST,
                )
            except (OSError, subprocess.SubprocessError) as error:
                said.seek(0)
                last = said.read().decode(errors="replace").strip()[-400:]
                raise NoPostgresError(f"{command} failed: {error} {last}") from error


INITIAL = ("-E", "UTF8", "--locale=C", "--no-sync")


def _binaries() -> Path:
    """Where the server's programs are: the newest installed, or those on the path."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=_version, default=None)
    found = newest or shutil.which("initdb")
    if found is None:
        raise NoPostgresError(
            "no TEST_DATABASE_URL, and no server is installed (apt-get install "
            "postgresql)"
        )
    return Path(found).parent


def _version(program: Path) -> float:
    try:
        return float(program.parent.parent.name)
    except ValueError:
        return 0.0


def _account() -> _Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    raise NoPostgresError("root may not run it, and there is no user nobody")


def _short_temporary() -> str | None:
    """`/tmp` where there is one: a socket's path has about a hundred characters."""
    return "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 - mkdtemp's folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _plain(url: URL) -> str:
    plain = url.set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)
