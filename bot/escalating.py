"""How an escalation advances: one move, one change. Pure."""

from dataclasses import replace
from typing import assert_never

from bot import calendar, coming_due, handing_over
from bot.escalation import (
    ALLOWED,
    ASKER,
    HEADNOTE,
    Acknowledge,
    Add,
    Answer,
    Change,
    Due,
    Escalation,
    Event,
    Failed,
    Move,
    Pass,
    Post,
    Purpose,
    Refused,
    Reopen,
    Resolve,
    Sent,
    Status,
    Withdraw,
    World,
)
from bot.people import Address, HolderId, may_have


def raised(new: Escalation, world: World) -> Change:
    """A new escalation, on its way to the first person available.

    Args:
        new: With its chain, which must not be empty; holder and due are set here.
        world: Who is there, and when it is.

    """
    if new.urgent:
        due = world.now + world.roster.patience.urgent
        kept = replace(new, holder=None, pinged=new.chain, due=due)
        pings = tuple(Post(purpose=Purpose.URGENT, to=one) for one in new.chain)
        return Change(
            escalation=kept, was=0, event=_event("raised", ASKER), posts=pings
        )
    moved, posts = handing_over.to_next(new, world, after=None, purpose=Purpose.RAISE)
    return Change(escalation=moved, was=0, event=_event("raised", ASKER), posts=posts)


def advance(escalation: Escalation, move: Move, world: World) -> Change | Refused:
    """What one move does; refused where the state table has no cell for it."""
    if type(move) not in ALLOWED[escalation.status] or not _may(
        escalation, move, world
    ):
        return Refused(escalation)
    change = _moved(escalation, move, world)
    after = replace(change.escalation, version=escalation.version + 1)
    return replace(change, escalation=after, was=escalation.version)


def _may(escalation: Escalation, move: Move, world: World) -> bool:
    """Whether whoever moves it was ever sent it, and whom it goes to may have it."""
    match move:
        case Acknowledge(by):
            return by in escalation.pinged
        case Answer(by, words):
            return by in escalation.pinged and bool(words.strip())
        case Pass(by, to):
            fit = may_have(world.roster, to, escalation.excluded)
            return fit and by in escalation.pinged
        case Resolve(by):
            return by is None or by in escalation.pinged
        case Add(words) | Reopen(words):
            return bool(words.strip())
        case Sent() | Failed() | Withdraw() | Due():
            return True
        case _:
            assert_never(move)


def _moved(escalation: Escalation, move: Move, world: World) -> Change:
    match move:
        case Sent(to):
            return _sent(escalation, to, world)
        case Failed(to, address):
            return _failed(escalation, to, address, world)
        case Acknowledge(by):
            return _acknowledged(escalation, by, world)
        case Answer():
            return _answered(escalation, move, world)
        case Pass(by, to):
            return _passed(escalation, by, to, world)
        case Resolve(by):
            return _resolved(escalation, by)
        case Withdraw():
            kept = replace(escalation, status=Status.WITHDRAWN, due=None)
            told = _told(escalation, Purpose.WITHDRAWN)
            return _change(kept, _event("withdrawn", ASKER), told, cancels=True)
        case Add(words):
            return _added(escalation, words, world)
        case Reopen(words):
            return _reopened(escalation, words, world)
        case Due():
            return coming_due.due(escalation, world)
        case _:
            assert_never(move)


def _sent(escalation: Escalation, to: HolderId, world: World) -> Change:
    event = _event("delivered", HEADNOTE, to=to)
    reached = tuple(dict.fromkeys((*escalation.reached, to)))
    here = replace(escalation, reached=reached)
    former = not escalation.urgent and to != escalation.holder
    if escalation.status is not Status.RAISED or former:
        return _change(here, event, ())
    due = escalation.due
    if not escalation.urgent:
        due = handing_over.later(world, escalation, world.roster.patience.acknowledge)
    kept = replace(here, status=Status.DELIVERED, due=due)
    return _change(kept, event, (handing_over.tell(Purpose.DELIVERED, who=to),))


def _failed(
    escalation: Escalation, to: HolderId, address: Address, world: World
) -> Change:
    """The holder's next address; then the next holder, and the asker is told."""
    event = _event("undelivered", HEADNOTE, to=to)
    holder = world.roster.holder(to)
    others = holder.addresses if holder else ()
    at = others.index(address) + 1 if address in others else len(others)
    if at < len(others):
        purpose = Purpose.URGENT if escalation.urgent else Purpose.RAISE
        return _change(
            escalation, event, (Post(purpose=purpose, to=to, address=others[at]),)
        )
    told = (handing_over.tell(Purpose.UNDELIVERED, who=to),)
    if escalation.urgent or to != escalation.holder:
        first = escalation.urgent and escalation.reminders == 0
        return _change(escalation, event, told if first else ())
    if not handing_over.there_after(escalation, world, to):
        # Not to be tried again at once: it would fail as fast again, and for ever.
        due = handing_over.in_a_school_day(world)
        return _change(replace(escalation, due=due), event, told)
    moved, posts = handing_over.to_next(
        escalation, world, after=to, purpose=Purpose.HAND_OVER
    )
    return _change(moved, event, posts, cancels=True)


