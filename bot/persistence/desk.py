"""All of a store's rooms, within one transaction."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bot.persistence.cases import Cases
from bot.persistence.installed import Installs
from bot.persistence.ledger import Ledger
from bot.persistence.outbox import Outbox
from bot.persistence.register import Register
from bot.persistence.talks import Talks


@dataclass(frozen=True, slots=True)
class Desk:
    """What a piece of work may read and write; kept whole, or not at all."""

    talks: Talks
    cases: Cases
    outbox: Outbox
    register: Register
    installs: Installs
    ledger: Ledger


def desk(connection: Connection, pulled: frozenset[str]) -> Desk:
    """A desk on a connection; `pulled` names channels whose people come and look."""
    return Desk(
        talks=Talks(connection),
        cases=Cases(connection),
        outbox=Outbox(connection, pulled),
        register=Register(connection),
        installs=Installs(connection),
        ledger=Ledger(connection),
    )
