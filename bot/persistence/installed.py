"""Workspaces that have installed Headnote, and installations that are under way.

Tokens come here encrypted; the key is not in the database.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, select

from bot.persistence.moments import from_ms, to_ms
from bot.persistence.statements import insert
from bot.persistence.tables import installation, oauth_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A workspace's installation.

    Attributes:
        token: Encrypted.
        bot: The platform's id of the bot, and `bot_user` of its user.
        scopes: What was granted, separated by commas.

    """

    team: str
    token: str = field(repr=False)
    bot: str
    bot_user: str
    scopes: str
    at: dt.datetime


class Installs:
    """Installations of workspaces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, one: Installed) -> None:
        """Keep an installation; it takes the place of an earlier one."""
        made = insert(installation, self._connection)
        row = {
            "token": one.token,
            "bot": one.bot,
            "bot_user": one.bot_user,
            "scopes": one.scopes,
            "at": to_ms(one.at),
        }
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["team"], set_=row),
            [{"team": one.team, **row}],
        )

    def get(self, team: str) -> Installed | None:
        """A workspace's installation."""
        row = self._connection.execute(
            select(installation).where(installation.c.team == team)
        ).first()
        if row is None:
            return None
        return Installed(
            team=row.team,
            token=row.token,
            bot=row.bot,
            bot_user=row.bot_user,
            scopes=row.scopes,
            at=from_ms(row.at),
        )

    def drop(self, team: str, before: dt.datetime) -> bool:
        """Drop an installation made up to a time; a later one is another."""
        done = self._connection.execute(
            delete(installation).where(
                installation.c.team == team, installation.c.at <= to_ms(before)
            )
        )
        return done.rowcount == 1

    def begin(self, state: str, expires: dt.datetime) -> None:
        """Note that an installation was begun; only the state's hash is stored."""
        self._connection.execute(
            insert(oauth_state, self._connection).values(
                hash=_hash(state), expires=to_ms(expires)
            )
        )

    def finish(self, state: str, now: dt.datetime) -> bool:
        """Use up a state; False where it was used, has expired, or never was."""
        done = self._connection.execute(
            delete(oauth_state).where(
                oauth_state.c.hash == _hash(state), oauth_state.c.expires > to_ms(now)
            )
        )
        return done.rowcount == 1

    def forget(self, now: dt.datetime) -> None:
        """Drop what was begun and never finished."""
        self._connection.execute(
            delete(oauth_state).where(oauth_state.c.expires <= to_ms(now))
        )


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
