"""Who has signed in, and who is away. Secrets are kept as their hashes only."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from bot.people import Absence, HolderId, PersonId
from bot.persistence.moments import to_ms
from bot.persistence.statements import insert
from bot.persistence.tables import absence, person, session, sign_in
from knowledge.model import SchoolId


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    id: PersonId
    school: SchoolId
    name: str


class Register:
    """People, their sessions and absences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def admit(self, who: Person, now: dt.datetime) -> None:
        """Note a person, or what they are called now."""
        made = insert(person, self._connection)
        row = {"school": who.school, "name": who.name}
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["id"], set_=row),
            [{"id": who.id, "at": to_ms(now), **row}],
        )

    def person(self, wanted: PersonId) -> Person | None:
        """Somebody who was admitted."""
        row = self._connection.execute(
            select(person).where(person.c.id == wanted)
        ).first()
        return _person(row.id, row.school, row.name) if row else None

    def invite(self, token: str, who: Person, expires: dt.datetime) -> None:
        """Keep a one-time link's token; only its hash is stored."""
        self._connection.execute(
            insert(sign_in, self._connection).values(
                hash=_hash(token),
                person=who.id,
                school=who.school,
                name=who.name,
                expires=to_ms(expires),
            )
        )

    def invited(self, token: str, now: dt.datetime) -> Person | None:
        """Whose link it is, if it is good still; it is not used up by looking."""
        row = self._connection.execute(
            select(sign_in).where(
                sign_in.c.hash == _hash(token),
                sign_in.c.used_at.is_(None),
                sign_in.c.expires > to_ms(now),
            )
        ).first()
        return _person(row.person, row.school, row.name) if row else None

    def redeem(self, token: str, now: dt.datetime) -> Person | None:
        """Use up a one-time link; None where it was used, expired, or never was."""
        row = self._connection.execute(
            update(sign_in)
            .where(
                sign_in.c.hash == _hash(token),
                sign_in.c.used_at.is_(None),
                sign_in.c.expires > to_ms(now),
            )
            .values(used_at=to_ms(now))
            .returning(sign_in)
        ).first()
        if row is None:
            return None
        who = _person(row.person, row.school, row.name)
        self.admit(who, now)
        return who

    def open_session(self, token: str, who: PersonId, expires: dt.datetime) -> None:
        """Begin a session; only its token's hash is stored."""
        self._connection.execute(
            insert(session, self._connection).values(
                hash=_hash(token), person=who, expires=to_ms(expires)
            )
        )

    def in_session(self, token: str, now: dt.datetime) -> Person | None:
        """Who a session's token stands for, while it lasts."""
        row = self._connection.execute(
            select(person)
            .join(session, session.c.person == person.c.id)
            .where(session.c.hash == _hash(token), session.c.expires > to_ms(now))
        ).first()
        return _person(row.id, row.school, row.name) if row else None

    def close_session(self, token: str) -> None:
        """End a session."""
        self._connection.execute(delete(session).where(session.c.hash == _hash(token)))

    def absences(self, school: SchoolId) -> tuple[Absence, ...]:
        """Who has said that they are away."""
        rows = self._connection.execute(
            select(absence).where(absence.c.school == school).order_by(absence.c.holder)
        )
        return tuple(
            Absence(HolderId(row.holder), dt.date.fromisoformat(row.until))
            for row in rows
        )

    def away(self, school: SchoolId, holder: HolderId, until: dt.date | None) -> None:
        """Note an absence, or its end."""
        if until is None:
            self._connection.execute(
                delete(absence).where(
                    absence.c.school == school, absence.c.holder == holder
                )
            )
            return
        made = insert(absence, self._connection)
        row = {"until": until.isoformat()}
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["school", "holder"], set_=row),
            [{"school": school, "holder": holder, **row}],
        )

    def forget(self, now: dt.datetime, unseen: dt.datetime) -> None:
        """Drop links and sessions that have expired, and people not seen since."""
        self._connection.execute(delete(person).where(person.c.at < to_ms(unseen)))
        for table in (sign_in, session):
            self._connection.execute(delete(table).where(table.c.expires <= to_ms(now)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(identity: str, school: str, name: str) -> Person:
    return Person(PersonId(identity), SchoolId(school), name)
