"""Stand-ins that keep the promises of what they stand for."""

import datetime as dt
from dataclasses import dataclass, field

from bot.decision import Message
from bot.ports import DeliveryError


@dataclass
class FakeChannel:
    """A channel that keeps what it is sent, and fails when told to."""

    failures: list[DeliveryError] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)


def noon() -> dt.datetime:
    """A clock that stands still."""
    return dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
