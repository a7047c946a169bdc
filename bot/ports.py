"""What the shell needs from outside: a store, channels, a clock."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.conversation import Conversation
from bot.decision import Decision, Message
from bot.turn import PersonId, Turn, TurnId

Clock: TypeAlias = Callable[[], dt.datetime]


class DeliveryError(Exception):
    """A message was not delivered; the only error that a channel raises."""

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__(reason)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the outbox, and how often it was tried."""

    id: int
    message: Message
    tries: int


class Store(Protocol):
    """Keeps conversations, what was already seen, and the outbox."""

    async def seen(self, turn: TurnId) -> bool:
        """Whether a turn was committed before."""
        ...

    async def conversation(self, person: PersonId) -> Conversation | None:
        """What is open with a person."""
        ...

    async def begin(self, person: PersonId, conversation: Conversation) -> None:
        """Start a person's conversation anew."""
        ...

    async def commit(self, turn: Turn, decision: Decision) -> None:
        """Keep a decision whole: conversation, outbox, and the turn as seen."""
        ...

    async def waiting(self) -> Sequence[Delivery]:
        """The outbox, oldest first."""
        ...

    async def tried(self, delivery: int, *, done: bool) -> None:
        """Count a try; a delivery that is done leaves the outbox."""
        ...


class Channel(Protocol):
    """A platform that messages can be sent on."""

    async def send(self, message: Message) -> None:
        """Deliver a message.

        Raises:
            DeliveryError: It was not delivered.

        """
        ...
