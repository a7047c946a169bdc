"""What happens to an escalation by itself, when its time has come. Pure."""

import datetime as dt
from dataclasses import replace

from bot import handing_over
from bot.escalation import (
    HEADNOTE,
    Change,
    Escalation,
    Event,
    Post,
    Purpose,
    Status,
    World,
)

FIRST_HOUR = dt.timedelta(hours=1)
"""An emergency is pinged more often at first than later on."""


def due(escalation: Escalation, world: World) -> Change:
    """What happens when an escalation's time has come."""
    if escalation.urgent and escalation.status in (Status.RAISED, Status.DELIVERED):
        waited = world.now - escalation.raised_at
        pause = world.roster.patience.urgent * (1 if waited < FIRST_HOUR else 3)
        kept = replace(
            escalation, due=world.now + pause, reminders=escalation.reminders + 1
        )
        pings = tuple(Post(purpose=Purpose.URGENT, to=one) for one in escalation.pinged)
        return _change(kept, "pinged again", pings)
    if escalation.status is Status.REPLIED:
        kept = replace(escalation, status=Status.RESOLVED, due=None)
        return _change(kept, "settled", ())
    if escalation.holder is None:
        moved, posts = handing_over.to_next(
            escalation, world, after=None, purpose=Purpose.RAISE
        )
        return _change(moved, "routed", posts)
    there = escalation.holder not in world.away
    known = world.roster.holder(escalation.holder) is not None
    if there and known and escalation.reminders < world.roster.patience.reminders:
        return _reminded(escalation, world)
    moved, posts = handing_over.to_next(
        escalation, world, after=escalation.holder, purpose=Purpose.HAND_OVER
    )
    return replace(_change(moved, "handed over", posts), cancels=True)


def _reminded(escalation: Escalation, world: World) -> Change:
    patience = world.roster.patience
    acknowledged = escalation.status is Status.ACKNOWLEDGED
    wait = patience.reply if acknowledged else patience.acknowledge
    kept = replace(
        escalation,
        due=handing_over.later(world, escalation, wait),
        reminders=escalation.reminders + 1,
    )
    ping = Post(
        purpose=Purpose.REMIND,
        to=escalation.holder,
        hold_until=handing_over.opening(world, escalation),
    )
    return _change(kept, "reminded", (ping,))


def _change(escalation: Escalation, kind: str, posts: tuple[Post, ...]) -> Change:
    event = Event(kind=kind, actor=HEADNOTE, to=escalation.holder)
    return Change(escalation=escalation, was=0, event=event, posts=posts)
