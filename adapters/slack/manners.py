"""What is not a message: suggested questions, a conversation's title, forms to ask in.

All of it may fail without anything being lost.
"""

import asyncio
from collections.abc import Callable

import structlog

from adapters.slack.clients import FAILURES, Clients, code
from adapters.slack.home import Home
from adapters.slack.inbound import ASK, ASK_FIELD
from adapters.slack.render import to_modal
from adapters.slack.scene import Scene
from adapters.slack.text import cut
from bot.actions import NoneOfThese
from bot.ports import DeliveryError
from bot.reply import Button, Field, Form, Reply

PROMPTS = (
    ("Friend requests", "May I accept a friend request from a parent?"),
    ("Photos", "May I take photos of pupils on my own phone?"),
    ("Messages", "A pupil has sent me a private message. What do I do?"),
)
TITLE = "Ask me about your school's policy"
LONGEST_TITLE = 60
OPENED_WITHIN = 2.0
"""Seconds that a form may take to open; Slack's patience is three."""

# Its callback id says what is sent, so its button needs no action of its own.
_ASKING = Reply(
    (
        Form(
            "Ask the policy",
            (Field(ASK_FIELD, "Your question", lines=4),),
            Button("Ask", NoneOfThese()),
        ),
    ),
    "Ask the policy",
)

_log = structlog.get_logger()


class Manners:
    """The courtesies of the place."""

    def __init__(self, clients: Clients, home: Home, wake: Callable[[], None]) -> None:
        self._clients = clients
        self._home = home
        self.wake = wake

    async def publish(self, who: Scene) -> None:
        """Show somebody their Home tab as it is now."""
        await self._home.publish(who)

    async def suggest(self, who: Scene, channel: str) -> None:
        """Suggest questions to somebody who opens their messages with us."""
        client = await self._clients.of(who.team)
        # Without a thread: with one, Slack leaves them out under the agent view.
        await client.assistant_threads_setSuggestedPrompts(
            channel_id=channel,
            title=TITLE,
            prompts=[{"title": title, "message": text} for title, text in PROMPTS],
        )

    async def entitle(self, where: Scene, words: str) -> None:
        """Name a conversation by how it began, so that its author finds it again."""
        client = await self._clients.of(where.team)
        await client.agents_sessions_setStatus(
            channel_id=where.channel,
            thread_ts=where.thread,
            status="active",
            title=cut(words, LONGEST_TITLE),
        )

    async def ask(self, team: str, trigger: str) -> None:
        """Open the form in which to ask."""
        view = to_modal(_ASKING, callback_id=ASK, private_metadata="")
        try:
            async with asyncio.timeout(OPENED_WITHIN):
                client = await self._clients.of(team)
                await client.views_open(trigger_id=trigger, view=view)
        except (*FAILURES, DeliveryError) as error:
            why = code(error) or type(error).__name__
            _log.warning("slack.form_not_opened", why=why)
