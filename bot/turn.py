"""One thing that a person did, and where: the input of every decision."""

from dataclasses import dataclass
from typing import NewType, TypeAlias

from bot.actions import Action

TurnId = NewType("TurnId", str)
PersonId = NewType("PersonId", str)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person is on one channel."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """The words that a person typed, verbatim."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a person pressed."""

    action: Action


Activity: TypeAlias = Utterance | Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An activity with who, where, and the id by which a repeat is known."""

    id: TurnId
    person: PersonId
    address: Address
    activity: Activity
