"""What every page of the site works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from adapters.web.guarding import Place
from adapters.web.pages import Frame, Identity
from adapters.web.sessions import Sessions, Visitor
from bot.adviser import Adviser
from bot.people import Holder
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.ports import Clock, StaffDirectory
from knowledge.model import Pack, SchoolId


class Members(StaffDirectory, Protocol):
    """The people of each school, and who of them an e-mail address is."""

    def may_sign_in(self, email: str) -> Person | None:
        """Whoever has that address; None where nobody may sign in with it."""
        ...


class Links(Protocol):
    """Sends one-time links."""

    async def send_link(self, email: str, link: str) -> None:
        """Send a sign-in link to an address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The parts behind the pages.

    Attributes:
        links: None where no e-mail is set up.

    """

    adviser: Adviser
    store: Store
    members: Members
    packs: Mapping[SchoolId, Pack]
    clock: Clock
    place: Place
    sessions: Sessions
    links: Links | None = None

    def holder(self, who: Person) -> Holder | None:
        """The holder of a role that somebody is."""
        roster = self.members.roster(who.school)
        return roster.holder_at(who.id) if roster else None

    def frame(
        self, visitor: Visitor, here: str, newest: int = 0, seen: int = 0
    ) -> Frame:
        """What surrounds a page.

        Args:
            visitor: Who looks at it.
            here: Its path.
            newest: The newest entry of their thread that they have been shown.
            seen: How much had happened to what the inbox shows.

        """
        who = visitor.person
        pack = self.packs.get(who.school) if who else None
        return Frame(
            demo=self.place.demo,
            here=here,
            csrf=visitor.csrf,
            name=who.name if who else "",
            signed_in=who is not None,
            holds=who is not None and self.holder(who) is not None,
            packs=tuple(self.packs.values()),
            pack=pack,
            identities=self._identities(who) if who and self.place.demo else (),
            newest=newest,
            seen=seen,
        )

    def _identities(self, who: Person) -> tuple[Identity, ...]:
        roster = self.members.roster(who.school)
        me = roster.holder_at(who.id) if roster else None
        staff = Identity(key="", called="A member of staff", now=me is None)
        holders = (
            Identity(key=one.id, called=one.called, now=me == one)
            for one in (roster.holders if roster else ())
        )
        return (staff, *holders)
