"""The file that names the schools' people: its format, and what can be wrong in it.

    polymat:
      people:
        head: {name: A. Example, post: Headteacher, phone: 020 7946 0000,
               email: head@school.example, slack: T012ABC/U034DEF}
        ...
      roles: {head: [head, deputy], safeguarding: [dsl, deputy-dsl], ...}

The former form, a list of contacts under `safeguarding`, is read as well. Whether a
school has a pack is not asked here: `headnote doctor` tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError
from pydantic_core import ErrorDetails

from adapters.fields import (
    DAYS,
    Date,
    Day,
    Domain,
    Email,
    HolderKey,
    Line,
    Phone,
    Slack,
    SlackChannel,
    SlackGroup,
    SlackTeam,
    Teams,
    Time,
)
from bot.people import Role
from knowledge import PackError, Problem, pack_yaml
from knowledge.pack_yaml import At, Document

Country = Literal["england", "wales", "scotland", "northern-ireland", "none"]
Reach = Literal["slack", "teams", "mail", "web"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PersonForm(_Form):
    """Somebody who holds a role; `reach` is the order of channels."""

    name: Line
    post: Line
    phone: Phone | None = None
    email: Email | None = None
    slack: Slack | None = None
    teams: Teams | None = None
    reach: list[Reach] = Field(default=[], max_length=4)
    away_until: Date | None = None


class HoursForm(_Form):
    """When the school is open."""

    opens: Time = "08:00"
    closes: Time = "16:30"
    days: list[Day] = Field(default=list(DAYS[:5]), min_length=1, max_length=7)


class ClosureForm(_Form):
    """A closure: from the first day to the last, or on one day."""

    name: Line
    on: Date | None = None
    first: Date | None = Field(default=None, alias="from")
    last: Date | None = Field(default=None, alias="to")


class StaffForm(_Form):
    """Who may sign in beside the people named."""

    domains: list[Domain] = Field(min_length=1, max_length=20)


class PatienceForm(_Form):
    """How long an escalation waits, in hours of school time."""

    acknowledge_hours: float = Field(default=4, gt=0, le=200)
    reply_hours: float = Field(default=16, gt=0, le=1000)
    reminders: int = Field(default=1, ge=0, le=10)


class SlackForm(_Form):
    """Where the school is on Slack; needed only where several schools are there."""

    team: SlackTeam | None = None
    user_group: SlackGroup | None = None
    channels: list[SlackChannel] = Field(default=[], max_length=100)


class ContactForm(_Form):
    """A contact of the former form."""

    role: Line
    name: Line
    phone: Line


class SchoolForm(_Form):
    """One school."""

    people: dict[HolderKey, PersonForm] = Field(default={}, max_length=200)
    roles: dict[Role, list[HolderKey]] = {}
    hours: HoursForm = HoursForm()
    closed: list[ClosureForm] = Field(default=[], max_length=200)
    bank_holidays: Country = "england"
    staff: StaffForm | None = None
    patience: PatienceForm = PatienceForm()
    slack: SlackForm = SlackForm()
    safeguarding: list[ContactForm] = Field(default=[], min_length=1, max_length=10)


class SchoolsForm(RootModel[dict[HolderKey, SchoolForm]]):
    """The whole file."""


@dataclass(frozen=True, slots=True)
class SchoolFile:
    """A file that was read and is in order."""

    schools: dict[str, SchoolForm]
    document: Document

    def order(self, school: str, person: str) -> tuple[str, ...]:
        """The keys of a person, in the order in which the file has them."""
        at: pack_yaml.Value = self.document.value
        for key in (school, "people", person):
            at = at[key] if isinstance(at, dict) else None
        return tuple(at) if isinstance(at, dict) else ()

    def problem(self, at: At, what: str, fix: str) -> Problem:
        """A problem at a place of the file."""
        shown = ".".join(str(part) for part in at)
        document = self.document
        return Problem(document.file, document.line(at), f"{shown}: {what}", fix)


def read_schools(path: Path) -> SchoolFile:
    """Read the file.

    Raises:
        PackError: It has problems; all are listed with lines.

    """
    return checked(pack_yaml.read(path, str(path)))


def checked(document: Document) -> SchoolFile:
    """The file's schools; see `read_schools`."""
    if document.problems:
        raise PackError(document.problems)
    if document.value is None:
        return SchoolFile({}, document)
    try:
        form = SchoolsForm.model_validate(document.value)
    except ValidationError as error:
        raise PackError(tuple(_problem(document, e) for e in error.errors())) from None
    return SchoolFile(form.root, document)


def addresses(form: PersonForm) -> Iterator[Reach]:
    """The channels that a person has an address on, as far as the file says."""
    if form.slack:
        yield "slack"
    if form.teams:
        yield "teams"
    if form.email:
        yield "mail"
        yield "web"


_FIXES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or check its spelling.",
    "string_type": "Write one value here.",
    "string_too_long": "Shorten it.",
    "string_too_short": "Write something here.",
    "too_short": "Name at least one.",
    "too_long": "Name fewer.",
    "float_parsing": "Write a number.",
    "int_parsing": "Write a whole number.",
    "literal_error": "Use one of these.",
    "enum": "Use head, safeguarding, governors, hr or it.",
    "list_type": "Write a list: [one, two].",
    "dict_type": "Write `key: value` pairs here.",
    "model_type": "Write `key: value` pairs here.",
}


def _problem(document: Document, error: ErrorDetails) -> Problem:
    at = tuple(part for part in error["loc"] if part != "[key]")
    where = ".".join(str(part) for part in at) or "the file"
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        what = "there is no such key"
    fix = error.get("ctx", {}).get("fix") or _FIXES.get(error["type"])
    fix = fix or "Compare with the example in the runbook."
    return Problem(document.file, document.line(at), f"{where}: {what}", fix)
