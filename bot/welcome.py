"""Somebody new where several schools share a place is asked whose policy they mean.

An emergency is never held up by that question: whatever the school, what to do first
is the same.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.actions import ChooseSchool
from bot.conversation import Conversation, Situation
from bot.deciding import decide
from bot.decision import Message
from bot.reply import Button, Choices, Kind, Reply
from bot.turn import Press, Turn, Utterance
from knowledge import School
from knowledge.model import SchoolId

ASKS = "Whose policy is it about?"


def school_of(
    turn: Turn, before: Conversation | None, schools: Mapping[SchoolId, School]
) -> Conversation | None:
    """The conversation that a turn belongs to; None where a school must be chosen."""
    offered = served(turn, schools)
    match turn.activity:
        case Press(ChooseSchool(chosen)) if chosen in offered:
            same = before is not None and before.school == chosen
            return before if same else Conversation(chosen)
        case _:
            pass
    if before is not None and before.school in schools:
        return before
    return Conversation(offered[0]) if len(offered) == 1 else None


def served(turn: Turn, schools: Mapping[SchoolId, School]) -> Sequence[SchoolId]:
    """The schools that a person may ask about here."""
    return [school for school in turn.schools if school in schools]


def ask(
    turn: Turn, schools: Mapping[SchoolId, School], now: dt.datetime
) -> tuple[Message, ...]:
    """Ask which school is meant; an emergency is answered as one all the same."""
    offered = served(turn, schools)
    buttons = tuple(
        Button(schools[school].pack.name[:75], ChooseSchool(school))
        for school in offered
    )
    reply = Reply((Choices(ASKS, buttons),), ASKS)
    question = Message(key=f"reply:{turn.id}", address=turn.address, reply=reply)
    if not isinstance(turn.activity, Utterance):
        return (question,)
    first = schools[offered[0]]
    found = decide(turn, Situation(Conversation(offered[0])), first, now)
    if not any(finding.kind is Kind.URGENT for finding in found.findings):
        return (question,)
    urgent = replace(found.messages[0], key=f"urgent:{turn.id}", urgent=True)
    return (urgent, question)
