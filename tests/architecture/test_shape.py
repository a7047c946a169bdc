"""Has the shape drifted?"""

from pathlib import Path
from typing import get_args

import pytest

from bot import reply

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for folder in ("knowledge", "bot", "adapters")
    for path in (ROOT / folder).rglob("*.py")
)
VAGUE = {"manager", "handler", "processor", "service", "base", "common", "utils"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_stays_under_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_has_a_name_that_says_something_and_a_docstring(path: Path) -> None:
    assert path.stem not in VAGUE | {"helpers", "misc"}
    assert path.read_text(encoding="utf-8").lstrip().startswith('"""')


def test_every_adapter_has_the_same_four_files() -> None:
    adapters = [p for p in (ROOT / "adapters").iterdir() if (p / "render.py").exists()]

    assert adapters
    for adapter in adapters:
        files = {path.name for path in adapter.glob("*.py")}
        assert {"app.py", "inbound.py", "render.py", "channel.py"} <= files


def test_there_are_six_parts() -> None:
    assert {part.__name__ for part in get_args(reply.Part)} == {
        "Paragraph",
        "Quotation",
        "Sources",
        "Choices",
        "Form",
        "Notice",
    }


def test_only_settings_and_the_cache_read_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if "os.environ" in path.read_text(encoding="utf-8")
    }

    assert readers <= {"adapters/settings.py", "adapters/library.py"}
