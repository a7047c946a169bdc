"""School time passes while the school is open, by the clock on its wall."""

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.calendar import (
    Calendar,
    CalendarError,
    Closure,
    after,
    back_on,
    is_open,
    next_open,
    said,
)

LONDON = ZoneInfo("Europe/London")
HALF_TERM = Closure(
    first=dt.date(2026, 2, 16), last=dt.date(2026, 2, 20), name="half-term"
)
INSET = Closure(first=dt.date(2026, 2, 23), last=dt.date(2026, 2, 23), name="INSET")
CHRISTMAS = Closure(
    first=dt.date(2026, 12, 19), last=dt.date(2027, 1, 3), name="Christmas"
)
SCHOOL = Calendar(closures=(HALF_TERM, INSET, CHRISTMAS))
EVERY_DAY = Calendar(weekdays=frozenset(range(7)))
NIGHT = replace(EVERY_DAY, opens=dt.time(0), closes=dt.time(4))
SPRING = "2026-03-29"
AUTUMN = "2026-10-25"
HOUR = dt.timedelta(hours=1)


def at(text: str) -> dt.datetime:
    """A time as the clock in London shows it."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("when", "is_so"),
    [
        ("2026-03-02 07:59", False),
        ("2026-03-02 08:00", True),
        ("2026-03-02 16:29", True),
        ("2026-03-02 16:30", False),
        ("2026-03-07 10:00", False),  # a Saturday
        ("2026-02-18 10:00", False),  # half-term
        ("2026-02-23 10:00", False),  # INSET
        ("2026-07-01 08:00", True),
        ("2026-07-01 16:30", False),
    ],
)
def test_a_school_is_open_in_its_hours(when: str, *, is_so: bool) -> None:
    assert is_open(SCHOOL, at(when)) is is_so


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-03-02 10:15", "2026-03-02 10:15"),
        ("2026-03-02 06:00", "2026-03-02 08:00"),
        ("2026-03-02 16:30", "2026-03-03 08:00"),
        ("2026-03-06 17:00", "2026-03-09 08:00"),  # over a weekend
        ("2026-02-13 16:45", "2026-02-24 08:00"),  # half-term, then INSET
        ("2026-12-18 20:00", "2027-01-04 08:00"),  # Christmas
    ],
)
def test_it_next_opens_on_the_next_school_day(when: str, opens: str) -> None:
    assert next_open(SCHOOL, at(when)) == at(opens)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:00", 2, "2026-03-02 11:00"),
        ("2026-03-02 15:30", 2, "2026-03-03 09:00"),
        ("2026-03-06 15:45", 2, "2026-03-09 09:15"),  # late on a Friday
        ("2026-03-07 12:00", 2, "2026-03-09 10:00"),  # a weekend
        ("2026-02-13 16:00", 1, "2026-02-24 08:30"),  # half-term and INSET Monday
        ("2026-12-18 15:30", 4, "2027-01-04 11:00"),  # Christmas
        ("2026-03-02 08:00", 17, "2026-03-03 16:30"),  # two whole days
        ("2026-03-27 15:30", 2, "2026-03-30 09:00"),  # clocks go forward
        ("2026-10-23 15:30", 2, "2026-10-26 09:00"),  # clocks go back
    ],
)
def test_school_time_passes_in_school_hours_only(
    start: str, hours: int, end: str
) -> None:
    assert after(SCHOOL, at(start), hours * HOUR) == at(end)


def test_the_clock_on_the_wall_counts_in_winter_and_in_summer() -> None:
    friday, monday = at("2026-03-27 18:00"), utc("2026-03-30 07:00")

    assert next_open(SCHOOL, at("2026-03-26 18:00")) == utc("2026-03-27 08:00")
    assert next_open(SCHOOL, friday) == monday


def test_what_comes_out_is_in_utc() -> None:
    found = [
        next_open(SCHOOL, at("2026-07-01 10:00")),
        after(SCHOOL, at("2026-07-01 10:00"), HOUR),
        back_on(SCHOOL, dt.date(2026, 7, 1)),
    ]

    assert {moment.tzinfo for moment in found} == {dt.UTC}


def test_time_that_ends_with_a_friday_does_not_wait_for_monday() -> None:
    assert after(SCHOOL, at("2026-03-06 14:30"), 2 * HOUR) == at("2026-03-06 16:30")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-06 14:30", "2026-03-06 14:30"),
        ("2026-03-06 16:30", "2026-03-06 16:30"),
        ("2026-03-06 16:31", "2026-03-09 08:00"),
    ],
)
def test_after_no_time_it_is_still_or_again_a_school_day(start: str, end: str) -> None:
    assert after(SCHOOL, at(start), dt.timedelta()) == at(end)


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (dt.date(2026, 3, 2), "2026-03-02 08:00"),
        (dt.date(2026, 3, 7), "2026-03-09 08:00"),
        (dt.date(2026, 2, 16), "2026-02-24 08:00"),
        (dt.date(2026, 12, 25), "2027-01-04 08:00"),
    ],
)
def test_school_is_back_on_the_first_school_day(day: dt.date, opens: str) -> None:
    assert back_on(SCHOOL, day) == at(opens)


@pytest.mark.parametrize(
    ("day", "hours", "end"),
    [(SPRING, 3, f"{SPRING} 04:00"), (AUTUMN, 5, f"{AUTUMN} 04:00")],
)
def test_a_night_in_which_clocks_change_is_shorter_or_longer(
    day: str, hours: int, end: str
) -> None:
    assert after(NIGHT, at(f"{day} 00:00"), hours * HOUR) == at(end)


def test_a_sunday_of_day_hours_is_as_long_as_any_when_clocks_change() -> None:
    for day in (SPRING, AUTUMN):
        assert after(EVERY_DAY, at(f"{day} 08:00"), 8.5 * HOUR) == at(f"{day} 16:30")


@pytest.mark.parametrize(
    ("opens", "closes", "begins", "ends"),
    [
        (dt.time(1, 30), dt.time(3), "01:00", "02:00"),  # 01:30 is skipped
        (dt.time(0), dt.time(1, 30), "00:00", "01:00"),
    ],
)
def test_a_time_that_is_skipped_is_when_the_clocks_change(
    opens: dt.time, closes: dt.time, begins: str, ends: str
) -> None:
    early = replace(EVERY_DAY, opens=opens, closes=closes)
    first = back_on(early, dt.date(2026, 3, 29))

    assert first == utc(f"{SPRING} {begins}")
    assert after(early, first, utc(f"{SPRING} {ends}") - first) == utc(
        f"{SPRING} {ends}"
    )
    assert not is_open(early, utc(f"{SPRING} {ends}"))


def test_hours_that_are_skipped_whole_are_no_school_day() -> None:
    early = replace(EVERY_DAY, opens=dt.time(1, 10), closes=dt.time(1, 50))

    assert back_on(early, dt.date(2026, 3, 29)) == at("2026-03-30 01:10")


def test_hours_that_come_twice_are_open_from_the_first_to_the_last() -> None:
    early = replace(EVERY_DAY, opens=dt.time(1, 30), closes=dt.time(1, 45))

    assert back_on(early, dt.date(2026, 10, 25)) == utc(f"{AUTUMN} 00:30")
    assert is_open(early, utc(f"{AUTUMN} 01:44"))
    assert not is_open(early, utc(f"{AUTUMN} 01:45"))


def test_both_readings_of_a_repeated_hour_are_told_apart() -> None:
    first = at(f"{AUTUMN} 01:30")

    assert after(NIGHT, first, HOUR) == utc(f"{AUTUMN} 01:30")
    assert after(NIGHT, first.replace(fold=1), HOUR) == utc(f"{AUTUMN} 02:30")


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2026-03-02 08:00", "at 08:00 on Monday 2 March"),
        ("2026-02-25 14:30", "at 14:30 today"),
        ("2026-02-26 08:00", "tomorrow at 08:00"),
        ("2026-02-24 09:05", "at 09:05 on Tuesday 24 February"),
        ("2027-01-04 08:00", "at 08:00 on Monday 4 January 2027"),
        ("2026-07-01 08:00", "at 08:00 on Wednesday 1 July"),
    ],
)
def test_a_time_is_said_as_people_say_it(when: str, words: str) -> None:
    now = at("2026-02-25 09:00")

    assert said(SCHOOL, at(when).astimezone(dt.UTC), now) == words


def test_today_is_the_day_at_the_school() -> None:
    assert said(SCHOOL, utc("2026-06-30 23:30"), utc("2026-06-30 22:30")) == (
        "tomorrow at 00:30"
    )


def test_new_years_day_is_tomorrow_without_a_year() -> None:
    new_year = said(SCHOOL, at("2027-01-01 08:00"), at("2026-12-31 12:00"))

    assert new_year == "tomorrow at 08:00"


def test_a_school_elsewhere_goes_by_its_own_clock() -> None:
    dubai = Calendar(zone="Asia/Dubai")

    assert back_on(dubai, dt.date(2026, 3, 2)) == utc("2026-03-02 04:00")
    assert said(dubai, utc("2026-03-02 04:00"), utc("2026-03-01 21:00")) == (
        "at 08:00 today"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"opens": dt.time(9), "closes": dt.time(9)}, "cannot close at 09:00"),
        ({"closes": dt.time(7)}, "later closing time"),
        ({"weekdays": frozenset()}, "at least one weekday"),
        ({"weekdays": frozenset({0, 7})}, "number them from 0"),
        ({"opens": dt.time(8, tzinfo=dt.UTC)}, "without a time zone"),
        ({"zone": "Europe/Bolton"}, "no time zone 'Europe/Bolton'"),
        ({"zone": "../etc/passwd"}, "no time zone"),
        ({"zone": ""}, "no time zone"),
        (
            {
                "closures": (
                    Closure(
                        first=dt.date(2026, 9, 1), last=dt.date(2027, 10, 8), name="x"
                    ),
                )
            },
            "does not open within 400 days of 1 September 2026",
        ),
        (
            {
                "closures": (
                    Closure(first=dt.date(2030, 1, 1), last=dt.date.max, name="x"),
                )
            },
            "look at its closures",
        ),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(CalendarError, match=message):
        replace(SCHOOL, **changed)


def test_a_closure_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CalendarError, match="Easter ends on 1 April 2026, before"):
        Closure(first=dt.date(2026, 4, 2), last=dt.date(2026, 4, 1), name="Easter")


def test_a_time_that_could_be_anywhere_is_refused() -> None:
    naive = at("2026-03-02 10:00").replace(tzinfo=None)

    for asked in (
        lambda: is_open(SCHOOL, naive),
        lambda: next_open(SCHOOL, naive),
        lambda: after(SCHOOL, naive, HOUR),
        lambda: said(SCHOOL, naive, at("2026-03-02 10:00")),
        lambda: said(SCHOOL, at("2026-03-02 10:00"), naive),
    ):
        with pytest.raises(CalendarError, match="could be anywhere"):
            asked()


def test_school_time_does_not_run_backwards() -> None:
    with pytest.raises(CalendarError, match="only runs forwards"):
        after(SCHOOL, at("2026-03-02 10:00"), -HOUR)


def test_the_end_of_all_calendars_is_refused_politely() -> None:
    for asked in (
        lambda: back_on(SCHOOL, dt.date.max),
        lambda: back_on(EVERY_DAY, dt.date.max),
        lambda: next_open(SCHOOL, dt.datetime.max.replace(tzinfo=dt.UTC)),
        lambda: is_open(
            Calendar(zone="Asia/Dubai"), dt.datetime.max.replace(tzinfo=dt.UTC)
        ),
    ):
        with pytest.raises(CalendarError):
            asked()


# What holds for every school's clock.

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
WINDOWS = (  # the clock changes, Christmas and a week like any other
    dt.date(2026, 3, 24),
    dt.date(2026, 10, 20),
    dt.date(2026, 12, 16),
    dt.date(2026, 6, 1),
)
DAYS = st.builds(
    lambda window, n: window + n * DAY, st.sampled_from(WINDOWS), st.integers(0, 12)
)
MINUTES = st.integers(0, 24 * 60 - 1)
SPANS = st.integers(0, 30 * 60).map(lambda n: n * MINUTE)
CLOSURES = st.builds(
    lambda first, days: Closure(first=first, last=first + days * DAY, name="shut"),
    DAYS,
    st.integers(0, 4),
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    opens, closes = sorted(draw(st.lists(MINUTES, min_size=2, max_size=2, unique=True)))
    return Calendar(
        opens=dt.time(*divmod(opens, 60)),
        closes=dt.time(*divmod(closes, 60)),
        weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        closures=tuple(draw(st.lists(CLOSURES, max_size=3))),
    )


@st.composite
def moments(draw: st.DrawFn) -> dt.datetime:
    midnight = dt.datetime.combine(draw(DAYS), dt.time(), dt.UTC)
    zone = draw(st.sampled_from((dt.UTC, LONDON, ZoneInfo("Asia/Kolkata"))))
    return (midnight + draw(MINUTES) * MINUTE).astimezone(zone)


@cache
def shown(day: dt.date) -> tuple[tuple[dt.datetime, dt.time], ...]:
    """Each minute of a day in London, and what the clock shows."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    walls = [
        (minute, minute.astimezone(LONDON))
        for n in range(-3 * 60, 27 * 60)
        for minute in (midnight + n * MINUTE,)
    ]
    return tuple((minute, wall.time()) for minute, wall in walls if wall.date() == day)


