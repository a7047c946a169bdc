"""What must be true after a run, of the rows and of what was posted. Pure.

`read` takes the facts from the database; `problems` compares them with what the
people of the run did and what the messenger accepted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import Connection, select

from bot.escalation import Status
from bot.people import Address, person_at
from bot.persistence.ledger import Ledger
from bot.persistence.tables import (
    audit,
    escalation,
    escalation_event,
    inbound,
    message,
    question,
)
from tests.crash.schools import CHANNEL
from tests.crash.staff import Case, Habit

ANSWERED = frozenset({Status.REPLIED, Status.RESOLVED})
WAITING = frozenset({Status.RAISED, Status.DELIVERED})
WAITS = frozenset({"pending", "dead"})


class Wrong(StrEnum):
    """What sort of promise was broken.

    What is lost shows in the rows or at the messenger, whenever one looks; a case that
    did not end may only have been given too little time. What a process repeats that
    was stopped for longer than its lease, just as it was writing to the network, no
    lease can prevent: it is counted apart.
    """

    LOST = "lost"
    UNENDED = "not ended"
    DOUBLED_ROW = "doubled row"
    DOUBLED_POST = "doubled post"
    AFTER_STOP = "repeated after a stop"
    DISORDER = "out of order"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken promise."""

    wrong: Wrong
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the outbox."""

    id: int
    key: str
    to: str
    status: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database holds.

    Attributes:
        escalations: Status and version by id; each asker's ids in `raised`.
        events: Each escalation's events as (seq, kind).
        audited: How many entries of the audit are about escalations.
        broken: The first entry of the audit that does not follow.

    """

    escalations: Mapping[str, tuple[Status, int]]
    raised: Mapping[str, tuple[str, ...]]
    events: Mapping[str, tuple[tuple[int, str], ...]]
    received: frozenset[str]
    questions: frozenset[str]
    outbox: tuple[Row, ...]
    audited: int
    broken: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What happened outside.

    Attributes:
        posts: How often the messenger accepted each message.
        order: What each address was sent, in the order of first acceptance.
        acked: The turns that the service said it had received.
        after_stop: Messages that a process posted as soon as it was let go on.
        one_by_one: Whether rows were written by one writer, so that the outbox's
            order is the order of all that an address was sent.

    """

    cases: Sequence[Case]
    posts: Mapping[str, int]
    order: Mapping[str, Sequence[str]]
    acked: Sequence[str]
    after_stop: frozenset[str]
    one_by_one: bool


def read(connection: Connection) -> Facts:
    """The facts, within one transaction."""
    raised: dict[str, tuple[str, ...]] = {}
    escalations: dict[str, tuple[Status, int]] = {}
    for row in connection.execute(select(escalation)):
        escalations[row.id] = (Status(row.status), row.version)
        raised[row.asker] = (*raised.get(row.asker, ()), row.id)
    events: dict[str, tuple[tuple[int, str], ...]] = {}
    ordered = select(escalation_event).order_by(escalation_event.c.seq)
    for row in connection.execute(ordered):
        before = events.get(row.escalation, ())
        events[row.escalation] = (*before, (row.seq, row.kind))
    outbox = connection.execute(select(message).order_by(message.c.id))
    actions = connection.execute(select(audit.c.action)).scalars()
    return Facts(
        escalations=escalations,
        raised=raised,
        events=events,
        received=frozenset(connection.execute(select(inbound.c.id)).scalars()),
        questions=frozenset(connection.execute(select(question.c.id)).scalars()),
        outbox=tuple(
            Row(
                id=row.id,
                key=row.key,
                to=row.address,
                status=row.status,
                urgent=bool(row.urgent),
            )
            for row in outbox
        ),
        audited=sum(action.startswith("escalation.") for action in actions),
        broken=Ledger(connection).broken(),
    )


def problems(facts: Facts, seen: Seen) -> tuple[Problem, ...]:
    """Every promise that was broken."""
    return (
        *unfinished(facts, seen),
        *_lost_rows(facts, seen),
        *_doubled(facts, seen),
        *_disordered(facts, seen),
        *_unchained(facts),
    )


def unfinished(facts: Facts, seen: Seen) -> Iterator[Problem]:
    """Cases that did not end as they must, and messages that still wait."""
    for case in seen.cases:
        said = _ended(case, facts, seen)
        if said:
            yield Problem(Wrong.UNENDED, f"case {case.number} ({case.habit}): {said}")
    for row in facts.outbox:
        if row.status in WAITS:
            yield Problem(Wrong.UNENDED, f"message {row.key} is {row.status}")


def _ended(case: Case, facts: Facts, seen: Seen) -> str | None:
    """What is missing of a case; None if it ended as it must."""
    unreplied = [t for t in case.turns if f"reply:{t}" not in seen.posts]
    if unreplied:
        return f"no reply to {unreplied[0]}, which was acknowledged"
    if not case.sent:
        return "its asker never got as far as to send it"
    mine = facts.raised.get(person_at(Address(CHANNEL, case.who)), ())
    if len(mine) != 1:
        return None if mine else "sent, acknowledged, and not there"
    one = mine[0]
    status = facts.escalations[one][0]
    told = [key.split(":")[2] for key in seen.posts if key.startswith(f"{one}:")]
    match case.habit:
        case Habit.WITHDRAWN:
            return None if status is Status.WITHDRAWN else f"{status}, not withdrawn"
        case Habit.IGNORED:
            reminded = status in WAITING and "remind" in told
            return None if reminded else f"{status}, with {told}"
        case Habit.URGENT:
            settled = status is Status.RESOLVED
            return None if settled else f"{status}, not settled"
        case _:
            answered = status in ANSWERED and "answer" in told
            return None if answered else f"{status}, with {told}"


def _lost_rows(facts: Facts, seen: Seen) -> Iterator[Problem]:
    asked = {turn for case in seen.cases for turn in case.asked}
    for turn in sorted(set(seen.acked) - facts.received):
        yield Problem(Wrong.LOST, f"turn {turn} was acknowledged and is not kept")
    for turn in sorted(asked - facts.questions):
        yield Problem(Wrong.LOST, f"question {turn} is not in the log")
    for row in facts.outbox:
        if row.status == "sent" and row.key not in seen.posts:
            yield Problem(Wrong.LOST, f"{row.key} is marked as sent and never arrived")
    for key in sorted(set(seen.posts) - {row.key for row in facts.outbox}):
        yield Problem(Wrong.LOST, f"{key} was posted and is not kept")


def _doubled(facts: Facts, seen: Seen) -> Iterator[Problem]:
    for key, times in seen.posts.items():
        if times > 1:
            excused = times == 2 and key in seen.after_stop
            wrong = Wrong.AFTER_STOP if excused else Wrong.DOUBLED_POST
            yield Problem(wrong, f"{key} was accepted {times} times")
    for asker, mine in facts.raised.items():
        if len(mine) > 1:
            yield Problem(Wrong.DOUBLED_ROW, f"{asker} has {len(mine)} escalations")
    keys = Counter(row.key for row in facts.outbox)
    for key, times in keys.items():
        if times > 1:
            yield Problem(Wrong.DOUBLED_ROW, f"{key} is in the outbox {times} times")
    for one, events in facts.events.items():
        kinds = Counter(kind for _, kind in events)
        for once in ("raised", "replied", "withdrawn", "resolved", "settled"):
            if kinds[once] > 1:
                text = f"{one} was {once} {kinds[once]} times"
                yield Problem(Wrong.DOUBLED_ROW, text)


def _disordered(facts: Facts, seen: Seen) -> Iterator[Problem]:
    urgent = {row.key for row in facts.outbox if row.urgent}
    ids = {row.key: row.id for row in facts.outbox}
    for to, order in seen.order.items():
        keys = [key for key in order if key not in urgent]
        if seen.one_by_one:
            yield from _falls([(ids.get(key, 0), key) for key in keys], to)
        about: dict[str, list[tuple[int, str]]] = {}
        for key in keys:
            subject, number = _place(key, to)
            if subject:
                about.setdefault(subject, []).append((number, key))
        for numbered in about.values():
            yield from _falls(numbered, to)


def _place(key: str, to: str) -> tuple[str, int]:
    """What a message belongs to, and its place there.

    Replies to an asker, who does one thing after another, go by the turn; word of an
    escalation goes by its version. A holder's own turns have no order to keep.
    """
    parts = key.split(":")
    if parts[0] != "reply":
        changed = parts[-1] if "as-of" in parts else parts[1]
        return parts[0], int(changed)
    return ("reply", int(parts[2])) if to.startswith("asker") else ("", 0)


def _falls(numbered: Sequence[tuple[int, str]], to: str) -> Iterator[Problem]:
    for (before, _), (after, key) in pairwise(numbered):
        if after < before:
            yield Problem(Wrong.DISORDER, f"{key} came late to {to}")


def _unchained(facts: Facts) -> Iterator[Problem]:
    if facts.broken is not None:
        yield Problem(Wrong.BROKEN, f"the audit's chain, at entry {facts.broken}")
    noted = sum(len(events) for events in facts.events.values())
    if facts.audited != noted:
        text = f"{noted} events, but {facts.audited} entries in the audit"
        yield Problem(Wrong.BROKEN, text)
    for one, (_, version) in facts.escalations.items():
        seqs = [seq for seq, _ in facts.events.get(one, ())]
        if seqs != list(range(1, version + 1)):
            yield Problem(Wrong.BROKEN, f"events of {one}: {seqs}, version {version}")
