"""What the two databases say in slightly different words, and what is said most."""

from typing import TypeAlias

from sqlalchemy import (
    Connection,
    Integer,
    Table,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.persistence.tables import message

Insert: TypeAlias = postgresql.Insert | sqlite.Insert

_WAITING, _EARLIER = message.alias("waiting"), message.alias("earlier")
_BLOCKED = exists().where(
    _EARLIER.c.status == "pending",
    _EARLIER.c.channel == _WAITING.c.channel,
    _EARLIER.c.address == _WAITING.c.address,
    _EARLIER.c.id < _WAITING.c.id,
    _EARLIER.c.urgent == 0,
    _EARLIER.c.not_before <= bindparam("now"),
)
_FREE = (
    select(_WAITING.c.id)
    .where(
        _WAITING.c.status == "pending",
        _WAITING.c.next_at <= bindparam("now"),
        _WAITING.c.lease_until <= bindparam("now"),
        or_(_WAITING.c.urgent == 1, ~_BLOCKED),
    )
    .order_by(_WAITING.c.urgent.desc(), _WAITING.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=_WAITING)
)
CLAIM = (
    update(message)
    .where(message.c.id.in_(_FREE))
    .values(
        lease_until=bindparam("until"),
        lease_owner=bindparam("by"),
        attempts=message.c.attempts + 1,
    )
    .returning(message)
)
"""Takes up to `most` messages, `by` somebody, from `now` `until`; see the outbox.

Built once: it runs after every turn, and building it took longer than the turn.
"""


def insert(table: Table, connection: Connection) -> Insert:
    """An insert that can say what to do about a row that is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
