"""What is open with a person between turns, and all that a decision may look at."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.actions import EscalationId
from bot.escalation import Escalation
from bot.people import Absence, Address, Concern, HolderId, Roster
from knowledge.model import Citation, OptionId, QuestionId, SchoolId, TopicId

_NONE = EscalationId("")
MOST_SAID = 6
"""Utterances kept while a question is open; older ones no longer count as said."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A tree being walked, or just finished (so that it can be undone).

    Attributes:
        topic: The topic whose tree it is.
        said: What the person has typed about it, oldest first.
        answers: Questions answered so far, by press, reply or as said.

    """

    topic: TopicId
    said: tuple[str, ...]
    answers: tuple[tuple[QuestionId, OptionId], ...]
    finished: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """Topics offered, of which the person is to choose one.

    `unclear` is the bank's topic for a question too short to answer; None where the
    matcher was torn between topics.
    """

    topics: tuple[TopicId, ...]
    said: tuple[str, ...]
    unclear: TopicId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The last question and what Headnote answered: what an escalation starts from.

    Attributes:
        asked: The person's own words.
        given: The answer in plain words, without its clauses.
        urgent: Whether it was taken for an emergency.
        why: How the answer came about, in short.
        turn: The turn that it answered.
        place: Where it was asked, if others can read there.

    """

    asked: str
    given: str
    citations: tuple[Citation, ...] = ()
    topic: TopicId | None = None
    urgent: bool = False
    why: tuple[str, ...] = ()
    turn: str = ""
    place: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """An escalation that the person is still writing.

    Attributes:
        question: What they would send, as typed.
        excluded: Whom it is about, of those who might be asked.

    """

    about: Exchange
    question: str
    anonymous: bool = False
    concern: Concern = Concern.QUESTION
    excluded: tuple[HolderId, ...] = ()


Open: TypeAlias = Walk | Offered


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation about one school's policy.

    Attributes:
        open: What was asked back and not answered yet.
        last: The last question and its answer.
        unsent: An escalation that is being written.

    """

    school: SchoolId
    open: Open | None = None
    last: Exchange | None = None
    unsent: Unsent | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to, as the school's settings name them."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision may look at besides the turn and the school's content.

    Attributes:
        contacts: Whom an emergency reply names.
        roster: The school's people; None where escalation is not set up.
        absences: Who has said that they are away.
        name: The person's own name, as far as it is known.
        escalation: The one that the turn's button is about.
        fresh: The id for an escalation, should one be raised.

    """

    conversation: Conversation
    contacts: tuple[Contact, ...] = ()
    roster: Roster | None = None
    absences: tuple[Absence, ...] = ()
    name: str = ""
    escalation: Escalation | None = None
    fresh: EscalationId = _NONE
