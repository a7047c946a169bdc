"""The audit: append-only, each entry bound to the one before by its hash."""

import datetime as dt
import hashlib
import json

from sqlalchemy import Connection, func, insert, select, text

from bot.persistence.moments import to_ms
from bot.persistence.tables import audit

START = "0" * 64
_LOCK = 20_261_120  # any number, as long as nothing else in the database takes it


class Ledger:
    """Who did what to which record, and when; never a word of anybody's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, *, at: dt.datetime, actor: str, action: str, about: str) -> None:
        """Append an entry.

        Args:
            at: When.
            actor: A person's or holder's id, or "headnote".
            action: What was done, as a dotted fact.
            about: The id of what it was done to.

        """
        if self._connection.dialect.name == "postgresql":
            # One writer at a time, or two entries would follow the same one.
            self._connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK}
            )
        last = self._connection.execute(
            select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, START)
        entry = (seq, to_ms(at), actor, action, about)
        self._connection.execute(
            insert(audit).values(
                seq=seq,
                at=to_ms(at),
                actor=actor,
                action=action,
                object=about,
                previous=previous,
                hash=_hash(previous, entry),
            )
        )

    def broken(self) -> int | None:
        """The first entry that does not follow from the one before; None if all do."""
        previous, expected = START, 1
        for row in self._connection.execute(select(audit).order_by(audit.c.seq)):
            entry = (row.seq, row.at, row.actor, row.action, row.object)
            if (
                row.seq != expected
                or row.previous != previous
                or row.hash != _hash(previous, entry)
            ):
                return int(row.seq)
            previous, expected = row.hash, expected + 1
        return None

    def entries(self) -> int:
        """How many entries there are."""
        count = self._connection.execute(select(func.count()).select_from(audit))
        return int(count.scalar_one())


def _hash(previous: str, entry: tuple[int, int, str, str, str]) -> str:
    return hashlib.sha256(json.dumps([previous, *entry]).encode()).hexdigest()
