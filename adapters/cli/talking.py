"""A conversation on the command line: turns in, replies in the contract's form out."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.contract import to_json
from bot.conversation import Contact, Conversation, Situation
from bot.deciding import decide
from bot.people import Address, PersonId
from bot.turn import Turn, TurnId, Utterance
from knowledge import School

_ADDRESS = Address("cli", "asker")


@dataclass(frozen=True, slots=True)
class Talk:
    """The replies to each turn, and the milliseconds the engine took for each."""

    replies: tuple[dict[str, Any], ...]
    ms: tuple[float, ...]


def talk(
    school: School,
    turns: Sequence[str],
    now: dt.datetime,
    contacts: tuple[Contact, ...] = (),
) -> Talk:
    """Hold a new conversation."""
    conversation = Conversation(school.pack.school)
    replies: list[dict[str, Any]] = []
    took: list[float] = []
    for number, text in enumerate(turns):
        turn = Turn(
            id=TurnId(str(number)),
            person=PersonId("asker"),
            address=_ADDRESS,
            activity=Utterance(text),
        )
        start = time.perf_counter()
        decision = decide(turn, Situation(conversation, contacts), school, now)
        took.append(round((time.perf_counter() - start) * 1000, 3))
        conversation = decision.conversation
        replies.append(to_json(decision.findings[0], decision.messages[0].reply))
    return Talk(tuple(replies), tuple(took))
