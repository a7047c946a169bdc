"""The shell: load, decide, commit, deliver."""

import asyncio
from collections.abc import Callable, Mapping
from weakref import WeakValueDictionary

import structlog

from bot.conversation import Contact, Conversation, Situation
from bot.deciding import decide
from bot.delivery import Courier
from bot.ports import Clock, Store
from bot.turn import PersonId, Turn
from knowledge import School
from knowledge.model import SchoolId

_log = structlog.get_logger()


class Adviser:
    """Handles turns, one at a time for each person."""

    def __init__(
        self,
        schools: Mapping[SchoolId, School],
        store: Store,
        courier: Courier,
        clock: Clock,
        contacts: Callable[[str], tuple[Contact, ...]],
    ) -> None:
        self._schools = schools
        self._store = store
        self._courier = courier
        self._clock = clock
        self._contacts = contacts
        self._locks: WeakValueDictionary[PersonId, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, person: PersonId, school: SchoolId) -> None:
        """Start a person's conversation anew, about one school's policy."""
        await self._store.begin(person, Conversation(school))

    async def seen(self, turn: Turn) -> bool:
        """Whether a turn was handled before (a double click, a retry)."""
        return await self._store.seen(turn.id)

    async def handle(self, turn: Turn) -> bool:
        """Carry out a turn once; False where there is no conversation to take it."""
        lock = self._locks.setdefault(turn.person, asyncio.Lock())
        async with lock:
            if await self._store.seen(turn.id):
                _log.info("turn.repeated", turn=turn.id)
                return True
            conversation = await self._store.conversation(turn.person)
            if conversation is None or conversation.school not in self._schools:
                return False
            school = self._schools[conversation.school]
            contacts = self._contacts(conversation.school)
            situation = Situation(conversation, contacts)
            decision = decide(turn, situation, school, self._clock())
            await self._store.commit(turn, decision)
        for record in decision.records:
            why = record.finding.why
            _log.info(
                "question.answered",
                school=conversation.school,
                kind=str(record.finding.kind),
                topic=why.topic,
                score=why.score,
            )
        await self._courier.drain()
        return True
