"""Who there is and where: addresses, the people a school names, and who is asked.

Routing fails closed: nobody whom a matter is about is ever asked, and where nobody
is left the chain is empty, which the adviser says instead of sending anything.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from bot.calendar import Calendar
from knowledge.model import SchoolId

PersonId = NewType("PersonId", str)
HolderId = NewType("HolderId", str)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person is on one channel."""

    channel: str
    id: str


def person_at(address: Address) -> PersonId:
    """The person whose own address it is."""
    return PersonId(f"{address.channel}:{address.id}")


class Role(StrEnum):
    """What a school needs somebody for; the first named leads, the others deputise."""

    HEAD = "head"
    SAFEGUARDING = "safeguarding"
    GOVERNORS = "governors"
    HR = "hr"
    IT = "it"


ESCALATED_TO = (Role.HEAD, Role.SAFEGUARDING, Role.GOVERNORS)
"""The roles that escalations go to: without a person each, some go nowhere."""


class Concern(StrEnum):
    """What an escalation is about, as far as its route depends on it."""

    QUESTION = "question"
    STAFF = "staff"
    CHILD = "child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who holds a role.

    Attributes:
        post: What they are, as staff know it: "Headteacher".
        phone: As a person would dial it; may be empty.
        addresses: Where they can be pinged, the preferred one first.
        away_until: The last day of an absence that the settings name.

    """

    id: HolderId
    name: str
    post: str
    phone: str = ""
    addresses: tuple[Address, ...] = ()
    away_until: dt.date | None = None

    @property
    def called(self) -> str:
        """Name and post."""
        return f"{self.name} ({self.post})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an escalation may wait, in school time unless it says otherwise.

    Attributes:
        reminders: How often the same person is reminded before the next is asked.
        child: Real time, for concerns about a child's safety.
        urgent: Real time between the pings of an emergency.
        settle: After a reply, when the escalation settles by itself.

    """

    acknowledge: dt.timedelta = dt.timedelta(hours=4)
    reply: dt.timedelta = dt.timedelta(hours=16)
    reminders: int = 1
    child: dt.timedelta = dt.timedelta(minutes=30)
    urgent: dt.timedelta = dt.timedelta(minutes=5)
    settle: dt.timedelta = dt.timedelta(hours=42)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A school's people, their roles, and its clock."""

    school: SchoolId
    holders: tuple[Holder, ...]
    roles: tuple[tuple[Role, tuple[HolderId, ...]], ...]
    calendar: Calendar = field(default_factory=Calendar)
    patience: Patience = field(default_factory=Patience)

    def holder(self, wanted: HolderId) -> Holder | None:
        """The holder of that id, if the settings still name one."""
        return next((h for h in self.holders if h.id == wanted), None)

    def holder_at(self, person: PersonId) -> Holder | None:
        """The holder who is that person."""
        for holder in self.holders:
            if any(person_at(address) == person for address in holder.addresses):
                return holder
        return None

    def in_role(self, role: Role) -> tuple[Holder, ...]:
        """Who holds a role, the leader first."""
        wanted = dict(self.roles).get(role, ())
        found = (self.holder(one) for one in wanted)
        return tuple(holder for holder in found if holder is not None)

    def called(self, wanted: HolderId) -> str:
        """How a holder is named, also one that the settings no longer have."""
        holder = self.holder(wanted)
        return holder.called if holder else "someone who has left the list"


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, up to and including a day."""

    holder: HolderId
    until: dt.date


def chain(
    roster: Roster, concern: Concern, excluded: tuple[HolderId, ...]
) -> tuple[HolderId, ...]:
    """Who is asked, one after the other; empty where nobody may be.

    About staff: the head. About the head: the chair of governors, nobody else. About
    a child's safety: the safeguarding lead and deputies, then the head. Never anybody
    whom it is about, nor anybody who cannot be reached. (Keeping children safe in
    education, part four, and its low-level concerns.)
    """
    heads = roster.in_role(Role.HEAD)
    if heads and heads[0].id in excluded:
        asked = roster.in_role(Role.GOVERNORS)
    elif concern is Concern.CHILD:
        asked = (*roster.in_role(Role.SAFEGUARDING), *heads)
    else:
        asked = heads
    may = (h.id for h in asked if h.id not in excluded and h.addresses)
    return tuple(dict.fromkeys(may))


def may_have(roster: Roster, to: HolderId, excluded: tuple[HolderId, ...]) -> bool:
    """Whether a matter may be passed to somebody.

    Never to whom it is about, nor to anybody who cannot be reached; and a matter about
    the head stays among the governors, away from those who work for the head.
    """
    holder = roster.holder(to)
    if holder is None or not holder.addresses or to in excluded:
        return False
    heads = roster.in_role(Role.HEAD)
    if heads and heads[0].id in excluded:
        return holder in roster.in_role(Role.GOVERNORS)
    return True


def summoned(roster: Roster, excluded: tuple[HolderId, ...]) -> tuple[HolderId, ...]:
    """Whom an emergency's ping goes to, all at once; the absent too.

    The safeguarding lead, the deputies and the head; the chair of governors as well
    where somebody of them is left out, so that it never ends with nobody.
    """
    asked = (*roster.in_role(Role.SAFEGUARDING), *roster.in_role(Role.HEAD))
    if excluded:
        asked = (*asked, *roster.in_role(Role.GOVERNORS))
    may = (h.id for h in asked if h.id not in excluded and h.addresses)
    return tuple(dict.fromkeys(may))


def away(
    roster: Roster, absences: tuple[Absence, ...], now: dt.datetime
) -> dict[HolderId, dt.date]:
    """Who is away today, and the last day of it."""
    today = now.astimezone(ZoneInfo(roster.calendar.zone)).date()
    known = {h.id: h.away_until for h in roster.holders if h.away_until}
    for absence in absences:
        known[absence.holder] = absence.until
    return {holder: until for holder, until in known.items() if until >= today}


def unfilled(roster: Roster) -> tuple[str, ...]:
    """What is missing before every escalation reaches somebody; each a sentence."""
    said: list[str] = []
    for role in ESCALATED_TO:
        people = roster.in_role(role)
        if not people:
            said.append(f"{role}: nobody is named. Name a person and a deputy.")
        elif len(people) == 1:
            said.append(f"{role}: {people[0].called} has no deputy. Name one.")
    said += [
        f"{holder.called} has no address on any channel. Add one."
        for holder in roster.holders
        if not holder.addresses
    ]
    heads = {h.id for h in roster.in_role(Role.HEAD)}
    said += [
        f"governors: {holder.called} is also in the head's chain; "
        "matters about the head need somebody else."
        for holder in roster.in_role(Role.GOVERNORS)
        if holder.id in heads
    ]
    return tuple(said)
