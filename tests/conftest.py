"""What many tests share: a small school that learns in a moment, and the real five."""

import asyncio
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.library import Library, open_library
from bot.persistence.opening import open_store
from knowledge import School
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]

SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return open_library(
        topics=SMALL / "topics",
        packs=SMALL / "packs",
        cache=tmp_path_factory.mktemp("cache"),
    )


@pytest.fixture(scope="session")
def oakfield(small_library: Library) -> School:
    return small_library.school("oakfield")


@pytest.fixture(scope="session")
def library() -> Library:
    """The five schools, as shipped."""
    return open_library()


@pytest.fixture(scope="session")
def with_tables(postgres: Postgres) -> str:
    """A database with its tables, to be copied."""
    url = postgres.database("tables")
    asyncio.run(open_store(url).close())
    return url


@pytest.fixture
def postgres_url(postgres: Postgres, with_tables: str) -> str:
    """A fresh database with its tables, for one test."""
    return postgres.database("test", like=with_tables)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write what the adviser says now into tests/transcripts",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """In CI a skip is a failure: everything that tests need is installed there."""
    report = yield
    if report.skipped and os.environ.get("HEADNOTE_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report
