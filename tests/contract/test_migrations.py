"""The steps of the migrations lead to the very tables that the code knows."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from bot.persistence.opening import open_store
from bot.persistence.tables import metadata
from tests.postgres import Postgres


def engine_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'headnote.db'}"
        asyncio.run(open_store(url).close())
        return url
    made: str = request.getfixturevalue("postgres_url")
    return made.replace("postgresql://", "postgresql+psycopg://")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrated_tables_are_the_tables_of_the_code(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    engine = create_engine(engine_url(kind, tmp_path, request))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, metadata)
        checks = {
            table: {c["name"] for c in inspect(connection).get_check_constraints(table)}
            for table in ("escalation", "message", "proposal")
        }
    engine.dispose()

    assert differences == []
    assert checks["escalation"] == {"ck_escalation_status"}
    assert checks["message"] == {"ck_message_kind", "ck_message_status"}


def test_every_table_is_strict_in_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'headnote.db'}"
    asyncio.run(open_store(url).close())
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT name, strict FROM pragma_table_list WHERE schema='main'")
        ).all()
    engine.dispose()

    ours = {row.name: row.strict for row in tables if row.name in metadata.tables}
    assert set(ours) == set(metadata.tables)
    assert set(ours.values()) == {1}


def test_replicas_that_start_together_take_turns_at_migrating(
    postgres: Postgres,
) -> None:
    url = postgres.database("together")

    with ThreadPoolExecutor(3) as pool:
        stores = list(pool.map(open_store, [url] * 3))
    for store in stores:
        asyncio.run(store.close())

    assert len(stores) == 3
