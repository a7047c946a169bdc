"""Every button, typed; encoded as short versioned text.

The text travels through platforms and browsers and comes back from strangers:
`decode` accepts only what `encode` can have written.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from knowledge.model import OptionId, QuestionId, TopicId

VERSION = "1"
MOST = 255  # Slack's limit on a block's action id, the tightest of the platforms
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]*$")


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


Action: TypeAlias = ChooseOption | ChooseTopic | NoneOfThese | Undo


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


def decode(text: str) -> Action:
    """The action that a text stands for.

    Raises:
        ActionError: The text was not written by `encode`, or by another version.

    """
    version, *parts = text[: MOST + 1].split(":")
    if len(text) > MOST or version != VERSION or not all(map(_SLUG.match, parts)):
        raise ActionError("not an action of this version")
    match parts:
        case ["option", topic, question, option]:
            return ChooseOption(TopicId(topic), QuestionId(question), OptionId(option))
        case ["topic", topic]:
            return ChooseTopic(TopicId(topic))
        case ["none"]:
            return NoneOfThese()
        case ["undo", topic]:
            return Undo(TopicId(topic))
        case _:
            raise ActionError("not an action of this version")
