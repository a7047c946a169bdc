"""What the shell needs from outside: channels, a clock, ids, the schools' people."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.actions import EscalationId
from bot.conversation import Contact
from bot.decision import About
from bot.people import Address, Roster
from bot.reply import Reply
from knowledge.model import SchoolId

Clock: TypeAlias = Callable[[], dt.datetime]
NewId: TypeAlias = Callable[[], EscalationId]


class DeliveryError(Exception):
    """A message was not delivered; the only error that a channel raises.

    Attributes:
        retryable: Whether trying again can help.
        retry_after: Seconds that the platform asks to wait.

    """

    def __init__(
        self, reason: str, *, retryable: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.retryable = retryable
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message taken from the outbox to be sent.

    Attributes:
        key: The same for every attempt at it.
        attempts: How often it was taken, this time included. From the second on an
            earlier attempt may have got through: a channel that can looks first.
        replaces: The reference of an earlier message whose place it takes, if any.

    """

    id: int
    key: str
    address: Address
    reply: Reply
    attempts: int
    urgent: bool = False
    about: About | None = None
    replaces: str = ""


class Channel(Protocol):
    """A platform that messages can be sent on."""

    async def send(self, delivery: Delivery) -> str:
        """Deliver a message, or find that an earlier attempt did.

        Returns:
            The platform's own reference of the message; may be empty.

        Raises:
            DeliveryError: It was not delivered, or that is not known.

        """
        ...


class StaffDirectory(Protocol):
    """The people of each school."""

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        """Whom an emergency reply names."""
        ...

    def roster(self, school: SchoolId) -> Roster | None:
        """Who holds which role; None where nobody is named."""
        ...
