"""How envelopes reach the app, and what Slack does with the answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from tests.slack import forms
from tests.slack.envelope import Answered, Envelope, Kind, signed
from tests.slack.responding import shown_by_command
from tests.slack.sockets import Sockets
from tests.slack.world import World


@dataclass(slots=True, kw_only=True)
class Delivering:
    """Delivers by HTTP, signed, or through the newest socket.

    Attributes:
        app_url: Where the app takes deliveries; empty for Socket Mode.
        patience: Seconds that an acknowledgement through a socket is waited for.

    """

    world: World
    sockets: Sockets
    signing_secret: str
    app_url: str = ""
    patience: float = 5.0
    http: ClientSession = field(init=False)

    async def send(
        self,
        envelope: Envelope,
        *,
        retry: int,
        reason: str,
        at: float | None,
        secret: str | None,
        headers: Mapping[str, str] | None,
    ) -> Answered:
        if self.app_url:
            body, content_type = envelope.body()
            more = {"Content-Type": content_type}
            if retry:
                more["X-Slack-Retry-Num"] = str(retry)
                more["X-Slack-Retry-Reason"] = reason
            more |= headers or {}
            answered = await self.post(body, more, at=at, secret=secret)
        else:
            answered = await self._through_socket(envelope, retry, reason)
        self._settle(envelope, answered)
        return answered

    async def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        at: float | None,
        secret: str | None,
    ) -> Answered:
        stamp = self.world.clock() if at is None else at
        signing = self.signing_secret if secret is None else secret
        every = {**signed(body, signing, stamp), **headers}
        begun = time.monotonic()
        async with self.http.post(self.app_url, data=body, headers=every) as answer:
            return Answered(
                status=answer.status,
                text=await answer.text(),
                headers=dict(answer.headers),
                seconds=time.monotonic() - begun,
            )

    async def _through_socket(
        self, envelope: Envelope, retry: int, reason: str
    ) -> Answered:
        begun = time.monotonic()
        ack = await self.sockets.send(
            envelope, retry=retry, reason=reason, patience=self.patience
        )
        text = web.json_response((ack or {}).get("payload") or {}).text or ""
        seconds = time.monotonic() - begun
        status = 0 if ack is None else 200
        return Answered(status=status, text=text, headers={}, seconds=seconds)

    def _settle(self, envelope: Envelope, answered: Answered) -> None:
        payload = envelope.payload
        if envelope.kind is Kind.COMMAND:
            shown_by_command(self.world, payload, answered)
        elif payload["type"] == "view_submission":
            workspace = self.world.workspace(payload["team"]["id"])
            forms.settle(self.world, workspace, payload, answered)
