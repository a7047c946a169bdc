"""What people are called, so that whom they ask can be told who asks.

Asked of Slack once a day for each person, and kept in the register; never logged.
"""

import datetime as dt
import unicodedata

import structlog

from adapters.slack.clients import FAILURES, Clients, code
from adapters.slack.scene import Scene
from bot.persistence.desk import Desk
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.ports import Clock, DeliveryError
from knowledge.model import SchoolId

FRESH = dt.timedelta(days=1)
AGAIN = dt.timedelta(minutes=1)
"""How long Slack is left alone where it did not tell a name."""
LONGEST = 120
MOST = 50_000
"""People remembered at once; beyond them all are asked for again."""

_log = structlog.get_logger()


class Names:
    """Learns names, and notes them in the register."""

    def __init__(self, store: Store, clients: Clients, clock: Clock) -> None:
        self._store = store
        self._clients = clients
        self._clock = clock
        self._until: dict[str, dt.datetime] = {}

    def knows(self, scene: Scene) -> bool:
        """Whether there is nothing to be learnt of a person just now."""
        until = self._until.get(scene.person)
        return until is not None and self._clock() < until

    async def learn(
        self, scene: Scene, schools: tuple[SchoolId, ...], called: str = ""
    ) -> None:
        """Learn what a person is called, unless it was just learnt.

        Args:
            scene: Who it is.
            schools: The schools that they may ask about.
            called: Their user name, if Slack does not tell their real one: whoever is
                called to an emergency has to know by whom.

        """
        if self.knows(scene) or not schools:
            return
        now = self._clock()
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[scene.person] = now + AGAIN  # while it is being asked for
        found = await self._ask(scene)
        name = _line(found) or _line(called.replace(".", " "))
        if not name:
            return

        def note(desk: Desk) -> None:
            known = desk.register.person(scene.person)
            if known and known.name and not found:
                return
            school = known.school if known else schools[0]
            desk.register.admit(Person(scene.person, school, name), now)

        await self._store.tx(note)
        if found:
            self._until[scene.person] = now + FRESH

    async def _ask(self, scene: Scene) -> str:
        try:
            client = await self._clients.of(scene.team)
            told = await client.users_info(user=scene.user)
        except (*FAILURES, DeliveryError) as error:
            why = code(error) or type(error).__name__
            _log.warning("slack.name_unknown", why=why)
            return ""
        user = told.get("user") or {}
        profile = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or user.get("name")
        return str(name or "")


def _line(name: str) -> str:
    """A name on one line, without what cannot be seen."""
    seen = (c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join("".join(seen).split())[:LONGEST]
