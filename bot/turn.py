"""One thing that a person did, and where: the input of every decision."""

from dataclasses import dataclass
from typing import NewType, TypeAlias

from bot.actions import Action
from bot.people import Address, PersonId
from knowledge.model import SchoolId

TurnId = NewType("TurnId", str)


@dataclass(frozen=True, slots=True)
class Utterance:
    """The words that a person typed, verbatim."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a person pressed."""

    action: Action


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that a person sent: its button, and its fields by name."""

    action: Action
    values: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        """A field's value; empty where the form had none."""
        return dict(self.values).get(name, "")


Activity: TypeAlias = Utterance | Press | Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An activity with who, where, and the id by which a repeat is known.

    Attributes:
        shown: What the person's thread shows for it, on a channel whose thread
            Headnote keeps itself.
        place: Where it was said, if others can read there; answers go to `address`.
        schools: Whose policies the person may ask about, for one who has not asked yet.

    """

    id: TurnId
    person: PersonId
    address: Address
    activity: Activity
    shown: str | None = None
    place: Address | None = None
    schools: tuple[SchoolId, ...] = ()
