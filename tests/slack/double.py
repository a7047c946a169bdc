"""A strict double of Slack on this machine, for the real SDK to talk to.

It refuses what Slack refuses and keeps what people would see:

    async with SlackDouble() as slack:
        client = AsyncWebClient(token=slack.bot_token(), base_url=slack.base_url)
        ...                                    # the app, listening at some address
        slack.tell("http://127.0.0.1:8080/slack/events")       # or by Socket Mode
        ann = slack.staff("UANN")
        answered = await slack.send(ann.dm("May I friend a parent?"))
        await slack.wait_for("chat.postMessage")
        (message,) = slack.shown(ann.direct)
        await slack.send(ann.click(message, "Ask the headteacher"))

Nothing is ever contacted but the app under test.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

from tests.slack.administrator import Administrator
from tests.slack.delivering import Delivering
from tests.slack.elements import Json
from tests.slack.envelope import Answered, Envelope
from tests.slack.reading import Pressable, buttons
from tests.slack.responding import responded
from tests.slack.sockets import Sockets
from tests.slack.staff import Staff, event, room_of
from tests.slack.web_api import Call, WebApi
from tests.slack.world import (
    Clock,
    Message,
    Person,
    Token,
    Workspace,
    World,
)

TEAM = "T1"
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
"""Those of deploy/slack/manifest.yaml, which a test compares."""


class SlackDouble:
    """Slack, as one app meets it.

    Attributes:
        api: What the app called, and what is to go wrong with its calls.
        sockets: Those that the app has open.
        delivering: How the app is told of things, and how long is waited for it.

    """

    def __init__(
        self,
        *,
        signing_secret: str = "signing-secret",  # noqa: S107 - the double's own
        scopes: Iterable[str] = SCOPES,
        clock: Clock = time.time,
    ) -> None:
        self.scopes = frozenset(scopes)
        self.world = World(clock=clock, client_id="1.2", client_secret="client-secret")  # noqa: S106
        self._changed = asyncio.Event()
        self.api = WebApi(self.world, self._notify)
        self.sockets = Sockets(self.world, self._notify)
        self.delivering = Delivering(
            world=self.world, sockets=self.sockets, signing_secret=signing_secret
        )

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.api.answer)
        app.router.add_get("/link", self.sockets.link)
        app.router.add_post("/response/{name}", self._respond)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.delivering.http = ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.sockets.close()
        await self.delivering.http.close()
        await self._runner.cleanup()

    def tell(self, app_url: str) -> None:
        """Deliver by HTTP to an address; without one, through a socket."""
        self.delivering.app_url = app_url

    @property
    def base_url(self) -> str:
        """What the SDK's clients take as their `base_url`."""
        return f"{self.world.url}/api/"

    # Who there is

    def workspace(self, team: str = TEAM) -> Workspace:
        return self.world.workspace(team)

    def bot_token(self, team: str = TEAM) -> str:
        """A token for the app in a workspace, as if it was installed there."""
        token = f"xoxb-{team}-{next(self.world.numbers)}"
        known = Token(workspace=self.workspace(team), scopes=self.scopes)
        self.world.tokens[token] = known
        return token

    def app_token(self) -> str:
        """A token for Socket Mode."""
        token = f"xapp-{next(self.world.numbers)}"
        scopes = frozenset({"connections:write"})
        self.world.tokens[token] = Token(workspace=None, scopes=scopes)
        return token

    def staff(
        self, user: str = "U1", *, team: str = TEAM, name: str = "", email: str = ""
    ) -> Staff:
        """Somebody in a workspace."""
        workspace = self.workspace(team)
        known = workspace.person(user)
        workspace.people[user] = Person(
            id=user, name=name or known.name, email=email or known.email
        )
        return Staff(self.world, workspace, user)

    def administrator(self, team: str = TEAM) -> Administrator:
        """Who installs the app in a workspace, and takes it out again."""
        return Administrator(self.world, self.workspace(team))

    def channel(
        self,
        channel: str,
        *members: str,
        team: str = TEAM,
        bot: bool = True,
        private: bool = False,
    ) -> str:
        """A channel, with the app as a member or without."""
        workspace = self.workspace(team)
        everybody = (*members, workspace.bot) if bot else members
        room_of(workspace, channel, *everybody).private = private
        return channel

    def group(self, name: str, *members: str, team: str = TEAM) -> None:
        """A user group."""
        self.workspace(team).groups[name] = list(members)

    # What is delivered

    async def send(
        self,
        envelope: Envelope,
        *,
        retry: int = 0,
        reason: str = "http_timeout",
        at: float | None = None,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Deliver something, and do with the answer what Slack does.

        Args:
            envelope: What `Staff` or `event` made.
            retry: Which repeat it is, if it is one.
            reason: Why it is repeated.
            at: The time it is signed for, if not now.
            secret: What it is signed with, if not the app's signing secret.
            headers: More of them, or others in their place.

        """
        answered = await self.delivering.send(
            envelope, retry=retry, reason=reason, at=at, secret=secret, headers=headers
        )
        self._notify()
        return answered

    async def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        at: float | None = None,
        secret: str | None = None,
    ) -> Answered:
        """Deliver any bytes by HTTP, signed unless the headers say otherwise."""
        return await self.delivering.post(body, headers, at=at, secret=secret)

    def event(self, told: Json, team: str = TEAM) -> Envelope:
        """Any other event."""
        return event(self.world, self.workspace(team), told)

    def own(self, message: Message) -> Envelope:
        """The event by which Slack tells the app of what the app itself wrote."""
        where = {"channel": message.channel, "channel_type": "im", "bot_id": "B1"}
        return self.event({**message.as_json(), **where}, message.team)

    async def _respond(self, request: web.Request) -> web.Response:
        response = responded(
            self.world, request.match_info["name"], await request.json()
        )
        self._notify()
        return response

    # What came of it

    async def wait_for(self, method: str, n: int = 1, outcome: str = "ok") -> Call:
        """The n-th call of a method that came out so, as soon as there is one."""

        def found() -> list[Call]:
            return [call for call in self.api.called(method) if call.outcome == outcome]

        outcomes = f"{method} {outcome!r}, {n} times"
        await self.until(lambda: len(found()) >= n, outcomes)
        return found()[n - 1]

    async def until(self, true: Callable[[], bool], what: str = "it") -> None:
        """Wait until something is so.

        Raises:
            AssertionError: It did not come about in time.

        """
        try:
            async with asyncio.timeout(self.delivering.patience):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            calls = [
                f"{call.method}: {call.outcome or '...'}" for call in self.api.calls
            ]
            raise AssertionError(f"waited in vain for {what}; {calls=}") from None

    def _notify(self) -> None:
        self._changed.set()

    def shown(
        self, channel: str, *, to: str = "", everybody: bool = False, team: str = TEAM
    ) -> list[Message]:
        """The app's messages in a channel as they are now, in order.

        Args:
            channel: Where.
            to: Somebody whose ephemeral messages are shown as well.
            everybody: Whether what people wrote is shown as well.
            team: In which workspace.

        """
        workspace = self.workspace(team)
        return [
            message
            for message in workspace.messages
            if message.channel == channel
            and message.only_for in {None, to}
            and (everybody or message.by == workspace.bot)
        ]

    def buttons(self, of: Message | Json) -> list[Pressable]:
        """The buttons of a message or a view."""
        return buttons(of)

    def modal(self, user: str, team: str = TEAM) -> Json | None:
        """The modal that somebody has before them."""
        workspace = self.workspace(team)
        stack = workspace.stacks.get(user, [])
        return workspace.views[stack[-1]] if stack else None

    def home(self, user: str, team: str = TEAM) -> Json | None:
        """Somebody's App Home."""
        return self.workspace(team).homes.get(user)
