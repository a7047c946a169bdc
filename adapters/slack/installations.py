"""Which workspaces have installed Headnote, and their tokens, encrypted at rest."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.persistence.installed import Installed
from bot.persistence.store import Store
from bot.ports import Clock

FRESH = dt.timedelta(minutes=1)
"""How long a replica may not know of what another one learnt about a workspace."""

_log = structlog.get_logger()


class KeyUnfitError(Exception):
    """The key cannot encrypt tokens; says how to make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A workspace's installation, ready to be used."""

    team: str
    token: str = field(repr=False)
    bot: str = ""
    bot_user: str = ""
    scopes: str = ""


class Installations(Protocol):
    """Which workspaces have installed Headnote."""

    async def find(self, team: str) -> Installation | None:
        """A workspace's installation; None where there is none."""
        ...

    async def drop(self, team: str, before: dt.datetime) -> None:
        """A workspace has uninstalled Headnote, at a time."""
        ...

    def doubt(self, team: str) -> None:
        """Slack refused the token: what is remembered of it may be old."""
        ...


class OneWorkspace:
    """The one workspace whose token is in the settings.

    Args:
        who: Asks Slack whose token it is; None where Slack refuses it. Raises what a
            call to Slack raises.

    """

    def __init__(self, who: Callable[[], Awaitable[Installation | None]]) -> None:
        self._who = who
        self._known: Installation | None = None
        self._asking = asyncio.Lock()

    async def find(self, team: str) -> Installation | None:
        """The installation, for the workspace that it is of."""
        if self._known is None:
            async with self._asking:
                if self._known is None:
                    self._known = await self._who()
        known = self._known
        return known if known and known.team == team else None

    async def drop(self, team: str, before: dt.datetime) -> None:
        """Nothing to drop: the token is in the settings, and Slack refuses it now."""
        del before
        _log.error("slack.uninstalled", team=team)

    def doubt(self, team: str) -> None:
        """Nothing is remembered that the settings do not say."""
        del team


class ManyWorkspaces:
    """Workspaces that installed Headnote by OAuth.

    Args:
        store: Keeps them; tokens go into it encrypted.
        key: A Fernet key; or several, separated by commas, of which the first
            encrypts and all decrypt.
        clock: The time.

    Raises:
        KeyUnfitError: The key is none.

    """

    def __init__(self, store: Store, key: str, clock: Clock) -> None:
        try:
            keys = [Fernet(each.strip()) for each in key.split(",")]
        except ValueError as error:
            raise KeyUnfitError(
                "HEADNOTE_SLACK_KEY is no key. Make one with: python -c 'from "
                "cryptography.fernet import Fernet; print(Fernet.generate_key()"
                ".decode())'"
            ) from error
        self._fernet = MultiFernet(keys)
        self._store = store
        self._clock = clock
        self._found: dict[str, tuple[Installation | None, dt.datetime]] = {}

    async def find(self, team: str) -> Installation | None:
        """A workspace's installation; what is known is not older than a minute."""
        now = self._clock()
        known = self._found.get(team)
        if known and now - known[1] < FRESH:
            return known[0]
        row = await self._store.tx(lambda desk: desk.installs.get(team))
        found = self._decrypted(row) if row else None
        self._found[team] = (found, now)
        return found

    def _decrypted(self, row: Installed) -> Installation | None:
        try:
            token = self._fernet.decrypt(row.token).decode()
        except InvalidToken:
            _log.exception("slack.key_does_not_fit", team=row.team)
            return None
        return Installation(
            team=row.team,
            token=token,
            bot=row.bot,
            bot_user=row.bot_user,
            scopes=row.scopes,
        )

    async def keep(self, one: Installation) -> None:
        """Keep an installation."""
        row = Installed(
            team=one.team,
            token=self._fernet.encrypt(one.token.encode()).decode(),
            bot=one.bot,
            bot_user=one.bot_user,
            scopes=one.scopes,
            at=self._clock(),
        )
        await self._store.tx(lambda desk: desk.installs.keep(row))
        self.doubt(one.team)
        _log.info("slack.installed", team=one.team)

    async def drop(self, team: str, before: dt.datetime) -> None:
        """Drop an installation, unless it was made again since."""
        dropped = await self._store.tx(lambda desk: desk.installs.drop(team, before))
        self.doubt(team)
        if dropped:
            _log.warning("slack.uninstalled", team=team)

    def doubt(self, team: str) -> None:
        """Look a workspace up anew the next time."""
        self._found.pop(team, None)

    async def begin(self, state: str, expires: dt.datetime) -> None:
        """Note that an installation was begun."""
        await self._store.tx(lambda desk: desk.installs.begin(state, expires))

    async def finish(self, state: str) -> bool:
        """Use up what was begun; False where there is no such thing any more."""
        now = self._clock()
        return await self._store.tx(lambda desk: desk.installs.finish(state, now))
