"""Slack as a channel: messages out of the outbox, each posted once.

Every post carries the message's key as metadata, which people do not see. Where an
earlier attempt may have got through, the post is looked for before it is made again.
What only one person in a channel may see goes there as an ephemeral message, which
Slack keeps no record of.
"""

from collections import OrderedDict
from dataclasses import replace

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.clients import FAILURES, Clients, code
from adapters.slack.inbound import COMMANDED, FORM, private
from adapters.slack.posting import Poster, Spot
from adapters.slack.render import form_of, to_modal
from adapters.slack.rendered import rendered
from adapters.slack.scene import Scene, scene_of
from adapters.slack.triggers import Triggers
from bot.actions import encode
from bot.ports import Delivery, DeliveryError
from bot.reply import Paragraph, Reply

MOST_KNOWN = 20_000
"""Direct messages whose channel is remembered."""
SHARED = "share:"
"""What the key of a message begins with that everybody in a channel is to see."""

_NOT_THERE = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "user_not_in_channel",
    }
)
NOT_SHARED = (
    "The answer could not be shown there: Headnote is not in that channel. Add it with "
    "/invite first, then press the button again."
)

_log = structlog.get_logger()


class SlackChannel:
    """Sends what waits for people on Slack."""

    def __init__(self, clients: Clients, triggers: Triggers, poster: Poster) -> None:
        self._clients = clients
        self._triggers = triggers
        self._poster = poster
        self._direct: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def send(self, delivery: Delivery) -> str:
        """Post a message, or find that an earlier attempt did.

        Returns:
            `CHANNEL|TS`, with a further time stamp for each further message that it
            took; empty where nothing can be changed later.

        Raises:
            DeliveryError: It was not posted, or that is not known.

        """
        team, *rest = delivery.address.id.split("/")
        client = await self._clients.of(team)
        try:
            match rest:
                case [user]:
                    return await self._to_person(client, team, user, delivery)
                case [channel, user]:
                    return await self._to_place(client, team, channel, user, delivery)
                case _:
                    raise DeliveryError("not an address on Slack", retryable=False)
        except FAILURES as error:
            raise self._clients.failed(team, error) from error

    async def _to_person(
        self, client: AsyncWebClient, team: str, user: str, delivery: Delivery
    ) -> str:
        if delivery.replaces:
            return await self._poster.replaced(client, delivery)
        found = scene_of(delivery.key)
        if found and await self._opened(client, found, delivery.reply):
            return ""
        thread = found.thread if found and found.place is None else ""
        spot = Spot(await self._channel_of(client, team, user), thread)
        try:
            return await self._poster.posted(client, spot, delivery)
        except SlackApiError as error:
            if code(error) == "channel_not_found":
                self._direct.pop((team, user), None)
            raise

    async def _to_place(
        self,
        client: AsyncWebClient,
        team: str,
        channel: str,
        user: str,
        delivery: Delivery,
    ) -> str:
        found = scene_of(delivery.key)
        try:
            if delivery.key.startswith(SHARED):
                return await self._poster.posted(client, Spot(channel), delivery)
            if found and found.what.startswith(COMMANDED):
                return ""  # the command itself was answered with these words
            shown = rendered(delivery.reply)
            for blocks in shown.messages:
                await client.chat_postEphemeral(
                    channel=channel,
                    user=user,
                    thread_ts=found.thread or None if found else None,
                    text=shown.text,
                    blocks=blocks,
                )
        except SlackApiError as error:
            if code(error) not in _NOT_THERE:
                raise
            if delivery.key.startswith(SHARED):
                return await self._not_shared(client, team, user, delivery)
            _log.info("slack.pointer_left_out", why=code(error))
        return ""

    async def _not_shared(
        self, client: AsyncWebClient, team: str, user: str, delivery: Delivery
    ) -> str:
        """Say so to whoever was told that it is shared."""
        told = Reply((Paragraph(NOT_SHARED),), "That was not shared")
        found = scene_of(delivery.key)
        channel = await self._channel_of(client, team, user)
        spot = Spot(channel, found.thread if found else "")
        await self._poster.posted(client, spot, replace(delivery, reply=told))
        return ""

    async def _opened(self, client: AsyncWebClient, found: Scene, reply: Reply) -> bool:
        """Open a form at once, where whoever pressed for it still waits."""
        form = form_of(reply)
        trigger = self._triggers.take(found.turn)
        if form is None or not trigger:
            return False
        carries = private(found.thread, encode(form.send.action))
        view = to_modal(reply, callback_id=FORM, private_metadata=carries)
        try:
            await client.views_open(trigger_id=trigger, view=view)
        except FAILURES as error:
            # Then it goes as a message, with a button that opens it.
            why = code(error) or type(error).__name__
            _log.info("slack.form_not_opened", why=why)
            return False
        return True

    async def _channel_of(self, client: AsyncWebClient, team: str, user: str) -> str:
        known = self._direct.get((team, user))
        if known:
            return known
        opened = await client.conversations_open(users=user)
        channel = str((opened.get("channel") or {}).get("id") or "")
        if not channel:
            raise DeliveryError("Slack opened no direct message", retryable=True)
        self._direct[(team, user)] = channel
        if len(self._direct) > MOST_KNOWN:
            self._direct.popitem(last=False)
        return channel
