"""What an installation sets: read once, from the environment and one YAML file.

`HEADNOTE_SETTINGS` names a file that says, by school, whom an emergency reply names:

    polymat:
      safeguarding:
        - {role: Designated safeguarding lead, name: A. Example, phone: 020 7946 0000}
"""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from bot.conversation import Contact
from knowledge import PackError, pack_yaml, schema

_Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class _ContactForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    role: _Line
    name: _Line
    phone: _Line


class _SchoolForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    safeguarding: list[_ContactForm] = Field(min_length=1, max_length=10)


class _SettingsForm(RootModel[dict[str, _SchoolForm]]):
    pass


class Settings:
    """The installation's settings.

    Raises:
        PackError: The settings file has problems; all are listed with lines.

    """

    def __init__(self, file: Path | None = None) -> None:
        named = os.environ.get("HEADNOTE_SETTINGS")
        path = file or (Path(named) if named else None)
        self._schools = _read(path) if path else {}

    def contacts(self, school: str) -> tuple[Contact, ...]:
        """Whom an emergency reply names: safeguarding lead first, then deputies."""
        return self._schools.get(school, ())


def _read(path: Path) -> dict[str, tuple[Contact, ...]]:
    form, problems = schema.checked(_SettingsForm, pack_yaml.read(path, str(path)))
    if form is None:
        raise PackError(problems)
    return {
        name: tuple(Contact(c.role, c.name, c.phone) for c in school.safeguarding)
        for name, school in form.root.items()
    }
