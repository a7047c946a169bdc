"""Turns seen, conversations, questions asked: what every turn reads and writes.

Everything here takes many at once: a batch of turns is a handful of statements.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, bindparam, delete, select, update

from bot.conversation import Conversation
from bot.people import Address, PersonId
from bot.persistence.codec import StoredFormError, dump, load
from bot.persistence.moments import to_ms
from bot.persistence.statements import insert
from bot.persistence.tables import conversation, inbound, person, question
from bot.turn import TurnId
from knowledge.model import SchoolId, TopicId

_log = structlog.get_logger()
_HELD = (
    select(conversation.c.person, conversation.c.school, conversation.c.state)
    .add_columns(person.c.name)
    .outerjoin(person, person.c.id == conversation.c.person)
    .where(conversation.c.person.in_(bindparam("people", expanding=True)))
    .order_by(conversation.c.person)
    .with_for_update(of=conversation)
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as it is stored, with the person's name where it is known."""

    conversation: Conversation
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was answered, for counts and for telling who asked it.

    Attributes:
        words: None where the installation keeps no words.

    """

    turn: TurnId
    school: SchoolId
    person: PersonId
    address: Address
    topic: TopicId | None
    kind: str
    words: str | None
    at: dt.datetime


class Talks:
    """Conversations and what was asked in them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receive(self, turns: Iterable[TurnId], at: dt.datetime) -> set[TurnId]:
        """Note turns as seen; returns those that were not seen before."""
        rows = [{"id": turn, "at": to_ms(at)} for turn in sorted(set(turns))]
        if not rows:
            return set()
        made = insert(inbound, self._connection).on_conflict_do_nothing()
        found = self._connection.execute(made.returning(inbound.c.id), rows)
        return {TurnId(turn) for turn in found.scalars()}

    def seen(self, turn: TurnId) -> bool:
        """Whether a turn was noted before."""
        row = self._connection.execute(select(inbound.c.id).where(inbound.c.id == turn))
        return row.first() is not None

    def of(self, people: Iterable[PersonId]) -> Mapping[PersonId, Talk]:
        """The conversations of people, held until the transaction ends."""
        rows = self._connection.execute(_HELD, {"people": sorted(set(people))})
        return {
            PersonId(row.person): Talk(
                _conversation(row.state, row.school), row.name or ""
            )
            for row in rows
        }

    def keep(self, talks: Mapping[PersonId, Conversation], at: dt.datetime) -> None:
        """Keep conversations as they are now."""
        rows = [
            {
                "person": who,
                "school": talk.school,
                "state": dump(talk),
                "at": to_ms(at),
            }
            for who, talk in sorted(talks.items())
        ]
        if rows:
            made = insert(conversation, self._connection)
            fresh = {name: made.excluded[name] for name in ("school", "state", "at")}
            self._connection.execute(
                made.on_conflict_do_update(index_elements=["person"], set_=fresh), rows
            )

    def log(self, asked: Sequence[Asked]) -> None:
        """Note questions that were answered."""
        rows = [
            {
                "id": each.turn,
                "school": each.school,
                "person": each.person,
                "channel": each.address.channel,
                "address": each.address.id,
                "topic": each.topic,
                "kind": each.kind,
                "words": each.words,
                "at": to_ms(each.at),
            }
            for each in asked
        ]
        if rows:
            made = insert(question, self._connection)
            self._connection.execute(made.on_conflict_do_nothing(), rows)

    def rate(self, turn: str, *, helpful: bool) -> None:
        """Note whether an answer helped; the last word counts."""
        self._connection.execute(
            update(question).where(question.c.id == turn).values(helpful=int(helpful))
        )

    def who_asked(self, school: SchoolId, topic: TopicId) -> tuple[Address, ...]:
        """Where people are who asked about a topic and got no answer from it."""
        rows = self._connection.execute(
            select(question.c.channel, question.c.address)
            .where(
                question.c.school == school,
                question.c.topic == topic,
                question.c.kind == "silent",
            )
            .distinct()
            .order_by(question.c.channel, question.c.address)
        )
        return tuple(Address(row.channel, row.address) for row in rows)

    def forget(self, *, words: dt.datetime, turns: dt.datetime) -> None:
        """Drop what is older: words and idle conversations, and turns seen."""
        old = to_ms(words)
        connection = self._connection
        connection.execute(
            update(question)
            .where(question.c.at < old, question.c.words.is_not(None))
            .values(words=None)
        )
        connection.execute(delete(conversation).where(conversation.c.at < old))
        connection.execute(delete(inbound).where(inbound.c.at < to_ms(turns)))


def _conversation(state: str, school: str) -> Conversation:
    """What is stored; another version's form is dropped rather than guessed at."""
    try:
        return load(state, Conversation)
    except StoredFormError:
        _log.warning("conversation.unreadable")
        return Conversation(SchoolId(school))
