"""Every button, typed; encoded as short versioned text.

The text travels through platforms and browsers and comes back from strangers:
`decode` accepts only what `encode` can have written. A button on an escalation
carries the round that it was shown in, so that a late press is known as one.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, TypeAlias

from bot.people import HolderId
from knowledge.model import OptionId, QuestionId, SchoolId, TopicId

EscalationId = NewType("EscalationId", str)

VERSION = "1"
MOST = 255  # Slack's limit on a block's action id, the tightest of the platforms
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_COUNT = re.compile(r"[0-9]{1,9}")


class ActionError(ValueError):
    """The text is no action of this version."""


@dataclass(frozen=True, slots=True)
class ChooseOption:
    """Answer a tree's question."""

    topic: TopicId
    question: QuestionId
    option: OptionId


@dataclass(frozen=True, slots=True)
class ChooseTopic:
    """Say which topic was meant."""

    topic: TopicId


@dataclass(frozen=True, slots=True)
class NoneOfThese:
    """None of the topics offered was meant."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last answer to a tree's question."""

    topic: TopicId


class Drafting(StrEnum):
    """The steps from an answer to an escalation."""

    ASK = "ask-head"
    PREVIEW = "preview"
    CHANGE = "change"
    SEND_MASKED = "send-masked"
    SEND_TYPED = "send-typed"
    DISCARD = "discard"
    PING = "ping-now"
    LEAVE_OUT = "leave-out"


@dataclass(frozen=True, slots=True)
class Draft:
    """A step of an escalation that is not sent yet."""

    step: Drafting


class Step(StrEnum):
    """What can be done about an escalation, or which form for it is wanted."""

    ACKNOWLEDGE = "ack"
    WRITE = "write"
    ANSWER = "answer"
    CHOOSE = "choose"
    HAND_ON = "hand-on"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    WRITE_MORE = "write-more"
    ADD = "add"
    WRITE_AGAIN = "write-again"
    REOPEN = "reopen"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Handle:
    """Something done about an escalation, in the round that the button was shown in.

    `to` is whom it is passed to, with the step `hand-on` alone.
    """

    escalation: EscalationId
    round: int
    step: Step
    to: HolderId | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """A holder says how long they are away, or that they are back."""

    back: bool


@dataclass(frozen=True, slots=True)
class Explain:
    """Say why the last answer is what it is."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Say whether the last answer helped."""

    helpful: bool


@dataclass(frozen=True, slots=True)
class Share:
    """Show the last answer to everybody where it was asked for."""


@dataclass(frozen=True, slots=True)
class ChooseSchool:
    """Say whose policy is meant, where there are several."""

    school: SchoolId


Action: TypeAlias = (
    ChooseOption
    | ChooseTopic
    | NoneOfThese
    | Undo
    | Explain
    | Rate
    | Share
    | ChooseSchool
    | Draft
    | Handle
    | Away
)


def encode(action: Action) -> str:
    """The action as text."""
    return ":".join((VERSION, *_parts(action)))


def _parts(action: Action) -> tuple[str, ...]:
    match action:
        case ChooseOption(topic, question, option):
            return ("option", topic, question, option)
        case ChooseTopic(topic):
            return ("topic", topic)
        case NoneOfThese():
            return ("none",)
        case Undo(topic):
            return ("undo", topic)
        case Draft(step):
            return ("draft", step)
        case Handle(escalation, count, step, to):
            rest = (to,) if to else ()
            return ("handle", escalation, str(count), step, *rest)
        case Away(back):
            return ("away", "back" if back else "until")
        case Explain():
            return ("explain",)
        case Rate(helpful):
            return ("rate", "yes" if helpful else "no")
        case Share():
            return ("share",)
        case ChooseSchool(school):
            return ("school", school)


def decode(text: str) -> Action:
    """The action that a text stands for.

    Raises:
        ActionError: The text was not written by `encode`, or by another version.

    """
    version, *parts = text[: MOST + 1].split(":")
    if len(text) > MOST or version != VERSION or not all(map(_SLUG.fullmatch, parts)):
        raise ActionError("not an action of this version")
    action = _topical(parts) or _escalating(parts)
    if action is None:
        raise ActionError("not an action of this version")
    return action


def _topical(parts: list[str]) -> Action | None:
    match parts:
        case ["option", topic, question, option]:
            return ChooseOption(TopicId(topic), QuestionId(question), OptionId(option))
        case ["topic", topic]:
            return ChooseTopic(TopicId(topic))
        case ["none"]:
            return NoneOfThese()
        case ["undo", topic]:
            return Undo(TopicId(topic))
        case ["explain"]:
            return Explain()
        case ["rate", "yes" | "no" as helpful]:
            return Rate(helpful == "yes")
        case ["share"]:
            return Share()
        case ["school", school]:
            return ChooseSchool(SchoolId(school))
        case _:
            return None


def _escalating(parts: list[str]) -> Action | None:
    match parts:
        case ["draft", step] if step in set(Drafting):
            return Draft(Drafting(step))
        case ["handle", escalation, count, step, *rest] if (
            step in set(Step)
            and _COUNT.fullmatch(count)
            and len(rest) == (step == Step.HAND_ON)
        ):
            to = HolderId(rest[0]) if rest else None
            return Handle(EscalationId(escalation), int(count), Step(step), to)
        case ["away", "back" | "until" as how]:
            return Away(back=how == "back")
        case _:
            return None
