"""The schools of a run: always open, impatient, each with its own few people."""

import datetime as dt

from bot.calendar import WEEK, Calendar
from bot.conversation import Contact
from bot.people import Address, Holder, HolderId, Patience, Role, Roster
from knowledge.model import SchoolId

CHANNEL = "fake"
SCHOOLS = 6
ALWAYS = Calendar(opens=dt.time.min, closes=dt.time.max, weekdays=WEEK)
IMPATIENT = Patience(
    acknowledge=dt.timedelta(seconds=2.5),
    reply=dt.timedelta(seconds=5),
    reminders=1,
    child=dt.timedelta(seconds=2.5),
    urgent=dt.timedelta(seconds=2.5),
    settle=dt.timedelta(seconds=1.5),
)
POSTS = {
    "head": "Headteacher",
    "deputy": "Deputy headteacher",
    "lead": "Safeguarding lead",
    "second": "Deputy lead",
    "chair": "Chair of governors",
}


def school_of(number: int) -> SchoolId:
    """The school at which a case happens."""
    return SchoolId(f"school-{number % SCHOOLS}")


def place_of(who: str) -> SchoolId:
    """The school that somebody is at: of an asker's case, or a holder's own."""
    return school_of(int(who.rpartition("-")[2]))


def roster(school: SchoolId) -> Roster:
    """A school's people."""
    held = {post: HolderId(f"{post}-{school}") for post in POSTS}
    return Roster(
        school=school,
        holders=tuple(
            Holder(
                id=identity,
                name=post.capitalize(),
                post=POSTS[post],
                addresses=(Address(CHANNEL, identity),),
            )
            for post, identity in held.items()
        ),
        roles=(
            (Role.HEAD, (held["head"], held["deputy"])),
            (Role.SAFEGUARDING, (held["lead"], held["second"])),
            (Role.GOVERNORS, (held["chair"],)),
        ),
        calendar=ALWAYS,
        patience=IMPATIENT,
    )


ROSTERS = {school: roster(school) for school in map(school_of, range(SCHOOLS))}
HOLDERS = frozenset(h.id for each in ROSTERS.values() for h in each.holders)


class Directory:
    """The people of all schools of a run."""

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        del school
        return ()

    def roster(self, school: SchoolId) -> Roster | None:
        return ROSTERS.get(school)
