"""The shell: load, decide, commit; delivery then takes over.

Turns that arrive together are committed together: a batch is one transaction and a
handful of statements, however many turns are in it. Whoever handed a turn in hears
back only after the commit, so that "received" is never said too early.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import structlog

from bot import filing, welcome
from bot.actions import Away, Draft, Handle
from bot.conversation import Conversation, Situation
from bot.deciding import decide
from bot.decision import AwayUntil, Decision, Escalated, Message, Rated
from bot.people import PersonId
from bot.persistence.desk import Desk
from bot.persistence.store import Store
from bot.persistence.talks import Asked, Talk
from bot.ports import Clock, NewId, StaffDirectory
from bot.turn import Press, Submission, Turn, Utterance
from knowledge import School
from knowledge.model import SchoolId

MOST_TOGETHER = 128

_log = structlog.get_logger()


class Handled(Enum):
    """What became of a turn."""

    DONE = "done"
    REPEATED = "repeated"
    NO_SCHOOL = "no school"


@dataclass(frozen=True, slots=True)
class _Waiting:
    turn: Turn
    done: "asyncio.Future[Handled]"


class Adviser:
    """Handles turns, each once, in the order in which they came."""

    def __init__(
        self,
        schools: Mapping[SchoolId, School],
        store: Store,
        directory: StaffDirectory,
        *,
        clock: Clock,
        new_id: NewId,
        wake: Callable[[], None],
        keep_words: bool = True,
    ) -> None:
        self._schools = schools
        self._store = store
        self._directory = directory
        self._clock = clock
        self._new_id = new_id
        self._wake = wake
        self._keep_words = keep_words
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def begin(self, person: PersonId, school: SchoolId) -> None:
        """Start a person's conversation anew, about one school's policy."""
        talk = {person: Conversation(school)}
        await self._store.tx(lambda desk: desk.talks.keep(talk, self._clock()))

    async def handle(self, turn: Turn) -> Handled:
        """Carry out a turn once; returns after it is committed."""
        done: asyncio.Future[Handled] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(turn, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await asyncio.shield(done)

    async def _work(self) -> None:
        while self._waiting:
            batch = self._waiting[:MOST_TOGETHER]
            del self._waiting[: len(batch)]
            await self._together(batch)
        self._working = None

    async def _together(self, batch: Sequence[_Waiting]) -> None:
        turns = [each.turn for each in batch]
        try:
            handled = await self._store.tx(lambda desk: self._handle(desk, turns))
        except Exception as error:  # noqa: BLE001 - told to whoever gave the turn
            if len(batch) == 1:
                batch[0].done.set_exception(error)
                return
            for each in batch:  # one of them failed: the others shall not suffer
                await self._together((each,))
            return
        for each, outcome in zip(batch, handled, strict=True):
            if not each.done.done():
                each.done.set_result(outcome)
        self._wake()

    def _handle(self, desk: Desk, turns: Sequence[Turn]) -> list[Handled]:
        now = self._clock()
        known = desk.talks.of(turn.person for turn in turns)
        ours = [turn for turn in turns if self._concerns(turn, known.get(turn.person))]
        fresh = desk.talks.receive((turn.id for turn in ours), now)
        handled: list[Handled] = []
        changed: dict[PersonId, Conversation] = {}
        asked: list[Asked] = []
        messages: list[Message] = []
        for turn in turns:
            if turn.id not in fresh:
                seen = turn in ours
                handled.append(Handled.REPEATED if seen else Handled.NO_SCHOOL)
                continue
            fresh.discard(turn.id)
            handled.append(Handled.DONE)
            talk = known.get(turn.person)
            stored = talk.conversation if talk else None
            before = changed.get(turn.person, stored)
            conversation = welcome.school_of(turn, before, self._schools)
            if conversation is None:
                messages += welcome.ask(turn, self._schools, now)
                continue
            name = talk.name if talk else ""
            decision = self._decide(desk, turn, Talk(conversation, name), now)
            changed[turn.person] = decision.conversation
            asked += self._asked(turn, decision, now)
            if turn.shown is not None:
                desk.outbox.said(f"said:{turn.id}", turn.address, turn.shown, now)
            messages += self._kept(desk, turn, decision, now)
        desk.outbox.put(messages, now)
        desk.talks.keep(changed, now)
        desk.talks.log(asked)
        return handled

    def _concerns(self, turn: Turn, talk: Talk | None) -> bool:
        """Whether there is a school that a turn is about, or one to choose."""
        begun = talk is not None and talk.conversation.school in self._schools
        return begun or bool(welcome.served(turn, self._schools))

    def _decide(self, desk: Desk, turn: Turn, talk: Talk, now: dt.datetime) -> Decision:
        school = talk.conversation.school
        situation = Situation(
            conversation=talk.conversation,
            contacts=self._directory.contacts(school),
            roster=self._directory.roster(school),
            name=talk.name,
        )
        match turn.activity:
            case Press(action) | Submission(action) if isinstance(
                action, Draft | Handle | Away
            ):
                situation = self._casework(desk, turn, action, situation)
            case _:
                pass
        return decide(turn, situation, self._schools[school], now)

    def _casework(
        self,
        desk: Desk,
        turn: Turn,
        action: Draft | Handle | Away,
        situation: Situation,
    ) -> Situation:
        """The situation with what only escalations need.

        An escalation of another school counts as well where the person holds a role:
        somebody may be the head of two.
        """
        school, roster = situation.conversation.school, situation.roster
        named = None
        if isinstance(action, Handle):
            named = desk.cases.get(action.escalation)
        if named and named.school != school:
            theirs = self._directory.roster(named.school)
            if theirs and theirs.holder_at(turn.person):
                school, roster = named.school, theirs
            else:
                named = None
        return replace(
            situation,
            roster=roster,
            absences=desk.register.absences(school),
            escalation=named,
            fresh=self._new_id(),
        )

    def _kept(
        self, desk: Desk, turn: Turn, decision: Decision, now: dt.datetime
    ) -> Sequence[Message]:
        """Keep records of escalations at once; returns the messages still to put."""
        school = decision.conversation.school
        changes = [r.change for r in decision.records if isinstance(r, Escalated)]
        for record in decision.records:
            if isinstance(record, Rated):
                desk.talks.rate(record.turn, helpful=record.helpful)
            if isinstance(record, AwayUntil):
                desk.register.away(school, record.holder, record.until)
                action = "holder.back" if record.until is None else "holder.away"
                desk.ledger.note(
                    at=now, actor=turn.person, action=action, about=record.holder
                )
        if not changes:
            return decision.messages
        school = changes[0].escalation.school
        world = filing.world(desk, self._directory, school, now)
        if world is None:
            return decision.messages
        filing.keep(desk, changes, decision.messages, world)
        return ()

    def _asked(self, turn: Turn, decision: Decision, now: dt.datetime) -> list[Asked]:
        school = decision.conversation.school
        words = turn.activity.text if isinstance(turn.activity, Utterance) else None
        asked: list[Asked] = []
        for finding in decision.findings:
            why = finding.why
            _log.info(
                "question.answered",
                school=school,
                kind=str(finding.kind),
                topic=why.topic,
                score=why.score,
            )
            asked.append(
                Asked(
                    turn=turn.id,
                    school=school,
                    person=turn.person,
                    address=turn.address,
                    topic=why.topic,
                    kind=str(finding.kind),
                    words=words if self._keep_words else None,
                    at=now,
                )
            )
        return asked
