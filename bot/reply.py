"""What the adviser says: a Reply of six kinds of part, and the finding behind it.

Parts hold plain words without markup; each adapter escapes them and owns its
platform's limits. Render with `match` and no default: a forgotten part then fails
the type check.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.actions import Action
from knowledge.model import Citation, OptionId, QuestionId, TopicId, Verdict


class Kind(StrEnum):
    """What sort of reply it is."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    SILENT = "silent"
    OFF_TOPIC = "off_topic"
    URGENT = "urgent"


class Tone(StrEnum):
    """How a notice is meant; its words alone say the same."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    INFO = "info"
    SILENT = "silent"
    URGENT = "urgent"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A clause's words, with where they stand; never cut short."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Sources:
    """Clauses that were looked at, shown small."""

    lead: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A label, at most 75 characters, and what pressing it does."""

    label: str
    action: Action


@dataclass(frozen=True, slots=True)
class Choices:
    """A question with its answers, or just a row of buttons."""

    question: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Attributes:
        lines: How much text is expected; more may be typed.
        options: Values and labels to choose from; none for free text.

    """

    name: str
    label: str
    value: str = ""
    lines: int = 1
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Inputs to fill in, and the button that sends them."""

    title: str
    fields: tuple[Field, ...]
    send: Button


@dataclass(frozen=True, slots=True)
class Notice:
    """A short statement that stands out: a verdict, a warning, a footer."""

    tone: Tone
    text: str


Part: TypeAlias = Paragraph | Quotation | Sources | Choices | Form | Notice


@dataclass(frozen=True, slots=True)
class Reply:
    """What is shown.

    Attributes:
        parts: In order.
        summary: One line without any case detail.
        why: How the reply came about, in short; shown only to those who ask.
        ratable: Whether people are asked if it helped.

    """

    parts: tuple[Part, ...]
    summary: str
    why: tuple[str, ...] = ()
    ratable: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a person is offered to be brought in, and who."""

    offered: bool
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """How a reply came about.

    Attributes:
        topic: The topic matched.
        score: Its chance, with all topics that the school answers alike.
        because: Reasons, each a sentence: votes, repairs, band, runner-up.
        taken_as_said: Tree questions answered from the person's own words.
        nearest: The phrasings that spoke loudest, as their authors wrote them.
        runner_up: The next topic, where there was one.

    """

    topic: TopicId | None = None
    score: float | None = None
    because: tuple[str, ...] = ()
    taken_as_said: tuple[tuple[QuestionId, OptionId], ...] = ()
    nearest: tuple[str, ...] = ()
    runner_up: TopicId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The facts of a reply, before they are put into words.

    Attributes:
        see_also: Clauses that bear on an answer beside those that decide it.
        second: The answer to another thing that the same message asked.

    """

    kind: Kind
    verdict: Verdict | None = None
    say: str = ""
    citations: tuple[Citation, ...] = ()
    question: str | None = None
    buttons: tuple[Button, ...] = ()
    offer: Offer = Offer(offered=False, to="headteacher")
    why: Why = field(default_factory=Why)
    notes: tuple[str, ...] = ()
    undo: Button | None = None
    see_also: tuple[Citation, ...] = ()
    second: "Finding | None" = None
