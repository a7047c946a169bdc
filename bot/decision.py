"""What a turn leads to. Nothing has happened yet: the shell carries it out."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from bot.actions import EscalationId
from bot.conversation import Conversation
from bot.escalation import Change, Purpose
from bot.people import Address, HolderId
from bot.reply import Finding, Reply


@dataclass(frozen=True, slots=True)
class About:
    """The escalation that a message is about, why it is sent, and to which holder."""

    escalation: EscalationId
    purpose: Purpose
    to: HolderId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A reply with the address it goes to.

    Attributes:
        key: The same for the same message, however often it is decided upon: doing
            anything twice then sends it once.
        not_before: When it may go out; None for at once.
        urgent: Goes past whatever else waits for the same address.
        replaces: The platform's reference of an earlier message whose place it takes.

    """

    key: str
    address: Address
    reply: Reply
    about: About | None = None
    not_before: dt.datetime | None = None
    urgent: bool = False
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The record that a question was answered, and how."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Escalated:
    """The record that an escalation was raised or moved on."""

    change: Change


@dataclass(frozen=True, slots=True)
class AwayUntil:
    """The record that a holder is away up to and including a day; None: back."""

    holder: HolderId
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Rated:
    """The record that an answer helped, or did not."""

    turn: str
    helpful: bool


Record: TypeAlias = Answered | Escalated | AwayUntil | Rated


@dataclass(frozen=True, slots=True)
class Decision:
    """The next conversation, messages to deliver, and facts to keep."""

    conversation: Conversation
    messages: tuple[Message, ...]
    records: tuple[Record, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, for each question that was answered."""
        return tuple(r.finding for r in self.records if isinstance(r, Answered))
