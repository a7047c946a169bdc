"""One school's people: what the file says of them, translated and checked.

What belongs here needs more than one value to judge: a role that names nobody, two
people with one address, closures that end before they begin.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import holidays

from adapters.fields import DAYS
from adapters.school_file import (
    ClosureForm,
    PersonForm,
    SchoolFile,
    SchoolForm,
    addresses,
)
from bot.calendar import Calendar, CalendarError, Closure
from bot.conversation import Contact
from bot.people import Address, Holder, HolderId, Patience, Role, Roster
from knowledge import Problem
from knowledge.model import SchoolId
from knowledge.pack_yaml import At

_PART_OF_UK = {
    "england": "ENG",
    "wales": "WLS",
    "scotland": "SCT",
    "northern-ireland": "NIR",
}
YEARS = 3
"""For how many years, this one included, bank holidays are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school's people.

    Attributes:
        people: Who is named with an e-mail address, by that address.
        domains: Whose e-mail addresses are staff's.
        slack: Its workspace there, user group and channels; empty where not named.

    """

    contacts: tuple[Contact, ...]
    roster: Roster | None = None
    people: tuple[tuple[str, str], ...] = ()
    domains: tuple[str, ...] = ()
    slack: tuple[str, str, tuple[str, ...]] = ("", "", ())


def web_address(email: str) -> Address:
    """Where somebody is on the web page; does not tell the e-mail address."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return Address("web", digest[:24])


