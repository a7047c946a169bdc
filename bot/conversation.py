"""What is open with a person between turns, and all that a decision may look at."""

from dataclasses import dataclass
from typing import TypeAlias

from knowledge.model import OptionId, QuestionId, SchoolId, TopicId

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


Open: TypeAlias = Walk | Offered


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation about one school's policy."""

    school: SchoolId
    open: Open | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to, as the school's settings name them."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision may look at besides the turn and the school's content."""

    conversation: Conversation
    contacts: tuple[Contact, ...] = ()
