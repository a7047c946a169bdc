"""The three databases that every contract is held on."""

import pytest


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    match request.param:
        case "memory":
            return "sqlite://"
        case "sqlite":
            folder = request.getfixturevalue("tmp_path")
            return f"sqlite:///{folder / 'data' / 'headnote.db'}"
        case _:
            made: str = request.getfixturevalue("postgres_url")
            return made
