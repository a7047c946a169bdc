"""Drains the outbox through the channels; "sent" only once the channel said so."""

from collections.abc import Mapping

import structlog

from bot.ports import Channel, Delivery, DeliveryError, Store

MOST_TRIES = 5

_log = structlog.get_logger()


class Courier:
    """Delivers what waits in a store's outbox."""

    def __init__(self, store: Store, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._channels = channels

    async def drain(self) -> None:
        """Try everything that waits, once each, oldest first."""
        for delivery in await self._store.waiting():
            await self._store.tried(delivery.id, done=await self._try(delivery))

    async def _try(self, delivery: Delivery) -> bool:
        message = delivery.message
        channel = self._channels.get(message.address.channel)
        if channel is None:
            _log.error("delivery.no_channel", delivery=delivery.id)
            return True
        try:
            await channel.send(message)
        except DeliveryError as error:
            last = not error.retryable or delivery.tries + 1 >= MOST_TRIES
            event = "delivery.given_up" if last else "delivery.failed"
            _log.warning(event, delivery=delivery.id, tries=delivery.tries + 1)
            return last
        return True
