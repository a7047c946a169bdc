"""Slack's edge: what is sent to us is verified, handed to Bolt, and answered."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.slack.channel import SlackChannel
from adapters.slack.clients import API, FAILURES, GONE, Clients, code, log
from adapters.slack.home import Home
from adapters.slack.installations import (
    Installation,
    Installations,
    ManyWorkspaces,
    OneWorkspace,
)
from adapters.slack.installing import SCOPES, Installing
from adapters.slack.listeners import COMMANDS, EVENTS, SHORTCUTS, Listeners
from adapters.slack.manners import Manners
from adapters.slack.names import Names
from adapters.slack.posting import Poster
from adapters.slack.schools import Placed, Schools
from adapters.slack.settings import SlackSettings, wrong
from adapters.slack.sockets import PING, Socket
from adapters.slack.triggers import Triggers
from adapters.slack.verifying import RefusedError, Verifier
from bot.adviser import Adviser
from bot.persistence.store import Store
from bot.ports import Channel, Clock, StaffDirectory

__all__ = [
    "COMMANDS",
    "EVENTS",
    "METHODS",
    "SCOPES",
    "SHORTCUTS",
    "Placed",
    "Slack",
    "SlackSettings",
    "build",
    "wrong",
]

METHODS = frozenset(
    {
        "agents.sessions.setStatus",
        "apps.connections.open",
        "assistant.threads.setSuggestedPrompts",
        "auth.revoke",
        "auth.test",
        "chat.delete",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.open",
        "conversations.replies",
        "oauth.v2.access",
        "usergroups.users.list",
        "users.info",
        "views.open",
        "views.publish",
    }
)
"""Every method of Slack's that is called; the manifest's scopes follow from it."""

IN_TIME = 2.5
"""Seconds in which something has to be committed; Slack waits for three."""
_RETRIES = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")

_log = structlog.get_logger()


class Slack:
    """Headnote on Slack.

    Attributes:
        channel: Sends what waits for people on Slack.

    """

    def __init__(
        self,
        *,
        app: AsyncApp,
        channel: Channel,
        clients: Clients,
        listeners: Listeners,
        verifier: Verifier | None,
        installing: Installing | None,
        socket: Socket | None,
    ) -> None:
        self.channel = channel
        self._app = app
        self._clients = clients
        self._listeners = listeners
        self._verifier = verifier
        self._installing = installing
        self._socket = socket

    def routes(self) -> list[web.AbstractRouteDef]:
        """What it answers to: events, buttons, forms and commands, all in one place."""
        routes: list[web.AbstractRouteDef] = []
        if self._verifier:
            routes.append(web.post("/slack/events", self._events))
        if self._installing:
            routes += self._installing.routes()
        return routes

    async def start(self, stop: asyncio.Event) -> None:
        """Be connected by Socket Mode until told to stop, where that is set up."""
        if self._socket:
            await self._socket.run(stop)

    async def healthy(self) -> bool:
        """Whether Slack can reach us, as far as can be told from here."""
        return self._socket is None or await self._socket.healthy()

    async def finish(self) -> None:
        """Wait for what was begun and nobody waits for."""
        await self._listeners.finish()

    async def close(self) -> None:
        """Finish what was begun, and let go of the connections."""
        await self.finish()
        await self._clients.close()

    async def _events(self, request: web.Request) -> web.Response:
        if self._verifier is None:
            raise web.HTTPNotFound
        try:
            body = await self._verifier.read(request)
        except RefusedError as error:
            return web.Response(status=error.status)
        headers: dict[str, str | Sequence[str]]
        headers = {"Content-Type": request.content_type}
        headers |= {h: request.headers[h] for h in _RETRIES if h in request.headers}
        try:
            async with asyncio.timeout(IN_TIME):
                asked = AsyncBoltRequest(body=body, headers=headers)
                done = await self._app.async_dispatch(asked)
        except TimeoutError:
            # What was begun goes on; asked again, it is known as a repeat.
            _log.warning("slack.not_in_time")
            return web.Response(status=503)
        return _response(done)


def _response(done: BoltResponse) -> web.Response:
    kind = done.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    return web.Response(status=done.status, text=done.body or "", content_type=kind)


def build(
    settings: SlackSettings,
    *,
    store: Store,
    adviser: Adviser,
    placed: Sequence[Placed],
    directory: StaffDirectory,
    clock: Clock,
    wake: Callable[[], None],
    api: str = API,
    ping: float = PING,
    poster: Poster | None = None,
) -> Slack:
    """Headnote on Slack, as the settings have it; nothing is connected yet.

    Args:
        settings: In order, as `wrong` tells.
        store: Where workspaces and messages are kept.
        adviser: Hears what people do.
        placed: The schools, and where on Slack they are.
        directory: Who holds which role.
        clock: The time.
        wake: Says that there may be something to deliver.
        api: Where Slack is; another for tests.
        ping: Seconds between two looks at the socket.
        poster: Posts at another pace; for tests.

    Raises:
        KeyUnfitError: The key is none.

    """
    many = None
    if not settings.bot_token:
        many = ManyWorkspaces(store, settings.key, clock)
    installations: Installations = many or OneWorkspace(
        lambda: _owner(clients, settings.bot_token)
    )
    clients = Clients(installations, api=api)
    schools = Schools(placed, clients, directory, clock)
    triggers = Triggers(clock)
    listeners = Listeners(
        adviser=adviser,
        store=store,
        schools=schools,
        names=Names(store, clients, clock),
        manners=Manners(
            clients, Home(store, clients, directory, schools.known, clock), wake
        ),
        triggers=triggers,
        installations=installations,
        clock=clock,
    )
    app = _bolt(installations)
    listeners.register(app)
    installing = None
    if many:
        installing = Installing(
            many,
            clients,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            redirect=f"{settings.public_url}/slack/oauth_redirect",
            serves=schools.serves,
            clock=clock,
        )
    secret, token = settings.signing_secret, settings.app_token
    return Slack(
        app=app,
        channel=SlackChannel(clients, triggers, poster or Poster(time.monotonic)),
        clients=clients,
        listeners=listeners,
        verifier=Verifier(secret, lambda: clock().timestamp()) if secret else None,
        installing=installing,
        socket=Socket(app, token, clients, ping=ping) if token else None,
    )


def _bolt(installations: Installations) -> AsyncApp:
    async def authorize(
        enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:
        try:
            found = await installations.find(team_id or "")
        except FAILURES as error:
            # Bolt takes an error of Slack's for "not installed", and acknowledges.
            raise ConnectionError(type(error).__name__) from None
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=found.team,
            user_id=user_id,
            bot_id=found.bot,
            bot_user_id=found.bot_user,
            bot_token=found.token,
        )

    return AsyncApp(
        name="headnote",
        logger=log,
        authorize=authorize,  # type: ignore[arg-type] # None is allowed there
        # Every listener commits before it is acknowledged.
        process_before_response=True,
        # What nobody listens to is acknowledged by the listeners' error handler.
        raise_error_for_unhandled_request=True,
        # Done before, on the raw body; Bolt would log what it refuses.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


async def _owner(clients: Clients, token: str) -> Installation | None:
    """Whose token it is; None where Slack says that it is nobody's."""
    try:
        told = await clients.bare(token).auth_test()
    except SlackApiError as error:
        if code(error) not in GONE:
            raise
        _log.error("slack.bot_token_refused", why=code(error))
        return None
    return Installation(
        team=str(told.get("team_id") or ""),
        token=token,
        bot=str(told.get("bot_id") or ""),
        bot_user=str(told.get("user_id") or ""),
    )
