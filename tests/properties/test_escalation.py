"""An escalation, whatever anybody does to it in whatever order."""

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot import escalating, letters
from bot.actions import EscalationId
from bot.escalation import (
    PINGS,
    SETTLED,
    Acknowledge,
    Add,
    Answer,
    Change,
    Due,
    Escalation,
    Failed,
    Move,
    Pass,
    Purpose,
    Refused,
    Reopen,
    Resolve,
    Sent,
    Status,
    Withdraw,
    World,
)
from bot.people import Concern, HolderId, PersonId, chain, summoned
from bot.persistence.codec import dump, load
from tests.fakes import ANN, MONDAY_NOON, OAKFIELD, a_roster

ROSTER = a_roster()
HOLDERS = [holder.id for holder in ROSTER.holders]
holders = st.sampled_from(HOLDERS)
words = st.sampled_from(["", "  ", "some words", "é 😀 <b>"])


class Escalating(RuleBasedStateMachine):
    """Moves by anybody, in any order, with time passing and people going away."""

    now: dt.datetime
    escalation: Escalation

    @initialize(
        concern=st.sampled_from(Concern),
        excluded=st.none() | holders,
        urgent=st.booleans(),
        gone=st.frozensets(holders, max_size=7),
    )
    def raise_it(
        self,
        concern: Concern,
        excluded: HolderId | None,
        urgent: bool,
        gone: frozenset[HolderId],
    ) -> None:
        self.now = MONDAY_NOON
        self.gone = {one: self.now.date() + dt.timedelta(days=3) for one in gone}
        self.excluded = (excluded,) if excluded else ()
        asked = (
            summoned(ROSTER, self.excluded)
            if urgent
            else chain(ROSTER, concern, self.excluded)
        )
        assert asked
        new = Escalation(
            id=EscalationId("k7m2q9xw"),
            school=OAKFIELD,
            version=1,
            round=1,
            status=Status.RAISED,
            urgent=urgent,
            asker=PersonId("test:ann"),
            reply_to=ANN,
            name="",
            concern=concern,
            excluded=self.excluded,
            chain=asked,
            holder=None,
            pinged=(),
            reached=(),
            reminders=0,
            due=None,
            raised_at=self.now,
            question="?",
            given="",
        )
        self.sent: list[tuple[str, str]] = []
        self._keep(escalating.raised(new, self.world))

    @property
    def world(self) -> World:
        today = self.now.date()
        return World(
            ROSTER, {h: u for h, u in self.gone.items() if u >= today}, self.now
        )

    def _keep(self, change: Change) -> None:
        for message in letters.messages(change, self.world):
            assert message.key not in {key for key, _ in self.sent}
            self.sent.append((message.key, message.address.id))
        self.escalation = change.escalation

    def _do(self, move: Move) -> Change | Refused:
        before = self.escalation
        change = escalating.advance(before, move, self.world)
        if isinstance(change, Refused):
            assert change.escalation == before
            return change
        assert (change.was, change.escalation.version) == (
            before.version,
            before.version + 1,
        )
        self._keep(change)
        return change

    @rule(by=holders)
    def acknowledge(self, by: HolderId) -> None:
        allowed = by in self.escalation.pinged
        change = self._do(Acknowledge(by))
        assert allowed or isinstance(change, Refused)
        if isinstance(change, Change):
            assert change.escalation.holder == by

    @rule(by=holders, text=words, propose=st.booleans())
    def answer(self, by: HolderId, text: str, propose: bool) -> None:
        allowed = by in self.escalation.pinged and text.strip()
        change = self._do(Answer(by, text, propose))
        assert allowed or isinstance(change, Refused)
        if isinstance(change, Change):
            told = [p for p in change.posts if p.purpose is Purpose.ANSWER]
            assert [(p.to, p.words) for p in told] == [(None, text)]
            assert bool(change.proposal) == propose

    @rule(by=holders, to=holders)
    def hand_on(self, by: HolderId, to: HolderId) -> None:
        change = self._do(Pass(by, to))
        if isinstance(change, Change):
            assert change.escalation.holder == to

    @rule(by=st.none() | holders)
    def resolve(self, by: HolderId | None) -> None:
        self._do(Resolve(by))

    @rule()
    def withdraw(self) -> None:
        was_open = self.escalation.status not in SETTLED | {Status.REPLIED}
        assert isinstance(self._do(Withdraw()), Change) == was_open

    @rule(text=words)
    def add(self, text: str) -> None:
        before = self.escalation.round
        if isinstance(self._do(Add(text)), Change):
            assert self.escalation.round == before + 1

    @rule(text=words)
    def reopen(self, text: str) -> None:
        settled = self.escalation.status is Status.RESOLVED
        change = self._do(Reopen(text))
        assert isinstance(change, Change) == bool(settled and text.strip())

    @rule(to=holders)
    def arrive(self, to: HolderId) -> None:
        if to in self.escalation.pinged:
            self._do(Sent(to))

    @rule(to=holders)
    def fail(self, to: HolderId) -> None:
        holder = ROSTER.holder(to)
        assert holder is not None
        if to in self.escalation.pinged:
            self._do(Failed(to, holder.addresses[0]))

    @rule(hours=st.integers(1, 80))
    def wait(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)
        due = self.escalation.due
        if due is not None and due <= self.now:
            change = self._do(Due())
            assert isinstance(change, Change)
            after = change.escalation
            assert after.due is None or after.due > self.now
            # Whatever comes due, somebody hears of it or it is settled.
            assert change.posts or after.status is Status.RESOLVED

    @rule(who=holders, days=st.integers(0, 5))
    def go_away(self, who: HolderId, days: int) -> None:
        self.gone[who] = self.now.date() + dt.timedelta(days=days)

    @invariant()
    def nobody_it_is_about_is_ever_told(self) -> None:
        about = {*getattr(self, "excluded", ())}
        assert not about & set(self.escalation.pinged)
        assert not {address for _, address in self.sent} & about

    @invariant()
    def nothing_open_is_forgotten(self) -> None:
        """An open one is on its way, or will come up again by itself."""
        now = self.escalation
        if now.status in SETTLED:
            assert now.due is None
        elif now.due is None:
            on_its_way = now.status is Status.RAISED and now.holder is not None
            in_hand = now.urgent and now.status is Status.ACKNOWLEDGED
            assert on_its_way or in_hand

    @invariant()
    def it_survives_being_stored(self) -> None:
        assert load(dump(self.escalation), Escalation) == self.escalation


TestEscalating = Escalating.TestCase


def test_a_table_cell_that_is_missing_is_a_refusal() -> None:
    machine = Escalating()
    machine.raise_it(
        concern=Concern.QUESTION, excluded=None, urgent=False, gone=frozenset()
    )
    withdrawn = replace(machine.escalation, status=Status.WITHDRAWN)

    for move in (Withdraw(), Add("x"), Reopen("x"), Resolve(None), Due()):
        assert isinstance(escalating.advance(withdrawn, move, machine.world), Refused)


def test_pings_are_what_asks_somebody_to_act() -> None:
    assert Purpose.URGENT in PINGS
    assert Purpose.ANSWER not in PINGS
