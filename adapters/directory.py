"""The schools' people, as the installation's file names them: a StaffDirectory."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.school_file import SchoolFile, read_schools
from adapters.school_people import Reading, School, web_address
from adapters.settings import Settings, is_email
from bot.conversation import Contact
from bot.people import Address, Holder, HolderId, Role, Roster, person_at
from bot.persistence.register import Person
from knowledge import PackError, Problem, schools
from knowledge.model import SchoolId

__all__ = [
    "Directory",
    "School",
    "demo_directory",
    "directory_of",
    "installed",
    "read_directory",
    "web_address",
]


class Directory:
    """The people of each school."""

    def __init__(self, known: Mapping[SchoolId, School] | None = None) -> None:
        self._schools = dict(known or {})

    @property
    def schools(self) -> tuple[SchoolId, ...]:
        """The schools that anything is known of."""
        return tuple(self._schools)

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        """Whom an emergency reply names: safeguarding lead first, then deputies."""
        found = self._schools.get(school)
        return found.contacts if found else ()

    def roster(self, school: SchoolId) -> Roster | None:
        """Who holds which role; None where nobody is named."""
        found = self._schools.get(school)
        return found.roster if found else None

    def on_slack(self, school: SchoolId) -> tuple[str, str, tuple[str, ...]]:
        """A school's workspace on Slack, user group and channels; empty: any."""
        found = self._schools.get(school)
        return found.slack if found else ("", "", ())

    def domains(self, school: SchoolId) -> tuple[str, ...]:
        """Whose e-mail addresses are staff's."""
        found = self._schools.get(school)
        return found.domains if found else ()

    def may_sign_in(self, email: str, at: SchoolId | None = None) -> Person | None:
        """Who an e-mail address belongs to, if they may use Headnote.

        Somebody whom the file names, or staff by their address's domain, whose name
        is then read off the address.

        Args:
            email: The address.
            at: Only this school; None for the first that knows it.

        """
        email = email.strip().lower()
        if not is_email(email):
            return None
        who = person_at(web_address(email))
        asked = {s: known for s, known in self._schools.items() if at in (None, s)}
        for school, known in asked.items():
            if name := dict(known.people).get(email):
                return Person(who, school, name)
        own, _, domain = email.rpartition("@")
        for school, known in asked.items():
            if domain in known.domains:
                return Person(who, school, _read_off(own))
        return None

    def named_twice(self) -> tuple[str, ...]:
        """People of more than one school; signed in, they are of the first alone."""
        seen: set[str] = set()
        twice: list[str] = []
        for known in self._schools.values():
            twice += [name for email, name in known.people if email in seen]
            seen |= {email for email, _ in known.people}
        return tuple(twice)


def read_directory(
    path: Path, *, mail: bool = False, today: dt.date | None = None
) -> Directory:
    """Read the file that names the schools' people.

    Args:
        path: The file.
        mail: Whether mail can be sent, so that people can be reached by it.
        today: From whose year on bank holidays are known.

    Raises:
        PackError: The file has problems; all are listed with lines.

    """
    return directory_of(read_schools(path), mail=mail, today=today)


def directory_of(
    file: SchoolFile, *, mail: bool = False, today: dt.date | None = None
) -> Directory:
    """The directory that a file describes; see `read_directory`."""
    today = today or dt.datetime.now(dt.UTC).date()
    problems: list[Problem] = []
    known: dict[SchoolId, School] = {}
    for name, form in file.schools.items():
        reading = Reading(file, name, form, mail=mail, year=today.year)
        known[SchoolId(name)] = reading.school()
        problems += reading.problems
    problems += _shared_domains(file)
    if problems:
        raise PackError(tuple(problems))
    return Directory(known)


def installed(settings: Settings) -> Directory:
    """The directory that the settings name; an empty one where they name none.

    Raises:
        PackError: The file has problems; all are listed with lines.

    """
    if settings.settings is None:
        return Directory()
    return read_directory(settings.settings, mail=settings.smtp is not None)


def demo_directory(packs: Path) -> Directory:
    """Plainly fictional people for every school that has a pack."""
    return Directory({SchoolId(name): _demo(name) for name in schools(packs)})


def _shared_domains(file: SchoolFile) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for school, form in file.schools.items():
        for place, domain in enumerate(form.staff.domains if form.staff else ()):
            if domain in owner:
                at = (school, "staff", "domains", place)
                what = f"{owner[domain]} has this domain too"
                fix = "Keep it with one school; name the others' people one by one."
                yield file.problem(at, what, fix)
            owner.setdefault(domain, school)


def _read_off(own: str) -> str:
    """A name read off the part of an address before the @: "Anna B. Smith"."""
    own = own.partition("+")[0]
    letters = "".join(c if c.isalpha() else " " for c in own)
    parts = (p.capitalize() if len(p) > 1 else f"{p.upper()}." for p in letters.split())
    return " ".join(parts)[:80] or "A colleague"


_DEMO = (
    (Role.HEAD, "head", "Hana Example", "Headteacher"),
    (Role.HEAD, "deputy", "Dev Example", "Deputy headteacher"),
    (Role.SAFEGUARDING, "dsl", "Lena Example", "Designated safeguarding lead"),
    (Role.SAFEGUARDING, "deputy-dsl", "Sam Example", "Deputy safeguarding lead"),
    (Role.GOVERNORS, "chair", "Cleo Example", "Chair of governors"),
    (Role.GOVERNORS, "vice-chair", "Vic Example", "Vice-chair of governors"),
)


def _demo(school: str) -> School:
    # Ofcom keeps 020 7946 0000 to 0999 free for fiction.
    holders = tuple(
        Holder(
            id=HolderId(key),
            name=name,
            post=post,
            phone=f"020 7946 000{place}",
            addresses=(Address("web", f"demo-{school}-{key}"),),
        )
        for place, (_, key, name, post) in enumerate(_DEMO)
    )
    roles = tuple(
        (role, tuple(HolderId(key) for r, key, _, _ in _DEMO if r is role))
        for role in (Role.HEAD, Role.SAFEGUARDING, Role.GOVERNORS)
    )
    roster = Roster(school=SchoolId(school), holders=holders, roles=roles)
    contacts = (Contact(h.post, h.name, h.phone) for h in holders[2:4])
    return School(contacts=tuple(contacts), roster=roster)
