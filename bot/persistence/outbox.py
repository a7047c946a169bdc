"""The outbox: every message is a row here before it is anywhere else.

A row is claimed with a lease before it is sent; `attempts` is committed with the
claim, so that after a crash a message that may have gone out is known as one. To one
address messages go in order, but for urgent ones, which pass whatever waits.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, case, delete, func, select, update

from bot.actions import EscalationId
from bot.decision import About, Message
from bot.escalation import PINGS, Purpose
from bot.people import Address, HolderId, PersonId
from bot.persistence.codec import dump, load
from bot.persistence.moments import from_ms, to_ms
from bot.persistence.statements import CLAIM, insert
from bot.persistence.tables import message
from bot.ports import Delivery
from bot.reply import Paragraph, Reply

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a thread that Headnote keeps: what was said, or a reply.

    Attributes:
        mine: Whether the person said it.
        id: Grows with time, over all threads.

    """

    mine: bool
    reply: Reply
    id: int = field(default=0, compare=False)


class Outbox:
    """Messages to send, and those that a thread of ours shows."""

    def __init__(self, connection: Connection, pulled: frozenset[str]) -> None:
        self._connection = connection
        self._pulled = pulled

    def put(self, messages: Sequence[Message], now: dt.datetime) -> None:
        """Add messages; one whose key is there already is left as it is.

        On a channel whose people come and look, being here is being delivered.
        """
        rows = [self._row(each, now) for each in messages]
        if rows:
            made = insert(message, self._connection)
            self._connection.execute(
                made.on_conflict_do_nothing(index_elements=["key"]), rows
            )

    def said(self, key: str, address: Address, text: str, now: dt.datetime) -> None:
        """Add what a person did to their thread."""
        shown = Message(key=key, address=address, reply=Reply((Paragraph(text),), ""))
        row = self._row(shown, now) | {"kind": "said", "status": "sent"}
        made = insert(message, self._connection)
        self._connection.execute(
            made.on_conflict_do_nothing(index_elements=["key"]), [row]
        )

    def _row(self, each: Message, now: dt.datetime) -> dict[str, object]:
        about = each.about
        pulled = each.address.channel in self._pulled
        at = to_ms(now)
        hold = to_ms(each.not_before) if each.not_before else at
        return {
            "key": each.key,
            "kind": "reply",
            "channel": each.address.channel,
            "address": each.address.id,
            "payload": dump(each.reply),
            "escalation": about.escalation if about else None,
            "purpose": about.purpose if about else None,
            "holder": about.to if about else None,
            "urgent": int(each.urgent),
            "status": "sent" if pulled and hold <= at else "pending",
            "not_before": hold,
            "next_at": hold,
            "replaces": each.replaces or None,
            "at": at,
        }

    def pulls(self, address: Address) -> bool:
        """Whether an address's people come and look, so that nothing is sent there."""
        return address.channel in self._pulled

    def claim(
        self, *, owner: str, now: dt.datetime, lease: dt.timedelta, most: int
    ) -> tuple[Delivery, ...]:
        """Take messages to send, for as long as the lease lasts."""
        at = to_ms(now)
        until = at + int(lease.total_seconds() * 1000)
        claimed = {"now": at, "until": until, "by": owner, "most": most}
        rows = self._connection.execute(CLAIM, claimed).all()
        return tuple(
            Delivery(
                id=row.id,
                key=row.key,
                address=Address(row.channel, row.address),
                reply=load(row.payload, Reply),
                attempts=row.attempts,
                urgent=bool(row.urgent),
                about=_about(row.escalation, row.purpose, row.holder),
                replaces=row.replaces or "",
            )
            for row in sorted(rows, key=lambda row: (-row.urgent, row.id))
        )

    def sent(self, delivery: int, ref: str) -> bool:
        """Mark a message as sent; False where it no longer waited.

        Its words are dropped: what was said is now on the platform. A thread of ours
        keeps them.
        """
        done = self._connection.execute(
            update(message)
            .where(message.c.id == delivery, message.c.status == "pending")
            .values(
                status="sent",
                ref=ref,
                lease_until=0,
                payload=case(
                    (message.c.channel.in_(sorted(self._pulled)), message.c.payload),
                    else_=None,
                ),
            )
        )
        return done.rowcount == 1

    def later(self, delivery: int, owner: str, at: dt.datetime) -> None:
        """Let go of a message until a time."""
        self._connection.execute(
            update(message)
            .where(
                message.c.id == delivery,
                message.c.status == "pending",
                message.c.lease_owner == owner,
            )
            .values(next_at=to_ms(at), lease_until=0)
        )

    def give_up(self, delivery: int) -> bool:
        """Mark a message as undeliverable; False where it no longer waited."""
        done = self._connection.execute(
            update(message)
            .where(message.c.id == delivery, message.c.status == "pending")
            .values(status="dead", payload=None, lease_until=0)
        )
        return done.rowcount == 1

    def cancel_pings(self, escalation: EscalationId) -> None:
        """Take back what would ask somebody to act on an escalation."""
        self._connection.execute(
            update(message)
            .where(
                message.c.escalation == escalation,
                message.c.status == "pending",
                message.c.purpose.in_(sorted(PINGS)),
            )
            .values(status="cancelled", payload=None)
        )

    def refresh(
        self, escalation: EscalationId, version: int, reply: Reply, now: dt.datetime
    ) -> None:
        """Let every ping about an escalation that was sent show how it stands now.

        A thread of ours is changed in place; on a platform the message is replaced.
        """
        pings = (
            message.c.escalation == escalation,
            message.c.holder.is_not(None),
            message.c.purpose.in_(sorted(PINGS)),
            message.c.status == "sent",
        )
        self._connection.execute(
            update(message)
            .where(*pings, message.c.channel.in_(sorted(self._pulled)))
            .values(payload=dump(reply))
        )
        sent = self._connection.execute(
            select(message).where(*pings, message.c.ref != "")
        ).all()
        refs = [row.ref for row in sent]
        self._connection.execute(
            update(message)
            .where(message.c.replaces.in_(refs), message.c.status == "pending")
            .values(status="cancelled", payload=None)
        )
        shown = [
            Message(
                key=f"{row.key}:as-of:{version}",
                address=Address(row.channel, row.address),
                reply=reply,
                replaces=row.ref,
            )
            for row in sent
        ]
        self.put(shown, now)

    def thread(self, address: Address) -> tuple[Entry, ...]:
        """What a person's thread shows, oldest first."""
        newest = (
            select(message.c.id, message.c.kind, message.c.payload)
            .where(
                message.c.channel == address.channel,
                message.c.address == address.id,
                message.c.status == "sent",
                message.c.payload.is_not(None),
            )
            .order_by(message.c.id.desc())
            .limit(MOST_SHOWN)
        )
        rows = self._connection.execute(newest).all()
        return tuple(
            Entry(row.kind == "said", load(row.payload, Reply), row.id)
            for row in reversed(rows)
        )

    def clear(self, address: Address) -> None:
        """Empty a person's thread."""
        self._connection.execute(
            update(message)
            .where(
                message.c.channel == address.channel,
                message.c.address == address.id,
                message.c.status == "sent",
            )
            .values(payload=None)
        )

    def waiting(self) -> int:
        """How many messages wait to be sent."""
        count = select(func.count()).where(message.c.status == "pending")
        return int(self._connection.execute(count).scalar_one())

    def next_due(self) -> dt.datetime | None:
        """When the next waiting message may be tried; None where none waits."""
        first = select(func.min(message.c.next_at)).where(message.c.status == "pending")
        at = self._connection.execute(first).scalar()
        return from_ms(at) if at is not None else None

    def forget(self, before: dt.datetime) -> None:
        """Drop messages that are done with, and threads' entries, from before."""
        self._connection.execute(
            delete(message).where(
                message.c.at < to_ms(before), message.c.status != "pending"
            )
        )


def _about(
    escalation: str | None, purpose: str | None, holder: str | None
) -> About | None:
    if escalation is None or purpose is None:
        return None
    to = HolderId(holder) if holder else None
    return About(EscalationId(escalation), Purpose(purpose), to)


def thread_of(person: PersonId) -> Address:
    """The address of a person whose id is that of their own address."""
    channel, _, own = person.partition(":")
    return Address(channel, own)
