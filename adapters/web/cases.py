"""Escalations as the pages show them: with whom they are, and what happened.

Everything here is read at a desk for one person; what they may not see is never read.
"""

from dataclasses import dataclass

from bot import calendar, cards
from bot.actions import EscalationId
from bot.escalation import ASKER, HEADNOTE, SETTLED, Escalation, World
from bot.people import HolderId, PersonId
from bot.persistence.cases import Happened
from bot.persistence.desk import Desk
from bot.reply import Reply
from knowledge.model import SchoolId

MOST_SETTLED = 50
"""Settled ones on a page; all that are open are shown."""

_SENTENCES = {
    "raised": "{who} asked",
    "delivered": "Delivered to {to}",
    "undelivered": "Could not be delivered to {to}",
    "acknowledged": "{who} acknowledged it",
    "replied": "{who} replied",
    "passed": "{who} passed it to {to}",
    "resolved": "{who} marked it as settled",
    "withdrawn": "{who} withdrew it",
    "added": "{who} added something",
    "reopened": "{who} opened it again",
    "pinged again": "Everybody was pinged again",
    "settled": "Settled by itself, some days after the reply",
    "routed": "Passed to {to}, the first who is there",
    "reminded": "{to} was reminded",
    "handed over": "Passed to {to}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a history: when, what, and the words that were written."""

    when: str
    text: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An escalation as a page shows it.

    Attributes:
        ref: As people read it out.
        yours: Whether it waits for whoever looks.

    """

    id: EscalationId
    ref: str
    card: Reply
    history: tuple[Told, ...]
    open: bool
    urgent: bool
    yours: bool


def asked(desk: Desk, who: PersonId, world: World) -> tuple[Case, ...]:
    """What somebody has asked people at their school, the newest first."""
    school = world.roster.school
    own = (one for one in desk.cases.asked_by(who) if one.school == school)
    return tuple(
        _case(desk, one, world, me=None)
        for one in _shown(sorted(own, key=lambda one: one.raised_at, reverse=True))
    )


def sent(desk: Desk, me: HolderId, world: World) -> tuple[Case, ...]:
    """What a holder was sent: what is urgent, then theirs, then what waits longest."""
    found = _shown(list(desk.cases.sent_to(world.roster.school, me)))
    waiting = [one for one in found if one.status not in SETTLED]
    settled = [one for one in found if one.status in SETTLED]
    waiting.sort(key=lambda one: (not one.urgent, one.holder != me, one.raised_at))
    return tuple(_case(desk, one, world, me=me) for one in (*waiting, *settled))


def happened(desk: Desk, me: HolderId, school: SchoolId) -> int:
    """How much has happened to what a holder was sent; grows with every event."""
    return sum(one.version for one in desk.cases.sent_to(school, me))


def _shown(found: list[Escalation]) -> list[Escalation]:
    """All that are open, and the newest of those that are settled."""
    settled = [one for one in found if one.status in SETTLED][:MOST_SETTLED]
    kept = {one.id for one in settled}
    return [one for one in found if one.status not in SETTLED or one.id in kept]


def _case(
    desk: Desk, escalation: Escalation, world: World, *, me: HolderId | None
) -> Case:
    return Case(
        id=escalation.id,
        ref=cards.reference(escalation.id),
        card=cards.card(escalation, world, asker=me is None),
        history=tuple(
            tell(each, world, me) for each in desk.cases.history(escalation.id)
        ),
        open=escalation.status not in SETTLED,
        urgent=escalation.urgent,
        yours=me is not None and escalation.holder == me,
    )


def tell(happened: Happened, world: World, me: HolderId | None) -> Told:
    """An event as a sentence; `me` is the holder who reads it, None the asker."""
    text = _SENTENCES.get(happened.kind, happened.kind.capitalize())
    return Told(
        when=calendar.said(world.roster.calendar, happened.at, world.now),
        text=text.format(
            who=_who(happened.actor, world, me), to=_to(happened.to, world, me)
        ),
        words=happened.words,
    )


def _who(actor: str, world: World, me: HolderId | None) -> str:
    if actor == HEADNOTE:
        return "Headnote"
    if actor == ASKER:
        return "You" if me is None else "The asker"
    return "You" if actor == me else world.roster.called(HolderId(actor))


def _to(to: HolderId | None, world: World, me: HolderId | None) -> str:
    if to is None:
        return "everybody asked"
    return "you" if to == me else world.roster.called(to)
