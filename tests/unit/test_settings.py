"""The people whom an emergency reply names."""

from pathlib import Path

import pytest

from adapters.settings import Settings
from bot.conversation import Contact
from knowledge import PackError


def test_without_a_file_there_are_no_names() -> None:
    assert Settings().contacts("polymat") == ()


def test_names_come_in_the_order_written(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        "polymat:\n  safeguarding:\n"
        "    - {role: Lead, name: A. Example, phone: 020 7946 0000}\n"
        "    - {role: Deputy, name: B. Example, phone: 020 7946 0001}\n",
        encoding="utf-8",
    )

    contacts = Settings(file).contacts("polymat")

    assert contacts[0] == Contact("Lead", "A. Example", "020 7946 0000")
    assert [contact.role for contact in contacts] == ["Lead", "Deputy"]
    assert Settings(file).contacts("aylesford") == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("polymat:\n  safeguarding: []\n", 2),
        ("polymat:\n  safeguarding:\n    - {role: Lead, name: A}\n", 3),
        ("polymat:\n  safegarding:\n    - {role: L, name: A, phone: '1'}\n", 2),
        ("polymat: {\n", 2),
    ],
)
def test_a_defect_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(PackError) as refused:
        Settings(file)

    assert line in {problem.line for problem in refused.value.problems}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        Settings(tmp_path / "none.yaml")
