"""What a school's content is made of: frozen values, no behaviour beyond look-up."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, TypeAlias

ClauseId = NewType("ClauseId", str)
TopicId = NewType("TopicId", str)
TreeId = NewType("TreeId", str)
QuestionId = NewType("QuestionId", str)
OptionId = NewType("OptionId", str)
OutcomeId = NewType("OutcomeId", str)
SchoolId = NewType("SchoolId", str)

UNSURE = OptionId("unsure")


class Verdict(StrEnum):
    """What an answer comes down to."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    INFO = "info"


class Wording(StrEnum):
    """Whose words a citation shows: our summary, or the document's own."""

    SUMMARY = "summary"
    VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as precise as the document prints it: a year, a month or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def last_day(self) -> dt.date:
        """The last day that the date may mean."""
        month = self.month or 12
        day = self.day or calendar.monthrange(self.year, month)[1]
        return dt.date(self.year, month, day)

    def __str__(self) -> str:
        name = calendar.month_name[self.month] if self.month else ""
        return " ".join(str(part) for part in (self.day, name, self.year) if part)


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest quotable part of a policy; `says` is our own short wording."""

    id: ClauseId
    section: str
    says: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause as shown beside an answer."""

    clause: ClauseId
    section: str
    text: str
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One document: what it is called, how old it is, and its clauses."""

    title: str
    version: str
    adopted: PartialDate | None
    reviewed: PartialDate | None
    review_due: PartialDate | None
    clauses: Mapping[ClauseId, Clause]

    def cite(self, clause: ClauseId) -> Citation:
        """The citation of a clause that the policy has."""
        found = self.clauses[clause]
        return Citation(found.id, found.section, found.says, Wording.SUMMARY)

    def overdue(self, today: dt.date) -> bool:
        """Whether the document's own review date has passed."""
        return self.review_due is not None and today > self.review_due.last_day


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says on a topic, and the clauses that say it."""

    verdict: Verdict
    say: str
    clauses: tuple[ClauseId, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """The policy does not say; `checked` are the nearest clauses."""

    checked: tuple[ClauseId, ...]


@dataclass(frozen=True, slots=True)
class Guided:
    """The answer depends on something: the tree asks."""

    tree: TreeId


Position: TypeAlias = Answer | Silent | Guided
Outcome: TypeAlias = Answer | Silent


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a tree's question; `said_as` are wordings that imply it."""

    id: OptionId
    label: str
    said_as: tuple[str, ...]
    go: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a tree asks; its options in the order shown."""

    id: QuestionId
    ask: str
    options: Mapping[OptionId, Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Questions with options that lead to outcomes.

    `in_general` is what is true before anything more is known.
    """

    id: TreeId
    start: str
    in_general: Answer | None
    questions: Mapping[QuestionId, Question]
    outcomes: Mapping[OutcomeId, Outcome]


@dataclass(frozen=True, slots=True)
class Lead:
    """One way to make an unclear question clear: it leads on to a topic."""

    id: OptionId
    label: str
    said_as: tuple[str, ...]
    topic: TopicId


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What to ask where a question is too short to answer."""

    asks: str
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing that staff ask, with how they put it.

    Attributes:
        within: The broader topic whose position a school takes here, unless it has
            one of its own.

    """

    id: TopicId
    title: str
    about: str
    phrasings: tuple[str, ...]
    emergency: bool = False
    narrowing: Narrowing | None = None
    within: TopicId | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Words that point to an emergency: one of each group must occur."""

    topic: TopicId
    groups: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """How staff's words are read: `short` spells out text-speak and contractions."""

    short: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """The question bank: shared by all schools."""

    topics: Mapping[TopicId, Topic]
    background: tuple[str, ...]
    signs: tuple[Sign, ...]
    lexicon: Lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A conversation and what its last reply must be."""

    turns: tuple[str, ...]
    kind: str
    verdict: Verdict | None
    clauses: tuple[ClauseId, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One school's content: its policy and its position on every topic."""

    school: SchoolId
    name: str
    policy: Policy
    positions: Mapping[TopicId, Position]
    trees: Mapping[TreeId, Tree]
    examples: tuple[Example, ...] = field(default=(), repr=False)
