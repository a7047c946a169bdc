"""A school's clock: when it is open, and when so much school time has passed.

What belongs here is arithmetic on school hours. It is pure: the time is always an
argument. Hours are read off the clock on the school's wall; every moment that comes
out is in UTC.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

MOST_SHUT = 400
"""Days without an opening after which a calendar is taken to be mistaken."""
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
WEEK = frozenset(range(7))
MONDAY_TO_FRIDAY = frozenset(range(5))
# Not by strftime, whose names follow the language of the machine.
# fmt: off
DAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)
# fmt: on

Hours: TypeAlias = tuple[dt.datetime, dt.datetime]
"""From the opening to the closing of one day, in UTC."""


class CalendarError(ValueError):
    """A calendar that cannot be, or a time that it cannot place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which a school is shut: a holiday, an INSET day, a bank holiday.

    Both the first and the last day are shut.

    Raises:
        CalendarError: The last day is before the first.

    """

    first: dt.date
    last: dt.date
    name: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CalendarError(
                f"{self.name} ends on {_date(self.last)}, before it begins on"
                f" {_date(self.first)}. Please swap the two dates."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a school is open.

    Hours are local: what the clock in the school's zone shows, without a zone of their
    own. Weekdays count from Monday, which is 0.

    Raises:
        CalendarError: It closes before it opens, has no weekdays or unknown ones, an
            unknown zone, or closures that leave no opening within 400 days.

    """

    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(16, 30)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closures: tuple[Closure, ...] = ()
    zone: str = "Europe/London"

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise CalendarError(
                "School hours are times on the school's own clock. Please give them"
                " without a time zone."
            )
        if self.closes <= self.opens:
            raise CalendarError(
                f"The school cannot close at {self.closes:%H:%M} when it opens at"
                f" {self.opens:%H:%M}. Please give a later closing time."
            )
        if not self.weekdays or not self.weekdays <= WEEK:
            raise CalendarError(
                "A school is open on at least one weekday. Please number them from 0,"
                " Monday, to 6, Sunday."
            )
        _zone(self)
        for closure in self.closures:
            next(_openings(self, closure.first))


def is_open(calendar: Calendar, at: dt.datetime) -> bool:
    """Whether the school is open; at the closing time it no longer is.

    Raises:
        CalendarError: The time has no time zone.

    """
    hours = _hours(calendar, _local(calendar, at).date())
    return hours is not None and hours[0] <= at < hours[1]


def next_open(calendar: Calendar, at: dt.datetime) -> dt.datetime:
    """The time itself while the school is open, else its next opening, in UTC.

    Raises:
        CalendarError: The time has no time zone, or no opening follows it.

    """
    today = _local(calendar, at).date()
    begins = next(b for b, e in _openings(calendar, today) if at < e)
    return max(begins, at.astimezone(dt.UTC))


def after(
    calendar: Calendar, start: dt.datetime, school_time: dt.timedelta
) -> dt.datetime:
    """The first moment of a school day when so much school time has passed, in UTC.

    That may be the closing time: the last hour of Friday ends on Friday. After no time
    at all it is the start, or the next opening where the start is outside school hours.

    Args:
        calendar: When the school is open.
        start: From when to count.
        school_time: How much to count, leaving out all time that the school is shut.

    Raises:
        CalendarError: The start has no time zone, the school time is negative, or
            the openings run out.

    """
    if school_time < dt.timedelta():
        raise CalendarError("School time only runs forwards. Please count from 0 up.")
    reached = start.astimezone(dt.UTC)
    left = school_time
    for begins, ends in _openings(calendar, _local(calendar, start).date()):
        if ends < reached:
            continue
        reached = max(begins, reached)
        if left <= ends - reached:
            break
        left -= ends - reached
        reached = ends
    return reached + left


def back_on(calendar: Calendar, day: dt.date) -> dt.datetime:
    """The first opening on or after a date, in UTC.

    Raises:
        CalendarError: No opening follows the date.

    """
    return next(_openings(calendar, day))[0]


def said(calendar: Calendar, at: dt.datetime, now: dt.datetime) -> str:
    """A time for people, by the school's clock: "at 08:00 on Monday 2 March".

    The year is said only if it is another than now's. Seconds are left out.

    Raises:
        CalendarError: One of the times has no time zone.

    """
    local, today = _local(calendar, at), _local(calendar, now).date()
    day, clock = local.date(), f"{local:%H:%M}"
    if day == today:
        return f"at {clock} today"
    if day - today == DAY:
        return f"tomorrow at {clock}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"at {clock} on {DAYS[day.weekday()]} {_date(day, year)}"


def _date(day: dt.date, year: str | None = None) -> str:
    return (
        f"{day.day} {MONTHS[day.month - 1]}{f' {day.year}' if year is None else year}"
    )


def _zone(calendar: Calendar) -> ZoneInfo:
    try:
        return ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(
            f"There is no time zone {calendar.zone!r}. Please give one like"
            " Europe/London."
        ) from error


def _local(calendar: Calendar, at: dt.datetime) -> dt.datetime:
    """A moment by the school's clock."""
    if at.utcoffset() is None:
        raise CalendarError(f"{at} could be anywhere. Please give its time zone too.")
    try:
        return at.astimezone(_zone(calendar))
    except OverflowError as error:
        raise CalendarError(f"{at} is beyond what a calendar can hold.") from error


def _openings(calendar: Calendar, day: dt.date) -> Iterator[Hours]:
    """The hours of each school day from a date on, in order."""
    shut_since = day
    while (day - shut_since).days <= MOST_SHUT:
        try:
            hours = _hours(calendar, day)
            day += DAY
        except OverflowError:
            break
        if hours:
            shut_since = day
            yield hours
    raise CalendarError(
        f"The school does not open within {MOST_SHUT} days of {_date(shut_since)}."
        " Please look at its closures."
    )


def _hours(calendar: Calendar, day: dt.date) -> Hours | None:
    """From when to when the school is open on a day; None if it is shut.

    Where clocks go back into school hours, it opens when they first show the opening
    time and closes when they last show the closing time.
    """
    if day.weekday() not in calendar.weekdays:
        return None
    if any(closure.first <= day <= closure.last for closure in calendar.closures):
        return None
    zone = _zone(calendar)
    begins = _shown(dt.datetime.combine(day, calendar.opens, zone))
    ends = _shown(dt.datetime.combine(day, calendar.closes, zone).replace(fold=1))
    return (begins, ends) if begins < ends else None


def _shown(wall: dt.datetime) -> dt.datetime:
    """When the clock shows a time, in UTC; if it is skipped, when the clocks change."""
    moment = wall.astimezone(dt.UTC)
    if moment.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # The change lies between the readings by the offsets before and after it, and no
    # interface gives its moment; it is the first second with the new offset.
    early, late = (wall.replace(fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    new = late.astimezone(wall.tzinfo).utcoffset()
    seconds = bisect_left(
        range((late - early) // SECOND),
        x=True,
        key=lambda s: (early + s * SECOND).astimezone(wall.tzinfo).utcoffset() == new,
    )
    return early + seconds * SECOND
