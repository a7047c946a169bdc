"""Who is asked about what, and who never is."""

import datetime as dt
from dataclasses import replace

import pytest

from bot.people import (
    Absence,
    Address,
    Concern,
    Holder,
    HolderId,
    Role,
    Roster,
    away,
    chain,
    may_have,
    person_at,
    summoned,
    unfilled,
)
from tests.fakes import (
    CHAIR,
    DEPUTY,
    HEAD,
    LEAD,
    MONDAY_NOON,
    OFFICE,
    SECOND,
    VICE,
    a_roster,
)

ROSTER = a_roster()


@pytest.mark.parametrize(
    ("concern", "about", "asked"),
    [
        (Concern.QUESTION, (), (HEAD, DEPUTY)),
        (Concern.STAFF, (), (HEAD, DEPUTY)),
        (Concern.STAFF, (DEPUTY,), (HEAD,)),
        (Concern.STAFF, (OFFICE,), (HEAD, DEPUTY)),
        (Concern.STAFF, (HEAD,), (CHAIR, VICE)),
        (Concern.CHILD, (), (LEAD, SECOND, HEAD, DEPUTY)),
        (Concern.CHILD, (LEAD,), (SECOND, HEAD, DEPUTY)),
        (Concern.CHILD, (HEAD,), (CHAIR, VICE)),
        (Concern.QUESTION, (HEAD, CHAIR), (VICE,)),
        (Concern.QUESTION, (HEAD, CHAIR, VICE), ()),
    ],
)
def test_a_matter_goes_to_whom_it_should_and_never_to_whom_it_is_about(
    concern: Concern, about: tuple[Holder, ...], asked: tuple[Holder, ...]
) -> None:
    excluded = tuple(one.id for one in about)

    assert chain(ROSTER, concern, excluded) == tuple(one.id for one in asked)


def test_a_matter_about_the_head_stays_among_the_governors() -> None:
    assert may_have(ROSTER, OFFICE.id, ())
    assert not may_have(ROSTER, OFFICE.id, (OFFICE.id,))
    assert not may_have(ROSTER, HolderId("nobody"), ())
    assert not may_have(ROSTER, OFFICE.id, (HEAD.id,))
    assert may_have(ROSTER, VICE.id, (HEAD.id,))


def test_somebody_without_an_address_is_passed_over() -> None:
    bare = replace(HEAD, addresses=())
    roster = replace(ROSTER, holders=(bare, *ROSTER.holders[1:]))

    assert chain(roster, Concern.QUESTION, ()) == (DEPUTY.id,)


def test_where_nobody_is_named_the_chain_is_empty() -> None:
    assert (
        chain(Roster(school=ROSTER.school, holders=(), roles=()), Concern.CHILD, ())
        == ()
    )


def test_an_emergency_reaches_safeguarding_and_head_at_once() -> None:
    assert summoned(ROSTER, ()) == (LEAD.id, SECOND.id, HEAD.id, DEPUTY.id)


def test_an_emergency_about_one_of_them_reaches_the_others_and_the_chair() -> None:
    asked = summoned(ROSTER, (LEAD.id,))

    assert LEAD.id not in asked
    assert {SECOND.id, HEAD.id, CHAIR.id} <= set(asked)


def test_somebody_is_away_up_to_and_including_the_last_day() -> None:
    last = MONDAY_NOON.date()
    gone = (Absence(HEAD.id, last),)

    assert away(ROSTER, gone, MONDAY_NOON) == {HEAD.id: last}
    assert away(ROSTER, gone, MONDAY_NOON + dt.timedelta(days=1)) == {}


def test_a_day_ends_at_midnight_in_the_school_not_in_utc() -> None:
    last = dt.date(2026, 6, 30)
    gone = (Absence(HEAD.id, last),)

    half_past_midnight = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)

    assert away(ROSTER, gone, half_past_midnight) == {}


def test_an_absence_noted_later_replaces_the_settings_one() -> None:
    settings = replace(HEAD, away_until=dt.date(2026, 3, 10))
    roster = replace(ROSTER, holders=(settings, *ROSTER.holders[1:]))
    day = dt.date(2026, 3, 3)

    assert away(roster, (Absence(HEAD.id, day),), MONDAY_NOON) == {HEAD.id: day}


def test_a_holder_is_known_by_any_of_their_addresses() -> None:
    two = replace(HEAD, addresses=(*HEAD.addresses, Address("web", "h")))
    roster = replace(ROSTER, holders=(two,))

    assert roster.holder_at(person_at(Address("web", "h"))) == two
    assert roster.holder_at(person_at(Address("web", "x"))) is None


def test_a_full_roster_has_nothing_unfilled() -> None:
    assert unfilled(ROSTER) == ()


def test_what_is_unfilled_is_said_role_by_role() -> None:
    roles = ((Role.HEAD, (HEAD.id,)), (Role.GOVERNORS, (HEAD.id, HolderId("gone"))))
    bare = replace(OFFICE, addresses=())
    roster = replace(ROSTER, holders=(HEAD, bare), roles=roles)

    said = " ".join(unfilled(roster))

    assert "head: Hana (Headteacher) has no deputy" in said
    assert "safeguarding: nobody is named" in said
    assert "Olu (Office manager) has no address" in said
    assert "matters about the head need somebody else" in said
