"""Somebody whom escalations go to says that they are away, or back."""

import datetime as dt

from bot.actions import Away
from bot.decision import AwayUntil, Record
from bot.escalation import World
from bot.people import Holder
from bot.reply import Button, Field, Form, Paragraph, Reply
from bot.turn import Submission, Turn

LONGEST = dt.timedelta(days=366)


def step(turn: Turn, action: Away, world: World) -> tuple[Reply, tuple[Record, ...]]:
    """Note an absence or its end; a date that makes no sense is asked for again."""
    holder = world.roster.holder_at(turn.person)
    if holder is None:
        return _say("Only people whom questions are passed to can be away here."), ()
    if action.back:
        return _say("Welcome back. Questions come to you again."), (
            AwayUntil(holder.id, None),
        )
    until = _date(turn)
    today = world.now.date()
    if until is None or not today <= until <= today + LONGEST:
        return _ask(holder, world), ()
    text = (
        f"Noted: away up to and including {until:%A} {until.day} {until:%B %Y}. "
        "Questions go straight to the next person until then; emergencies still "
        "reach everybody."
    )
    return _say(text), (AwayUntil(holder.id, until),)


def _date(turn: Turn) -> dt.date | None:
    if not isinstance(turn.activity, Submission):
        return None
    try:
        return dt.date.fromisoformat(turn.activity.value("until").strip())
    except ValueError:
        return None


def _ask(holder: Holder, world: World) -> Reply:
    away = world.away.get(holder.id)
    value = away.isoformat() if away else ""
    field = Field("until", "Last day away, as 2026-03-31", value)
    form = Form("When are you away until?", (field,), Button("Save", Away(back=False)))
    return Reply((form,), "Away until")


def _say(text: str) -> Reply:
    return Reply((Paragraph(text),), "Away")