def school_minutes(calendar: Calendar, day: dt.date) -> list[dt.datetime]:
    """The naive oracle: listen for the first bell and the last, minute by minute."""
    if day.weekday() not in calendar.weekdays:
        return []
    if any(day in days_of(closure) for closure in calendar.closures):
        return []
    opened = [m for m, wall in shown(day) if wall >= calendar.opens]
    not_yet_closed = [m for m, wall in shown(day) if wall < calendar.closes]
    return [m for m, _ in shown(day) if opened[0] <= m <= not_yet_closed[-1]]


def days_of(closure: Closure) -> set[dt.date]:
    length = (closure.last - closure.first).days + 1
    return {closure.first + n * DAY for n in range(length)}


def elapsed(calendar: Calendar, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The school time between two moments, counted minute by minute."""
    day, counted = start.astimezone(dt.UTC).date() - DAY, 0
    while day <= end.date() + DAY:
        counted += sum(start <= m < end for m in school_minutes(calendar, day))
        day += DAY
    return counted * MINUTE


def lies_in_a_school_day(calendar: Calendar, at: dt.datetime) -> bool:
    """Whether a moment is school time, or the moment when that ends."""
    day = at.astimezone(LONDON).date()
    minutes = school_minutes(calendar, day)
    return bool(minutes) and minutes[0] <= at <= minutes[-1] + MINUTE


@settings(deadline=None)
@given(calendars(), moments(), SPANS)
def test_school_time_counted_minute_by_minute_is_what_was_asked(
    calendar: Calendar, start: dt.datetime, span: dt.timedelta
) -> None:
    end = after(calendar, start, span)
    assume(end - start < 40 * DAY)  # minutes are counted one by one

    assert elapsed(calendar, start, end) == span
    assert end >= start


@settings(deadline=None)
@given(calendars(), moments(), SPANS)
def test_nothing_falls_in_a_closure(
    calendar: Calendar, start: dt.datetime, span: dt.timedelta
) -> None:
    assert lies_in_a_school_day(calendar, after(calendar, start, span))
    assert lies_in_a_school_day(calendar, next_open(calendar, start))
    assert lies_in_a_school_day(calendar, back_on(calendar, start.date()))


@settings(deadline=None)
@given(calendars(), moments())
def test_a_school_is_open_in_the_minutes_between_its_bells(
    calendar: Calendar, at: dt.datetime
) -> None:
    day = at.astimezone(LONDON).date()

    assert is_open(calendar, at) is (at in school_minutes(calendar, day))


@given(calendars(), moments(), SPANS, SPANS)
def test_time_in_two_parts_is_the_time_in_one(
    calendar: Calendar, start: dt.datetime, a: dt.timedelta, b: dt.timedelta
) -> None:
    in_two = after(calendar, after(calendar, start, a), b)

    assert after(calendar, start, a + b) == in_two


@given(calendars(), moments(), SPANS, SPANS)
def test_more_time_never_ends_earlier(
    calendar: Calendar, start: dt.datetime, a: dt.timedelta, b: dt.timedelta
) -> None:
    less, more = sorted((a, b))

    assert after(calendar, start, less) <= after(calendar, start, more)


@given(calendars(), moments(), moments(), SPANS)
def test_a_later_start_never_ends_earlier(
    calendar: Calendar, one: dt.datetime, other: dt.datetime, span: dt.timedelta
) -> None:
    early, late = sorted((one, other))

    assert after(calendar, early, span) <= after(calendar, late, span)


@given(calendars(), moments())
def test_the_next_opening_is_open_and_its_own_next_opening(
    calendar: Calendar, at: dt.datetime
) -> None:
    opening = next_open(calendar, at)

    assert opening >= at
    assert is_open(calendar, opening)
    assert next_open(calendar, opening) == opening


@settings(deadline=None)
@given(calendars(), moments())
def test_no_school_time_passes_before_the_next_opening(
    calendar: Calendar, at: dt.datetime
) -> None:
    opening = next_open(calendar, at)
    assume(opening - at < 40 * DAY)

    assert elapsed(calendar, at, opening) == dt.timedelta()


@given(calendars(), moments())
def test_the_school_is_back_where_the_day_next_opens(
    calendar: Calendar, at: dt.datetime
) -> None:
    day = at.astimezone(LONDON).date()
    midnight = dt.datetime.combine(day, dt.time(), LONDON)

    assert back_on(calendar, day) == next_open(calendar, midnight)


@given(calendars(), moments(), moments())
def test_any_time_can_be_said(
    calendar: Calendar, at: dt.datetime, now: dt.datetime
) -> None:
    words = said(calendar, at, now)

    assert f"{at.astimezone(LONDON):%H:%M}" in words
