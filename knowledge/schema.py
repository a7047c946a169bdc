"""The file formats: pydantic checks the shape and reports every departure from it.

`translation` turns checked shapes into frozen values; what needs two files is in
`checks`.
"""

import re
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from knowledge import model as m
from knowledge.errors import Problem
from knowledge.pack_yaml import Document

MOST_LABEL = 75  # Slack's limit on the text of a button
MOST_SAY = 600

Word: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, strip_whitespace=True, max_length=4000)
]
Slug: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Label: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_LABEL)
]
Say: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=MOST_SAY)]
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


def _date(text: str) -> str:
    found = _DATE.match(text)
    if not found:
        raise ValueError("write a date as 2024, 2024-09 or 2024-09-30")
    _ = m.PartialDate(*(int(part) for part in found.groups() if part)).last_day
    return text


DateText: TypeAlias = Annotated[str, AfterValidator(_date)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeadForm(_Form):
    label: Label
    said_as: list[Word] = Field(min_length=1)
    topic: Slug


class TopicForm(_Form):
    topic: Slug
    title: Label
    about: Word
    within: Slug | None = None
    emergency: Literal["true"] | None = None
    asks: Word | None = None
    options: list[LeadForm] = []

    @model_validator(mode="after")
    def _asks_with_options(self) -> "TopicForm":
        if bool(self.asks) != bool(self.options):
            raise ValueError("`asks` and `options` belong together")
        return self


class SignForm(_Form):
    topic: Slug
    all: list[Annotated[list[Word], Field(min_length=1)]] = Field(min_length=1)
    unless: list[Word] = []


class ClauseForm(_Form):
    id: Word
    section: Word
    says: Word


class DatesForm(_Form):
    adopted: DateText | None = None
    reviewed: DateText | None = None
    review_due: DateText | None = None


class PolicyForm(_Form):
    school: Slug
    name: Word
    title: Word
    version: Word
    dates: DatesForm
    clauses: list[ClauseForm] = Field(min_length=1)


class AnswerForm(_Form):
    verdict: m.Verdict
    say: Say
    clauses: list[Word] = Field(min_length=1, max_length=4)


class PositionForm(_Form):
    topic: Slug
    verdict: m.Verdict | None = None
    say: Say | None = None
    clauses: list[Word] | None = Field(default=None, min_length=1, max_length=4)
    silent: list[Word] | None = None
    tree: Slug | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "PositionForm":
        answer = (self.verdict, self.say, self.clauses)
        kinds = [any(answer), self.silent is not None, self.tree is not None]
        if sum(kinds) != 1 or (any(answer) and not all(answer)):
            raise ValueError(
                "give `verdict`, `say` and `clauses`, or `silent`, or `tree`"
            )
        return self


class OptionForm(_Form):
    label: Label
    said_as: list[Word] = []
    go: Slug


class QuestionForm(_Form):
    ask: Word
    options: dict[Slug, OptionForm] = Field(min_length=2, max_length=10)


class OutcomeForm(_Form):
    verdict: m.Verdict | None = None
    say: Say | None = None
    clauses: list[Word] | None = Field(default=None, min_length=1, max_length=4)
    silent: list[Word] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "OutcomeForm":
        answer = (self.verdict, self.say, self.clauses)
        if (self.silent is not None) == any(answer) or (
            any(answer) and not all(answer)
        ):
            raise ValueError("give `verdict`, `say` and `clauses`, or `silent`")
        return self


class TreeForm(_Form):
    tree: Slug
    start: Slug
    in_general: AnswerForm | None = None
    questions: dict[Slug, QuestionForm] = Field(min_length=1)
    outcomes: dict[Slug, OutcomeForm]


class ExpectForm(_Form):
    kind: Literal["answer", "clarify", "silent", "off_topic", "urgent"]
    verdict: m.Verdict | None = None
    clauses: list[Word] = []


class ExampleForm(_Form):
    ask: Word | None = None
    turns: list[Word] = []
    expect: ExpectForm

    @model_validator(mode="after")
    def _asked_once(self) -> "ExampleForm":
        if bool(self.ask) == bool(self.turns):
            raise ValueError("give either `ask` or `turns`")
        return self


TopicsFile: TypeAlias = RootModel[list[TopicForm]]
PhrasingsFile: TypeAlias = RootModel[dict[Slug, list[Word]]]
BackgroundFile: TypeAlias = RootModel[list[Word]]
ShortFile: TypeAlias = RootModel[dict[Word, Word]]
SignsFile: TypeAlias = RootModel[list[SignForm]]
AnswersFile: TypeAlias = RootModel[list[PositionForm]]
ExamplesFile: TypeAlias = RootModel[list[ExampleForm]]

_FIXES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or check its spelling.",
    "string_pattern_mismatch": "Use lower-case letters, digits and hyphens.",
    "string_too_long": "Shorten it.",
    "string_too_short": "Write something here.",
    "enum": "Use yes, no, depends or info.",
}


FormT = TypeVar("FormT", bound=BaseModel)


def checked(
    form: type[FormT], document: Document
) -> tuple[FormT | None, tuple[Problem, ...]]:
    """A document in its form, or every departure from the form."""
    if document.problems:
        return None, document.problems
    try:
        return form.model_validate(document.value), ()
    except ValidationError as error:
        return None, tuple(_problem(document, e) for e in error.errors())


def _problem(document: Document, error: ErrorDetails) -> Problem:
    at = tuple(part for part in error["loc"] if part != "[key]")
    where = ".".join(str(part) for part in at) or "the file"
    what = error["msg"].removeprefix("Value error, ")
    fix = _FIXES.get(error["type"], "Compare with a neighbouring entry.")
    return Problem(document.file, document.line(at), f"{where}: {what}", fix)
