"""Posting a message's parts where they belong, each once, not too fast."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.clients import code
from adapters.slack.rendered import Blocks, Rendered, rendered
from adapters.slack.text import escaped, words
from bot.plain_text import plain
from bot.ports import Delivery
from bot.reply import Reply

EVENT = "headnote_message"
"""The type of the metadata that every post carries."""
MOST_PAGES = 3
A_PAGE = 100
BURST = 4
"""Messages in a row to one channel; from then on one a second, as Slack asks."""
MOST_PACED = 10_000

_NO_THREAD = frozenset({"cannot_reply_to_message", "thread_not_found"})
_GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message goes: Slack's channel, and a thread in it or none."""

    channel: str
    thread: str = ""


class Poster:
    """Posts messages, and puts others in their place.

    Args:
        time: Seconds, of any beginning.
        sleep: Waits for so many seconds.

    """

    def __init__(
        self,
        time: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._time = time
        self._sleep = sleep
        self._free: OrderedDict[str, float] = OrderedDict()

    async def posted(
        self, client: AsyncWebClient, spot: Spot, delivery: Delivery
    ) -> str:
        """Post what is not there yet; in a thread that is gone, outside of it.

        Returns:
            The message's reference: `CHANNEL|TS`, with a further time stamp for each
            further message that it took.

        """
        try:
            return await self._posted(client, spot, delivery)
        except SlackApiError as error:
            if not spot.thread or code(error) not in _NO_THREAD:
                raise
            return await self._posted(client, Spot(spot.channel), delivery)

    async def replaced(self, client: AsyncWebClient, delivery: Delivery) -> str:
        """Show a message in the place of the one that it replaces."""
        channel, *stamps = delivery.replaces.split("|")
        return await self._posted(client, Spot(channel), delivery, stamps)

    async def _posted(
        self,
        client: AsyncWebClient,
        spot: Spot,
        delivery: Delivery,
        old: Sequence[str] = (),
    ) -> str:
        shown = rendered(delivery.reply)
        messages, keys = shown.messages, [delivery.key]
        if len(messages) > 1:
            keys = [f"{delivery.key}:{at}" for at in range(1, len(messages) + 1)]
        there: Mapping[str, str] = {}
        if delivery.attempts > 1 and len(old) < len(messages):
            there = await self._looked_up(client, spot, keys)
        refs = [spot.channel]
        for at, (key, blocks) in enumerate(zip(keys, messages, strict=True)):
            if at < len(old):
                await self._update(client, spot, old[at], shown.text, blocks)
                refs.append(old[at])
            elif key in there:
                refs.append(there[key])
            else:
                refs.append(
                    await self._post(
                        client, spot, key=key, shown=shown, at=at, reply=delivery.reply
                    )
                )
        for ts in old[len(messages) :]:
            await self._gone_is_fine(client.chat_delete(channel=spot.channel, ts=ts))
        return "|".join(refs)

    async def _post(
        self,
        client: AsyncWebClient,
        spot: Spot,
        *,
        key: str,
        shown: Rendered,
        at: int,
        reply: Reply,
    ) -> str:
        await self._wait(spot.channel)

        async def post(text: str, blocks: Blocks | None) -> str:
            done = await client.chat_postMessage(
                channel=spot.channel,
                thread_ts=spot.thread or None,
                text=text,
                blocks=blocks,
                metadata={"event_type": EVENT, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(done.get("ts") or "")

        try:
            return await post(shown.text, shown.messages[at])
        except SlackApiError as error:
            if code(error) not in _REFUSED:
                raise
        # Slack has a rule that we do not know: the words count more than the looks.
        _log.error("slack.blocks_refused")
        return await post(escaped(words(plain(reply))) or shown.text, None)

    async def _update(
        self,
        client: AsyncWebClient,
        spot: Spot,
        ts: str,
        text: str,
        blocks: Blocks,
    ) -> None:
        await self._wait(spot.channel)
        await self._gone_is_fine(
            client.chat_update(channel=spot.channel, ts=ts, text=text, blocks=blocks)
        )

    async def _gone_is_fine(self, call: Awaitable[object]) -> None:
        """A message that somebody deleted needs no change."""
        try:
            await call
        except SlackApiError as error:
            if code(error) not in _GONE:
                raise
            _log.info("slack.message_gone", why=code(error))

    async def _looked_up(
        self, client: AsyncWebClient, spot: Spot, keys: Sequence[str]
    ) -> Mapping[str, str]:
        """The time stamps of messages that are there already, by key."""
        there: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                page = await _page(client, spot, cursor)
            except SlackApiError as error:
                # Where we may not read, it is posted again rather than not at all.
                if code(error) in _NO_THREAD | {"missing_scope"}:
                    return there
                raise
            for message in page.get("messages") or ():
                metadata = message.get("metadata") or {}
                key = (metadata.get("event_payload") or {}).get("key")
                if metadata.get("event_type") == EVENT and key in keys:
                    there[str(key)] = str(message.get("ts"))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or len(there) == len(keys):
                break
        return there

    async def _wait(self, channel: str) -> None:
        """Let a channel have a few messages at once, and then one a second."""
        now = self._time()
        # When the channel would have been left alone for long enough, had every
        # message so far taken its second.
        free = max(self._free.get(channel, now), now) + 1
        self._free[channel] = free
        self._free.move_to_end(channel)
        if len(self._free) > MOST_PACED:
            self._free.popitem(last=False)
        if free - now > BURST:
            await self._sleep(free - now - BURST)


async def _page(
    client: AsyncWebClient, spot: Spot, cursor: str | None
) -> Mapping[str, Any]:
    """Some of what stands in a channel, newest first, or in a thread."""
    if spot.thread:
        found = await client.conversations_replies(
            channel=spot.channel,
            ts=spot.thread,
            include_all_metadata=True,
            limit=A_PAGE,
            cursor=cursor,
        )
    else:
        found = await client.conversations_history(
            channel=spot.channel,
            include_all_metadata=True,
            limit=A_PAGE,
            cursor=cursor,
        )
    data: Mapping[str, Any] = found.data if isinstance(found.data, dict) else {}
    return data
