"""The Web API: who may call what, what goes wrong on demand, and what was called."""

import asyncio
import base64
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

from tests.slack import posting, surfaces
from tests.slack.elements import Json
from tests.slack.world import Asked, Refused, Token, World

Run: TypeAlias = Callable[[Asked], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API.

    Attributes:
        scopes: Any one of them is enough, for a direct message; none is needed
            where there are none.

    """

    run: Run
    scopes: tuple[str, ...] = ()


METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": Method(surfaces.set_session, ("chat:write",)),
    "apps.uninstall": Method(surfaces.uninstall),
    "assistant.threads.setStatus": Method(surfaces.set_status, ("chat:write",)),
    "assistant.threads.setSuggestedPrompts": Method(
        surfaces.set_prompts, ("assistant:write",)
    ),
    "assistant.threads.setTitle": Method(surfaces.set_title, ("assistant:write",)),
    "auth.revoke": Method(surfaces.revoke),
    "auth.test": Method(surfaces.whose),
    "chat.delete": Method(posting.delete, ("chat:write",)),
    "chat.postEphemeral": Method(posting.post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(posting.post, ("chat:write",)),
    "chat.update": Method(posting.update, ("chat:write",)),
    "conversations.history": Method(
        posting.history, ("im:history", "channels:history", "groups:history")
    ),
    "conversations.info": Method(
        posting.info, ("im:read", "channels:read", "groups:read")
    ),
    "conversations.open": Method(posting.open_direct, ("im:write",)),
    "conversations.replies": Method(
        posting.replies, ("im:history", "channels:history", "groups:history")
    ),
    "usergroups.users.list": Method(surfaces.in_group, ("usergroups:read",)),
    "users.info": Method(surfaces.who, ("users:read",)),
    "views.open": Method(surfaces.open_view),
    "views.publish": Method(surfaces.publish_view),
    "views.push": Method(surfaces.push_view),
    "views.update": Method(surfaces.update_view),
}
"""What a bot token calls."""

WITHOUT_BOT_TOKEN = {"apps.connections.open", "oauth.v2.access"}

_JSON = ("blocks", "metadata", "view", "prompts", "loading_messages")


@dataclass(slots=True, kw_only=True)
class Call:
    """A call that the app made.

    Attributes:
        at: By the double's clock, in seconds.
        outcome: "ok", Slack's word for what is wrong, or what was done to it on
            demand; empty while it is under way.

    """

    method: str
    args: Json
    token: str
    at: float
    outcome: str = ""
    answer: Json = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with a call.

    Attributes:
        done: Whether the method is carried out nevertheless.
        hang_up: Whether the connection breaks instead of an answer.
        gate: Where given, the call waits for it, and is then carried out as ever.

    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    done: bool = False
    hang_up: bool = False
    gate: asyncio.Event | None = None


@dataclass(slots=True)
class WebApi:
    """Answers calls, and keeps them."""

    world: World
    changed: Callable[[], None]
    calls: list[Call] = field(default_factory=list)
    faults: defaultdict[str, deque[Fault]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args, token = await _arguments(request)
        call = Call(method=method, args=args, token=token, at=self.world.clock())
        self.calls.append(call)
        self.changed()
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault and fault.gate:
            await fault.gate.wait()
            fault = None
        if fault is None or fault.done:
            call.outcome, call.answer = self._carried_out(call)
        if fault:
            call.outcome = "lost" if fault.done else fault.error or str(fault.status)
        self.changed()
        if fault:
            return _faulty(fault, request)
        return web.json_response(call.answer, headers=self._scopes(token))

    def called(self, method: str) -> list[Call]:
        """Every call of a method so far, whatever came of it."""
        return [call for call in self.calls if call.method == method]

    def limit(self, method: str, times: int = 1, *, retry_after: float = 1) -> None:
        """Answer the next calls with 429."""
        headers = {"Retry-After": f"{retry_after:g}"}
        fault = Fault(status=429, headers=headers, error="ratelimited")
        self.fail(method, fault, times)

    def lose(self, method: str, times: int = 1, *, hang_up: bool = False) -> None:
        """Carry the next calls out, but answer 504, or not at all."""
        self.fail(method, Fault(status=504, done=True, hang_up=hang_up), times)

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Answer the next calls with an error of Slack's."""
        self.fail(method, Fault(error=error), times)

    def fail(self, method: str, fault: Fault | int, times: int = 1) -> None:
        """Let the next calls go wrong: with a status, if nothing else is given."""
        fault = Fault(status=fault) if isinstance(fault, int) else fault
        self.faults[method].extend([fault] * times)

    def hold(self, method: str) -> asyncio.Event:
        """Let the next call wait until the event is set, and go on as ever."""
        gate = asyncio.Event()
        self.fail(method, Fault(gate=gate))
        return gate

    def _carried_out(self, call: Call) -> tuple[str, Json]:
        try:
            return "ok", {"ok": True, **self._run(call)}
        except Refused as refused:
            answer = {"ok": False, "error": refused.error, **refused.more}
            return refused.error, answer

    def _run(self, call: Call) -> Json:
        if call.method == "oauth.v2.access":
            return surfaces.exchange(self.world, call.args)
        token = self._token(call.token)
        if call.method == "apps.connections.open":
            if "connections:write" not in token.scopes:
                raise Refused("not_allowed_token_type")
            ticket = self.world.ts()
            self.world.tickets.add(ticket)
            host = self.world.url.removeprefix("http://")
            return {"url": f"ws://{host}/link?ticket={ticket}"}
        if token.workspace is None:
            raise Refused("not_allowed_token_type")
        method = METHODS.get(call.method)
        if method is None:
            raise Refused("unknown_method", req_method=call.method)
        asked = Asked(
            world=self.world,
            workspace=token.workspace,
            token=call.token,
            scopes=token.scopes,
            args=call.args,
        )
        if method.scopes and not token.scopes & set(method.scopes):
            raise posting.missing_scope(asked, method.scopes[0])
        return method.run(asked)

    def _token(self, name: str) -> Token:
        if not name:
            raise Refused("not_authed")
        token = self.world.tokens.get(name)
        if token is None or token.dead:
            raise Refused(token.dead if token else "invalid_auth")
        return token

    def _scopes(self, name: str) -> dict[str, str]:
        token = self.world.tokens.get(name)
        return {"x-oauth-scopes": ",".join(sorted(token.scopes))} if token else {}


def _faulty(fault: Fault, request: web.Request) -> web.StreamResponse:
    if fault.hang_up and request.transport is not None:
        request.transport.abort()
    if not fault.error:
        return web.Response(status=fault.status, headers=fault.headers)
    answer = {"ok": False, "error": fault.error}
    return web.json_response(answer, status=fault.status, headers=fault.headers)


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """What was asked, and the token: from its header, or from a form."""
    args: Json = dict(request.query)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if request.content_type == "application/json":
        args |= await request.json()
    elif request.can_read_body:
        args |= {key: str(value) for key, value in (await request.post()).items()}
        token = str(args.pop("token", token))
    if token.startswith("Basic "):
        login = base64.b64decode(token.removeprefix("Basic ")).decode()
        client_id, _, client_secret = login.partition(":")
        args |= {"client_id": client_id, "client_secret": client_secret}
        token = ""
    for key in _JSON:
        if isinstance(args.get(key), str):
            args[key] = json.loads(args[key])
    return args, token