def _acknowledged(escalation: Escalation, by: HolderId, world: World) -> Change:
    due = None
    if not escalation.urgent:
        due = handing_over.later(world, escalation, world.roster.patience.reply)
    kept = replace(
        escalation, status=Status.ACKNOWLEDGED, holder=by, due=due, reminders=0
    )
    others = tuple(one for one in escalation.reached if one != by)
    taken = tuple(Post(purpose=Purpose.TAKEN, to=one, who=by) for one in others)
    posts = (handing_over.tell(Purpose.SEEN, who=by), *taken)
    return _change(kept, _event("acknowledged", by), posts, cancels=True)


def _answered(escalation: Escalation, move: Answer, world: World) -> Change:
    due = calendar.after(world.roster.calendar, world.now, world.roster.patience.settle)
    kept = replace(
        escalation, status=Status.REPLIED, holder=move.by, due=due, reminders=0
    )
    event = _event("replied", move.by, move.words)
    posts: tuple[Post, ...] = (
        handing_over.tell(Purpose.ANSWER, who=move.by, words=move.words),
    )
    if escalation.status in (Status.RAISED, Status.DELIVERED):
        others = tuple(one for one in escalation.reached if one != move.by)
        posts += tuple(
            Post(purpose=Purpose.TAKEN, to=one, who=move.by) for one in others
        )
    change = _change(kept, event, posts, cancels=True)
    return replace(change, proposal=move.words if move.propose else "")


def _passed(escalation: Escalation, by: HolderId, to: HolderId, world: World) -> Change:
    here = tuple(dict.fromkeys((*escalation.chain, to)))
    passed = replace(escalation, chain=here, reminders=0)
    kept, ping = handing_over.hand_to(passed, to, world, Purpose.HAND_OVER)
    posts = (ping, handing_over.tell(Purpose.MOVED, who=to))
    return _change(kept, _event("passed", by, to=to), posts, cancels=True)


def _resolved(escalation: Escalation, by: HolderId | None) -> Change:
    kept = replace(escalation, status=Status.RESOLVED, due=None)
    if by is None:
        told = _told(escalation, Purpose.RESOLVED)
        return _change(kept, _event("resolved", ASKER), told, cancels=True)
    others = tuple(
        Post(purpose=Purpose.RESOLVED, to=one, who=by)
        for one in escalation.reached
        if one != by and escalation.status in (Status.RAISED, Status.DELIVERED)
    )
    posts = (handing_over.tell(Purpose.RESOLVED, who=by), *others)
    return _change(kept, _event("resolved", by), posts, cancels=True)


def _added(escalation: Escalation, words: str, world: World) -> Change:
    event = _event("added", ASKER, words)
    kept = replace(escalation, round=escalation.round + 1)
    if escalation.status is Status.REPLIED:
        due = handing_over.later(world, escalation, world.roster.patience.reply)
        kept = replace(kept, status=Status.ACKNOWLEDGED, due=due, reminders=0)
    asked = (escalation.holder,) if escalation.holder else escalation.pinged
    hold = handing_over.opening(world, escalation)
    posts = tuple(
        Post(purpose=Purpose.ADDED, to=one, words=words, hold_until=hold)
        for one in asked
    )
    return _change(kept, event, posts)


def _reopened(escalation: Escalation, words: str, world: World) -> Change:
    again = replace(
        escalation,
        status=Status.RAISED,
        reminders=0,
        urgent=False,
        round=escalation.round + 1,
    )
    first = escalation.holder
    posts: tuple[Post, ...]
    if first and first not in world.away and world.roster.holder(first):
        kept, ping = handing_over.hand_to(again, first, world, Purpose.REOPENED)
        posts = (replace(ping, words=words),)
    else:
        kept, posts = handing_over.to_next(
            again, world, after=None, purpose=Purpose.REOPENED
        )
        posts = tuple(replace(post, words=words) for post in posts)
    return _change(kept, _event("reopened", ASKER, words), posts)


def _event(
    kind: str, actor: str, words: str = "", *, to: HolderId | None = None
) -> Event:
    return Event(kind=kind, actor=actor, words=words, to=to)


def _told(escalation: Escalation, purpose: Purpose) -> tuple[Post, ...]:
    return tuple(Post(purpose=purpose, to=one) for one in escalation.reached)


def _change(
    escalation: Escalation,
    event: Event,
    posts: tuple[Post, ...],
    *,
    cancels: bool = False,
) -> Change:
    """A change whose version `advance` sets."""
    return Change(
        escalation=escalation, was=0, event=event, posts=posts, cancels=cancels
    )
