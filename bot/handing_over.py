"""Whose turn it is with an escalation, and when. Pure."""

import datetime as dt
from dataclasses import replace

from bot import calendar
from bot.escalation import Escalation, Post, Purpose, Status, World
from bot.people import Concern, HolderId

SCHOOL_DAY = dt.timedelta(hours=8)


def to_next(
    escalation: Escalation, world: World, *, after: HolderId | None, purpose: Purpose
) -> tuple[Escalation, tuple[Post, ...]]:
    """On to the next person of the chain who is there.

    At its end everybody in it is reminded, from then on every school day, and the
    asker is told that it waits. Where nobody is there at all it waits for the first
    who is back.
    """
    there = there_after(escalation, world, after)
    if there:
        moved, ping = hand_to(escalation, there[0], world, purpose)
        told = (tell(Purpose.MOVED, who=there[0]),) if after else ()
        return moved, (ping, *told)
    if after is None:
        back = _back(escalation, world)
        waits = replace(escalation, holder=None, due=back)
        return waits, (tell(Purpose.QUEUED, time=back),)
    everybody = tuple(
        Post(purpose=Purpose.REMIND, to=one, hold_until=opening(world, escalation))
        for one in escalation.pinged
    )
    first = escalation.reminders <= world.roster.patience.reminders
    told = (tell(Purpose.STUCK),) if first else ()
    stays = replace(
        escalation, due=in_a_school_day(world), reminders=escalation.reminders + 1
    )
    return stays, (*everybody, *told)


def there_after(
    escalation: Escalation, world: World, after: HolderId | None
) -> tuple[HolderId, ...]:
    """Who of the chain is there, after somebody; all of it for None."""
    chain = escalation.chain
    rest = chain[chain.index(after) + 1 :] if after in chain else chain
    return tuple(
        one for one in rest if one not in world.away and world.roster.holder(one)
    )


def in_a_school_day(world: World) -> dt.datetime:
    """When a school day has passed."""
    return calendar.after(world.roster.calendar, world.now, SCHOOL_DAY)


def hand_to(
    escalation: Escalation, to: HolderId, world: World, purpose: Purpose
) -> tuple[Escalation, Post]:
    """It is this holder's now, once the ping has reached them."""
    again = world.now + world.roster.patience.urgent if escalation.urgent else None
    moved = replace(
        escalation,
        status=Status.RAISED,
        holder=to,
        pinged=tuple(dict.fromkeys((*escalation.pinged, to))),
        reminders=0,
        due=again,
    )
    return moved, Post(purpose=purpose, to=to, hold_until=opening(world, escalation))


def _back(escalation: Escalation, world: World) -> dt.datetime:
    """When the first of the chain is back; a school day on if nobody knows."""
    days = [world.away[one] for one in escalation.chain if one in world.away]
    if not days:
        return in_a_school_day(world)
    return calendar.back_on(world.roster.calendar, min(days) + dt.timedelta(days=1))


def opening(world: World, escalation: Escalation) -> dt.datetime | None:
    """When a ping may go out: at once where a child is concerned or school is open."""
    if escalation.urgent or escalation.concern is Concern.CHILD:
        return None
    opening = calendar.next_open(world.roster.calendar, world.now)
    return opening if opening > world.now else None


def later(
    world: World, escalation: Escalation, school_time: dt.timedelta
) -> dt.datetime:
    """When so much time has passed: school time, unless a child is concerned."""
    if escalation.urgent or escalation.concern is Concern.CHILD:
        return world.now + world.roster.patience.child
    return calendar.after(world.roster.calendar, world.now, school_time)


def tell(
    purpose: Purpose,
    *,
    who: HolderId | None = None,
    words: str = "",
    time: dt.datetime | None = None,
) -> Post:
    """A word to the asker; `time` is one that it speaks of."""
    return Post(purpose=purpose, to=None, who=who, words=words, time=time)
