"""Drains the outbox through the channels; "sent" only once the channel said so.

A message is claimed for the length of a lease before it is sent, and a send is
broken off well before its lease ends, so that no two processes send the same message.
What a process that died had claimed, another takes over when the lease has run out.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import structlog

from bot import filing
from bot.escalation import World
from bot.persistence.desk import Desk
from bot.persistence.store import Failpoint, Store, lives
from bot.ports import Channel, Clock, Delivery, DeliveryError, StaffDirectory

MOST_TRIES = 12
LONGEST_PAUSE = 300.0
"""Seconds; with twelve tries a message is given up after about a quarter of an hour."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a courier works: seconds, but for the number claimed at once.

    Attributes:
        lease: For how long a claimed message is ours; so long, at most, does one wait
            that a process died with.
        poll: How long to wait at most before looking again.

    """

    lease: float = 12.0
    poll: float = 2.0
    most: int = 20


class Courier:
    """Delivers what waits in a store's outbox."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        directory: StaffDirectory,
        *,
        clock: Clock,
        owner: str,
        random: Random,
        pace: Pace = Pace(),
        failpoint: Failpoint = lives,
    ) -> None:
        self._store = store
        self._channels = channels
        self._directory = directory
        self._clock = clock
        self._owner = owner
        self._random = random
        self._pace = pace
        self._failpoint = failpoint
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to deliver; a lost call costs one poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is being sent is finished.

        What is slow to send holds up nothing else: more is claimed while it is on its
        way.
        """
        sending: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            # Before the claim: what is put into the outbox during it is not missed.
            self._woken.clear()
            begun = await self._begin(self._pace.most - len(sending))
            for task in begun:
                sending.add(task)
                task.add_done_callback(sending.discard)
                task.add_done_callback(self._done)
            if not begun and not stop.is_set():
                await self._pause()
        if sending:
            await asyncio.wait(sending)

    async def drain(self) -> None:
        """Deliver everything that is due now."""
        while claimed := await self._claim(self._pace.most):
            await asyncio.gather(*(self._deliver(*each) for each in claimed))

    async def _begin(self, most: int) -> list[asyncio.Task[None]]:
        if most <= 0:
            return []
        try:
            claimed = await self._claim(most)
        except Exception:  # noqa: BLE001 - the loop's boundary: logged, tried again
            _log.exception("delivery.claim_failed")
            return []
        return [asyncio.create_task(self._deliver(*each)) for each in claimed]

    def _done(self, task: asyncio.Task[None]) -> None:
        """What waits for the same address may go now."""
        if not task.cancelled() and (error := task.exception()):
            # Its lease runs out, and it is taken up again.
            _log.error("delivery.broke_off", exc_info=error)
        self.wake()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), self._pace.poll)
        except TimeoutError:
            return

    async def _claim(self, most: int) -> list[tuple[Delivery, dt.datetime]]:
        """Messages to send, and until when each may be sent."""
        now, lease = self._clock(), dt.timedelta(seconds=self._pace.lease)
        claimed = await self._store.tx(
            lambda desk: desk.outbox.claim(
                owner=self._owner, now=now, lease=lease, most=most
            )
        )
        return [(each, now + lease * 0.75) for each in claimed]

    async def _deliver(self, delivery: Delivery, until: dt.datetime) -> None:
        channel = self._channels.get(delivery.address.channel)
        if channel is None:
            await self._store.tx(lambda desk: self._unsent(desk, delivery))
            return
        try:
            self._failpoint("before_send")
            left = (until - self._clock()).total_seconds()
            if left <= 0:  # we were stopped meanwhile: it may be another's by now
                return
            async with asyncio.timeout(left):
                ref = await channel.send(delivery)
            self._failpoint("after_send")
        except TimeoutError:
            await self._failed(delivery, DeliveryError("too slow", retryable=True))
        except DeliveryError as error:
            await self._failed(delivery, error)
        else:
            await self._store.tx(lambda desk: self._sent(desk, delivery, ref))

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        last = not error.retryable or delivery.attempts >= MOST_TRIES
        event = "delivery.given_up" if last else "delivery.failed"
        log = _log.error if last else _log.warning
        log(event, delivery=delivery.id, attempts=delivery.attempts, why=str(error))
        if last:
            await self._store.tx(lambda desk: self._give_up(desk, delivery))
            return
        at = self._clock() + dt.timedelta(seconds=self._wait(delivery, error))
        await self._store.tx(
            lambda desk: desk.outbox.later(delivery.id, self._owner, at)
        )

    def _wait(self, delivery: Delivery, error: DeliveryError) -> float:
        """Seconds to the next try: what the platform asks, or twice as long each."""
        if error.retry_after is not None:
            return min(error.retry_after, LONGEST_PAUSE)
        longest = min(LONGEST_PAUSE, 2.0**delivery.attempts / 4)
        return longest * self._random.uniform(0.5, 1)

    def _unsent(self, desk: Desk, delivery: Delivery) -> None:
        """Nothing to send it on: its time to be seen has come, or nobody set it up."""
        if desk.outbox.pulls(delivery.address):
            self._sent(desk, delivery, "")
            return
        _log.error("delivery.no_channel", delivery=delivery.id)
        self._give_up(desk, delivery)

    def _sent(self, desk: Desk, delivery: Delivery, ref: str) -> None:
        if not desk.outbox.sent(delivery.id, ref) or delivery.about is None:
            return
        world = self._world(desk, delivery)
        if world:
            filing.reached(desk, delivery.about, world)

    def _give_up(self, desk: Desk, delivery: Delivery) -> None:
        if not desk.outbox.give_up(delivery.id) or delivery.about is None:
            return
        world = self._world(desk, delivery)
        if world:
            filing.failed(desk, delivery.about, delivery.address, world)

    def _world(self, desk: Desk, delivery: Delivery) -> World | None:
        about = delivery.about
        escalation = desk.cases.get(about.escalation) if about else None
        if escalation is None:
            return None
        return filing.world(desk, self._directory, escalation.school, self._clock())
