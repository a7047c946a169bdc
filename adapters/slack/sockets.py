"""Socket Mode: Slack reached from within, for a school without a public address."""

import asyncio

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.slack.clients import FAILURES, Clients, code, failure, log

PING = 10.0
"""Seconds between two looks whether the socket still works."""

_log = structlog.get_logger()


class Socket:
    """One connection to Slack, kept up."""

    def __init__(
        self, app: AsyncApp, token: str, clients: Clients, *, ping: float = PING
    ) -> None:
        self._app = app
        self._token = token
        self._clients = clients
        self._ping = ping
        self._running: AsyncSocketModeHandler | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Be connected until told to stop; a refused token is told, once."""
        client = self._clients.bare()
        try:
            await client.apps_connections_open(app_token=self._token)
        except FAILURES as error:
            if not failure(error).retryable:
                # The SDK would ask again and again, and say nothing.
                _log.error("slack.app_token_refused", why=code(error))
                await stop.wait()
                return
        running = AsyncSocketModeHandler(
            self._app,
            self._token,
            logger=log,
            web_client=client,
            ping_interval=self._ping,
        )
        self._running = running
        connecting = asyncio.create_task(_connect(running))
        try:
            await stop.wait()
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            self._running = None
            await running.close_async()  # type: ignore[no-untyped-call]

    async def healthy(self) -> bool:
        """Whether it is connected just now."""
        running = self._running
        return running is not None and bool(await running.client.is_connected())


async def _connect(running: AsyncSocketModeHandler) -> None:
    await running.connect_async()  # type: ignore[no-untyped-call]
