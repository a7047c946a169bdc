"""Socket Mode: the app dials out, and is told of things through its sockets."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.slack.elements import Json
from tests.slack.envelope import Envelope, Kind
from tests.slack.world import APP, World


@dataclass(slots=True)
class Sockets:
    """The sockets that are open, the oldest first."""

    world: World
    changed: Callable[[], None]
    open: list[web.WebSocketResponse] = field(default_factory=list)
    opened: int = 0
    _acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _requests: dict[int, web.Request] = field(default_factory=dict)

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Let the app in with a ticket of `apps.connections.open`, once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.world.tickets:
            return web.Response(status=401)
        self.world.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        self._requests[id(socket)] = request
        self.opened += 1
        hello = {"type": "hello", "connection_info": {"app_id": APP}}
        await socket.send_json({**hello, "num_connections": len(self.open)})
        self.changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self.open.remove(socket)
            self._requests.pop(id(socket))
            self.changed()
        return socket

    def _acknowledged(self, ack: Json) -> None:
        waiting = self._acks.pop(ack.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(ack)

    async def send(
        self, envelope: Envelope, *, retry: int, reason: str, patience: float
    ) -> Json | None:
        """Deliver through the newest socket; the acknowledgement, or None.

        Raises:
            AssertionError: No socket is open.

        """
        if not self.open:
            raise AssertionError("the app has no socket open")
        name = f"envelope-{next(self.world.numbers)}"
        told: Json = {
            "envelope_id": name,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind is not Kind.EVENT,
        }
        if envelope.kind is Kind.EVENT:
            told |= {"retry_attempt": retry, "retry_reason": reason}
        self._acks[name] = waiting = asyncio.get_running_loop().create_future()
        await self.open[-1].send_json(told)
        try:
            return await asyncio.wait_for(waiting, patience)
        except TimeoutError:
            return None

    async def refresh(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours."""
        told = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
        await self.open[-1].send_json(told)

    async def close(self) -> None:
        """Close every socket in good order."""
        for socket in list(self.open):
            await socket.close()

    def abort(self) -> None:
        """Break every connection without a word."""
        for request in list(self._requests.values()):
            if request.transport is not None:
                request.transport.abort()
