"""A question passed to a person: its states, and what may be done in each.

All transitions are in one table. `advance` applies one move and says what changed
and who is to be told; nothing is sent or stored here. A move that the state has no
cell for is refused, with the state as it is, so that a late press can be told what
happened in the meantime.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.actions import EscalationId
from bot.people import Address, Concern, HolderId, PersonId, Roster
from knowledge.model import Citation, SchoolId, TopicId

ASKER = "asker"
HEADNOTE = "headnote"
"""Who did something, where it is no holder."""


class Status(StrEnum):
    """Where an escalation stands."""

    RAISED = "raised"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({Status.RESOLVED, Status.WITHDRAWN})


class Purpose(StrEnum):
    """Why a message about an escalation is sent."""

    RAISE = "raise"
    REMIND = "remind"
    HAND_OVER = "hand-over"
    URGENT = "urgent"
    DELIVERED = "delivered"
    QUEUED = "queued"
    SEEN = "seen"
    MOVED = "moved"
    STUCK = "stuck"
    ANSWER = "answer"
    ADDED = "added"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    UNDELIVERED = "undelivered"


PINGS = frozenset(
    {Purpose.RAISE, Purpose.REMIND, Purpose.HAND_OVER, Purpose.URGENT, Purpose.REOPENED}
)
"""What asks somebody to act: pointless once somebody has, and then not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """An escalation as it stands.

    Attributes:
        version: Counts its changes.
        round: Counts how often the asker came back to it; a button carries the one
            that it was shown with.
        urgent: The ping of an emergency: to everybody in the chain at once.
        name: The asker's name; empty where they asked to stay anonymous.
        excluded: Whom it is about; they are never asked, told or shown it.
        chain: Who is asked, one after the other.
        holder: Who has it now; None while nobody is available, or where all have it.
        pinged: Everybody it goes to, who therefore may act on it.
        reached: Those of them whose channel confirmed it.
        due: When something must happen by itself.
        given: What Headnote had answered, in plain words.

    """

    id: EscalationId
    school: SchoolId
    version: int
    round: int
    status: Status
    urgent: bool
    asker: PersonId
    reply_to: Address
    name: str
    concern: Concern
    excluded: tuple[HolderId, ...]
    chain: tuple[HolderId, ...]
    holder: HolderId | None
    pinged: tuple[HolderId, ...]
    reached: tuple[HolderId, ...]
    reminders: int
    due: dt.datetime | None
    raised_at: dt.datetime
    question: str
    given: str
    citations: tuple[Citation, ...] = ()
    topic: TopicId | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A ping reached a holder's channel."""

    to: HolderId


@dataclass(frozen=True, slots=True)
class Failed:
    """A ping could not be delivered to a holder at one of their addresses."""

    to: HolderId
    address: Address


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A holder has seen it."""

    by: HolderId


@dataclass(frozen=True, slots=True)
class Answer:
    """A holder replies; `propose` asks for it to be added to the answers."""

    by: HolderId
    words: str
    propose: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """A holder passes it to somebody else."""

    by: HolderId
    to: HolderId


@dataclass(frozen=True, slots=True)
class Resolve:
    """It is settled; `by` None: the asker says so."""

    by: HolderId | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The asker takes it back."""


@dataclass(frozen=True, slots=True)
class Add:
    """The asker adds something."""

    words: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """The asker is not done with it after all."""

    words: str


@dataclass(frozen=True, slots=True)
class Due:
    """Its time has come."""


Move: TypeAlias = (
    Sent
    | Failed
    | Acknowledge
    | Answer
    | Pass
    | Resolve
    | Withdraw
    | Add
    | Reopen
    | Due
)

_WAITING = frozenset(
    {Sent, Failed, Acknowledge, Answer, Pass, Resolve, Withdraw, Add, Due}
)
ALLOWED: dict[Status, frozenset[type]] = {
    Status.RAISED: _WAITING,
    Status.DELIVERED: _WAITING,
    Status.ACKNOWLEDGED: frozenset({Answer, Pass, Resolve, Withdraw, Add, Due}),
    Status.REPLIED: frozenset({Answer, Resolve, Add, Due}),
    Status.RESOLVED: frozenset({Reopen}),
    Status.WITHDRAWN: frozenset(),
}
"""The state table: what may happen in each state. A missing cell is a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, who did it, and the words they wrote.

    Attributes:
        actor: A holder's id, "asker", or "headnote" for what happens by itself.
        to: The holder whom it happened to; None for nobody, or for all.

    """

    kind: str
    actor: str
    words: str = ""
    to: HolderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Somebody to be told something.

    Attributes:
        to: A holder; None for the asker.
        address: Which of their addresses; None for the preferred one.
        words: What somebody wrote, to be passed on.
        who: The holder that it tells of.
        hold_until: Not to be sent before.
        time: The time that it speaks of.

    """

    purpose: Purpose
    to: HolderId | None
    address: Address | None = None
    words: str = ""
    who: HolderId | None = None
    hold_until: dt.datetime | None = None
    time: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An escalation after a move, with what is to be recorded and said.

    Attributes:
        was: Its version before; 0 where it is new.
        cancels: Whether pings that still wait are pointless now.
        proposal: Words that the answering holder proposes for the answers.

    """

    escalation: Escalation
    was: int
    event: Event
    posts: tuple[Post, ...] = ()
    cancels: bool = False
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The move came too late, or from somebody who may not; nothing changed."""

    escalation: Escalation


@dataclass(frozen=True, slots=True)
class World:
    """What a move depends on besides the escalation.

    Attributes:
        away: Who is away today, and until when.

    """

    roster: Roster
    away: dict[HolderId, dt.date]
    now: dt.datetime
