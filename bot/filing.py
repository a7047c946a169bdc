"""Keeping what was decided about escalations: always with its messages and audit."""

import datetime as dt
from collections.abc import Sequence

import structlog

from bot import cards, escalating, letters
from bot.decision import About, Message
from bot.escalation import (
    ASKER,
    HEADNOTE,
    PINGS,
    Change,
    Escalation,
    Event,
    Failed,
    Post,
    Purpose,
    Refused,
    Sent,
    Status,
    World,
)
from bot.people import Address, away
from bot.persistence.desk import Desk
from bot.ports import StaffDirectory
from knowledge.model import SchoolId

_log = structlog.get_logger()


def world(
    desk: Desk, directory: StaffDirectory, school: SchoolId, now: dt.datetime
) -> World | None:
    """Who is there and when it is; None where the school names nobody."""
    roster = directory.roster(school)
    if roster is None:
        return None
    return World(roster, away(roster, desk.register.absences(school), now), now)


def keep(
    desk: Desk, changes: Sequence[Change], messages: Sequence[Message], world: World
) -> None:
    """Keep changes of escalations and put their messages into the outbox."""
    for change in changes:
        desk.cases.keep(change, world.now)
        escalation = change.escalation
        if change.cancels:
            desk.outbox.cancel_pings(escalation.id)
        desk.ledger.note(
            at=world.now,
            actor=_actor(change),
            action=f"escalation.{change.event.kind.replace(' ', '-')}",
            about=escalation.id,
        )
        _log.info(
            "escalation.changed",
            escalation=escalation.id,
            what=change.event.kind,
            status=str(escalation.status),
        )
    desk.outbox.put(messages, world.now)
    for change in changes:
        if change.cancels:
            now = change.escalation
            stands = cards.card(now, world, asker=False)
            desk.outbox.refresh(now.id, now.version, stands, world.now)
    for message in messages:
        held = message.not_before is not None and message.not_before > world.now
        if message.about and not held and desk.outbox.pulls(message.address):
            reached(desk, message.about, world)


def advanced(desk: Desk, change: Change | Refused, world: World) -> None:
    """Keep what a move of ours did, with word of it to whoever is concerned."""
    if isinstance(change, Change):
        keep(desk, (change,), letters.messages(change, world), world)


def reached(desk: Desk, about: About, world: World) -> None:
    """A message got to where it was going; a ping's escalation moves on."""
    if about.to is None or about.purpose not in PINGS:
        return
    escalation = desk.cases.get(about.escalation)
    if escalation is None:
        return
    if escalation.status is Status.RAISED or about.to not in escalation.reached:
        advanced(desk, escalating.advance(escalation, Sent(about.to), world), world)


def failed(desk: Desk, about: About, address: Address, world: World) -> None:
    """A message was given up: on to the next address or person, or say so."""
    escalation = desk.cases.get(about.escalation)
    if escalation is None:
        return
    if about.to is not None and about.purpose in PINGS:
        move = Failed(about.to, address)
        advanced(desk, escalating.advance(escalation, move, world), world)
    elif about.to is None and about.purpose is Purpose.ANSWER and escalation.holder:
        note = Post(purpose=Purpose.UNDELIVERED, to=escalation.holder)
        told = Change(
            escalation=escalation,
            was=escalation.version,
            event=Event(kind="undelivered", actor=HEADNOTE),
            posts=(note,),
        )
        keep(desk, (), letters.messages(told, world), world)


def _actor(change: Change) -> str:
    escalation: Escalation = change.escalation
    actor = change.event.actor
    return escalation.asker if actor == ASKER else actor
