"""Escalations with their events, and replies proposed for the answers."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Select, func, select, update

from bot.actions import EscalationId
from bot.escalation import SETTLED, Change, Escalation
from bot.people import HolderId, PersonId
from bot.persistence.codec import dump, load
from bot.persistence.moments import from_ms, to_ms
from bot.persistence.statements import insert
from bot.persistence.tables import escalation, escalation_event, pinged, proposal
from knowledge.model import SchoolId, TopicId

MOST_LISTED = 200
FORGOTTEN = "(no longer kept)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of an escalation's history."""

    kind: str
    actor: str
    to: HolderId | None
    words: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A reply that its writer proposes for the answers."""

    id: EscalationId
    school: SchoolId
    topic: TopicId | None
    words: str
    holder: HolderId
    status: str
    at: dt.datetime


class ConflictError(Exception):
    """Somebody else changed the escalation in the meantime: decide again."""


class Cases:
    """The escalations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, wanted: EscalationId) -> Escalation | None:
        """An escalation, held until the transaction ends."""
        asked = select(escalation.c.state).where(escalation.c.id == wanted)
        row = self._connection.execute(asked.with_for_update()).first()
        return load(row.state, Escalation) if row else None

    def keep(self, change: Change, at: dt.datetime) -> None:
        """Keep a change with its event.

        Raises:
            ConflictError: It is not the change's earlier version that is stored.

        """
        now = change.escalation
        row = {
            "school": now.school,
            "version": now.version,
            "status": now.status,
            "asker": now.asker,
            "holder": now.holder,
            "due": to_ms(now.due) if now.due else None,
            "topic": now.topic,
            "raised_at": to_ms(now.raised_at),
            "settled_at": to_ms(at) if now.status in SETTLED else None,
            "state": dump(now),
        }
        if change.was == 0:
            self._connection.execute(
                insert(escalation, self._connection).values(id=now.id, **row)
            )
        else:
            kept = self._connection.execute(
                update(escalation)
                .where(escalation.c.id == now.id, escalation.c.version == change.was)
                .values(**row)
            )
            if kept.rowcount != 1:
                raise ConflictError(now.id)
        self._note(change, at)

    def _note(self, change: Change, at: dt.datetime) -> None:
        now, event = change.escalation, change.event
        self._connection.execute(
            insert(escalation_event, self._connection).values(
                escalation=now.id,
                seq=now.version,
                kind=event.kind,
                actor=event.actor,
                holder=event.to,
                words=event.words or None,
                at=to_ms(at),
            )
        )
        made = insert(pinged, self._connection).on_conflict_do_nothing()
        rows = [{"escalation": now.id, "holder": one} for one in now.pinged]
        if rows:
            self._connection.execute(made, rows)
        if change.proposal:
            self._propose(change, at)

    def _propose(self, change: Change, at: dt.datetime) -> None:
        now = change.escalation
        row = {
            "school": now.school,
            "escalation": now.id,
            "topic": now.topic,
            "words": change.proposal,
            "holder": now.holder,
            "status": "proposed",
            "at": to_ms(at),
        }
        made = insert(proposal, self._connection).values(id=now.id, **row)
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["id"], set_=row)
        )

    def due(self, now: dt.datetime, most: int) -> tuple[Escalation, ...]:
        """Escalations whose time has come; those held by another process are left."""
        asked = (
            select(escalation.c.state)
            .where(escalation.c.due <= to_ms(now))
            .order_by(escalation.c.due)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(asked).all()
        return tuple(load(row.state, Escalation) for row in rows)

    def asked_by(self, person: PersonId) -> tuple[Escalation, ...]:
        """A person's own escalations, the newest first."""
        return self._listed(select(escalation).where(escalation.c.asker == person))

    def sent_to(self, school: SchoolId, holder: HolderId) -> tuple[Escalation, ...]:
        """What a holder was sent, the newest first; nothing else is open to them."""
        mine = select(escalation).join(pinged, pinged.c.escalation == escalation.c.id)
        return self._listed(
            mine.where(escalation.c.school == school, pinged.c.holder == holder)
        )

    def _listed(self, asked: "Select[tuple[object, ...]]") -> tuple[Escalation, ...]:
        rows = self._connection.execute(
            asked.order_by(escalation.c.raised_at.desc()).limit(MOST_LISTED)
        )
        return tuple(load(row.state, Escalation) for row in rows)

    def history(self, wanted: EscalationId) -> tuple[Happened, ...]:
        """What happened to an escalation, oldest first."""
        rows = self._connection.execute(
            select(escalation_event)
            .where(escalation_event.c.escalation == wanted)
            .order_by(escalation_event.c.seq)
        )
        return tuple(
            Happened(
                kind=row.kind,
                actor=row.actor,
                to=HolderId(row.holder) if row.holder else None,
                words=row.words or "",
                at=from_ms(row.at),
            )
            for row in rows
        )

    def counts(self) -> dict[str, int]:
        """How many escalations stand in each state."""
        rows = self._connection.execute(
            select(escalation.c.status, func.count()).group_by(escalation.c.status)
        )
        return {row[0]: row[1] for row in rows}

    def proposals(self, school: SchoolId) -> tuple[Proposal, ...]:
        """What is proposed for a school's answers, oldest first."""
        rows = self._connection.execute(
            select(proposal)
            .where(proposal.c.school == school, proposal.c.status == "proposed")
            .order_by(proposal.c.at)
        )
        return tuple(_proposal(row) for row in rows)

    def close_proposal(self, wanted: EscalationId, status: str) -> Proposal | None:
        """Mark a proposal as published or declined; None if it is not open."""
        row = self._connection.execute(
            update(proposal)
            .where(proposal.c.id == wanted, proposal.c.status == "proposed")
            .values(status=status)
            .returning(proposal)
        ).first()
        return _proposal(row) if row else None

    def forget(self, before: dt.datetime) -> int:
        """Drop the words of escalations settled before a time; returns how many."""
        old = self._connection.execute(
            select(escalation.c.state).where(
                escalation.c.settled_at < to_ms(before),
                escalation.c.state.not_like(f"%{FORGOTTEN}%"),
            )
        ).scalars()
        settled = [load(state, Escalation) for state in old]
        for one in settled:
            bare = replace(one, question=FORGOTTEN, given="", name="")
            self._connection.execute(
                update(escalation)
                .where(escalation.c.id == one.id)
                .values(state=dump(bare))
            )
            self._connection.execute(
                update(escalation_event)
                .where(escalation_event.c.escalation == one.id)
                .values(words=None)
            )
            self._connection.execute(
                update(proposal)
                .where(proposal.c.id == one.id, proposal.c.status != "proposed")
                .values(words=None)
            )
        return len(settled)


def _proposal(row: "Row[tuple[object, ...]]") -> Proposal:
    return Proposal(
        id=row.id,
        school=row.school,
        topic=row.topic,
        words=row.words or "",
        holder=row.holder,
        status=row.status,
        at=from_ms(row.at),
    )
