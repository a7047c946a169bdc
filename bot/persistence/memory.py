"""A store in memory: it lasts as long as the process, and is bounded."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import Conversation
from bot.decision import Decision
from bot.ports import Delivery
from bot.turn import PersonId, Turn, TurnId

MOST_PEOPLE = 2000
MOST_TURNS = 20_000


class MemoryStore:
    """Keeps the latest people and turns; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._conversations: OrderedDict[PersonId, Conversation] = OrderedDict()
        self._seen: OrderedDict[TurnId, None] = OrderedDict()
        self._outbox: OrderedDict[int, Delivery] = OrderedDict()
        self._next = 1

    async def seen(self, turn: TurnId) -> bool:
        """Whether a turn was committed before."""
        return turn in self._seen

    async def conversation(self, person: PersonId) -> Conversation | None:
        """What is open with a person."""
        return self._conversations.get(person)

    async def begin(self, person: PersonId, conversation: Conversation) -> None:
        """Start a person's conversation anew."""
        self._keep(person, conversation)

    async def commit(self, turn: Turn, decision: Decision) -> None:
        """Keep a decision whole."""
        self._keep(turn.person, decision.conversation)
        self._seen[turn.id] = None
        while len(self._seen) > MOST_TURNS:
            self._seen.popitem(last=False)
        for message in decision.messages:
            self._outbox[self._next] = Delivery(self._next, message, tries=0)
            self._next += 1

    async def waiting(self) -> Sequence[Delivery]:
        """The outbox, oldest first."""
        return tuple(self._outbox.values())

    async def tried(self, delivery: int, *, done: bool) -> None:
        """Count a try; a delivery that is done leaves the outbox."""
        found = self._outbox.pop(delivery, None)
        if found is not None and not done:
            self._outbox[delivery] = replace(found, tries=found.tries + 1)
            self._outbox.move_to_end(delivery, last=False)

    def _keep(self, person: PersonId, conversation: Conversation) -> None:
        self._conversations[person] = conversation
        self._conversations.move_to_end(person)
        while len(self._conversations) > MOST_PEOPLE:
            self._conversations.popitem(last=False)