class Reading:
    """Turns one school's form into its people, and notes what cannot be.

    Attributes:
        problems: What cannot be; where there are any, the school is not to be used.

    """

    def __init__(
        self, file: SchoolFile, name: str, form: SchoolForm, *, mail: bool, year: int
    ) -> None:
        self.problems = list[Problem]()
        self._file = file
        self._name = name
        self._form = form
        self._mail = mail
        self._year = year

    def school(self) -> School:
        """The school, as far as it can be made out."""
        form = self._form
        calendar = self._calendar()
        if form.safeguarding:
            if form.people or form.roles:
                fix = "Name the safeguarding lead among the people and in roles."
                self._wrong(("safeguarding",), "this is the former form", fix)
            old = (Contact(c.role, c.name, c.phone) for c in form.safeguarding)
            return School(contacts=tuple(old), domains=self._domains())
        self._check_people()
        self._check_roles()
        lead = (form.people.get(key) for key in form.roles.get(Role.SAFEGUARDING, ()))
        named = [person for person in lead if person]
        return School(
            contacts=tuple(Contact(p.post, p.name, p.phone or "") for p in named),
            roster=self._roster(calendar) if form.people else None,
            people=tuple((p.email, p.name) for p in form.people.values() if p.email),
            domains=self._domains(),
            slack=(
                form.slack.team or "",
                form.slack.user_group or "",
                tuple(form.slack.channels),
            ),
        )

    def _wrong(self, at: At, what: str, fix: str) -> None:
        self.problems.append(self._file.problem((self._name, *at), what, fix))

    def _domains(self) -> tuple[str, ...]:
        return tuple(self._form.staff.domains) if self._form.staff else ()

    def _check_people(self) -> None:
        taken: set[str] = set()
        for key, person in self._form.people.items():
            for field in ("email", "slack", "teams"):
                value = getattr(person, field)
                if value and value in taken:
                    fix = "Give each person an address of their own."
                    at = ("people", key, field)
                    self._wrong(at, "somebody else has this address too", fix)
                taken |= {value}
            for channel in person.reach:
                if channel not in set(addresses(person)):
                    field = {"mail": "email", "web": "email"}.get(channel, channel)
                    at = ("people", key, "reach")
                    fix = f"Add `{field}`, or leave {channel} out."
                    self._wrong(at, f"no address for {channel}", fix)

    def _check_roles(self) -> None:
        roles, people = self._form.roles, self._form.people
        for role, keys in roles.items():
            for place, key in enumerate(keys):
                at: At = ("roles", str(role), place)
                if key not in people:
                    fix = "Add them, or name one of the people above."
                    self._wrong(at, f"nobody is called {key!r} under people", fix)
                elif key in keys[:place]:
                    self._wrong(at, f"{key!r} is named twice", "Name them once.")
        heads = roles.get(Role.HEAD, [])
        for place, key in enumerate(roles.get(Role.GOVERNORS, [])):
            if key in heads:
                at = ("roles", "governors", place)
                fix = "Name a governor: matters about the head go to them."
                self._wrong(at, f"{key!r} is in the head's chain too", fix)
        for place, key in enumerate(roles.get(Role.SAFEGUARDING, [])):
            if key in people and not people[key].phone:
                at = ("roles", "safeguarding", place)
                fix = "Add `phone` to their entry: emergency replies name it."
                self._wrong(at, f"{key!r} has no phone", fix)

    def _roster(self, calendar: Calendar) -> Roster:
        form = self._form
        patience = form.patience
        return Roster(
            school=SchoolId(self._name),
            holders=tuple(self._holder(key, p) for key, p in form.people.items()),
            roles=tuple(
                (role, tuple(HolderId(key) for key in keys))
                for role, keys in form.roles.items()
            ),
            calendar=calendar,
            patience=Patience(
                acknowledge=dt.timedelta(hours=patience.acknowledge_hours),
                reply=dt.timedelta(hours=patience.reply_hours),
                reminders=patience.reminders,
            ),
        )

    def _holder(self, key: str, person: PersonForm) -> Holder:
        return Holder(
            id=HolderId(key),
            name=person.name,
            post=person.post,
            phone=person.phone or "",
            addresses=tuple(self._addresses(key, person)),
            away_until=person.away_until,
        )

    def _addresses(self, key: str, person: PersonForm) -> Iterator[Address]:
        given = self._file.order(self._name, key)
        order: list[str] = list(dict.fromkeys(person.reach)) or [
            "mail" if field == "email" else field
            for field in given
            if field in {"email", "slack", "teams"}
        ]
        # The web page comes to nobody: it counts as reached, so it is the last resort,
        # but whoever signs in there is to find what they were sent.
        for channel in order if "web" in order else [*order, "web"]:
            if channel == "slack" and person.slack:
                yield Address("slack", person.slack)
            elif channel == "teams" and person.teams:
                yield Address("teams", person.teams)
            elif channel == "mail" and person.email and self._mail:
                yield Address("mail", person.email)
            elif channel == "web" and person.email:
                yield web_address(person.email)

    def _calendar(self) -> Calendar:
        hours = self._form.hours
        closures = [
            found
            for place, each in enumerate(self._form.closed)
            if (found := self._closure(place, each))
        ]
        try:
            return Calendar(
                opens=dt.time.fromisoformat(hours.opens),
                closes=dt.time.fromisoformat(hours.closes),
                weekdays=frozenset(DAYS.index(day) for day in hours.days),
                closures=(*closures, *self._bank_holidays()),
            )
        except CalendarError as error:
            what, _, fix = str(error).partition(". ")
            at = ("closed",) if "closures" in fix else ("hours", "closes")
            self._wrong(at, what, fix)
            return Calendar()

    def _closure(self, place: int, form: ClosureForm) -> Closure | None:
        first, last = form.first or form.on, form.last or form.on
        at = ("closed", place)
        if first is None or last is None or (form.on and (form.first or form.last)):
            fix = "Give `from` and `to`, or `on` for a single day."
            self._wrong(at, "not clear which days", fix)
            return None
        if last < first:
            self._wrong(at, "it ends before it begins", "Swap the two dates.")
            return None
        return Closure(first=first, last=last, name=form.name)

    def _bank_holidays(self) -> Iterator[Closure]:
        part = _PART_OF_UK.get(self._form.bank_holidays)
        if part is None:
            return
        years = range(self._year, self._year + YEARS)
        days = holidays.country_holidays("GB", subdiv=part, years=years)
        for day, name in sorted(days.items()):
            yield Closure(first=day, last=day, name=name)
