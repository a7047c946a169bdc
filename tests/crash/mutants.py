"""Three mistakes, made on purpose: a suite that lets one pass proves nothing.

Each is the shell with one promise broken, built here by subclassing and nowhere else.
"""

import asyncio
import datetime as dt
from enum import StrEnum

from typing_extensions import override

from bot.adviser import Adviser, Handled
from bot.delivery import Courier
from bot.ports import Delivery
from bot.turn import Turn


class Mutant(StrEnum):
    """What is wrong with a service."""

    NONE = "none"
    EARLY = "acknowledged before the commit"
    UNLEASED = "no lease"
    HASTY = "marked as sent before sending"


class EarlyAdviser(Adviser):
    """Says that a turn was received before it is committed."""

    _behind: frozenset[asyncio.Task[Handled]] = frozenset()

    @override
    async def handle(self, turn: Turn) -> Handled:
        """Answer at once; commit whenever."""
        task = asyncio.create_task(super().handle(turn))
        self._behind = frozenset(t for t in self._behind if not t.done()) | {task}
        return Handled.DONE


class UnleasedCourier(Courier):
    """Claims messages for no time at all: everybody else may claim them too."""

    @override
    async def _claim(self, most: int) -> list[tuple[Delivery, dt.datetime]]:
        now, lease = self._clock(), dt.timedelta(seconds=self._pace.lease)
        claimed = await self._store.tx(
            lambda desk: desk.outbox.claim(
                owner=self._owner, now=now, lease=dt.timedelta(), most=most
            )
        )
        return [(each, now + lease) for each in claimed]


class HastyCourier(Courier):
    """Marks a message as sent, and only then sends it."""

    @override
    async def _deliver(self, delivery: Delivery, until: dt.datetime) -> None:
        await self._store.tx(lambda desk: self._sent(desk, delivery, ""))
        await super()._deliver(delivery, until)


def adviser_of(mutant: Mutant) -> type[Adviser]:
    """The adviser of a service with that mistake."""
    return EarlyAdviser if mutant is Mutant.EARLY else Adviser


def courier_of(mutant: Mutant) -> type[Courier]:
    """The courier of a service with that mistake."""
    match mutant:
        case Mutant.UNLEASED:
            return UnleasedCourier
        case Mutant.HASTY:
            return HastyCourier
        case Mutant.NONE | Mutant.EARLY:
            return Courier
