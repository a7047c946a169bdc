"""Whether the process is up, and whether it is ready for work; no details."""

import asyncio

import structlog
from aiohttp import web

from bot.persistence.store import Store

PATIENCE = 3.0
"""Seconds that the store has for an answer."""

_log = structlog.get_logger()


class Health:
    """The probes `/healthz` and `/readyz`."""

    def __init__(self, store: Store, *, loaded: bool) -> None:
        self._store = store
        self._loaded = loaded
        self._stopping = False

    def routes(self) -> list[web.AbstractRouteDef]:
        """What they answer to."""
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready)]

    async def stop(self, _: web.Application) -> None:
        """From now on it is not ready."""
        self._stopping = True

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        if self._loaded and not self._stopping and await self._answers():
            return web.Response(text="ready\n")
        return web.Response(status=503, text="not ready\n")

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._store.tx(lambda desk: desk.outbox.waiting())
        except Exception:  # noqa: BLE001 - whatever it is, it is not ready
            _log.exception("store.does_not_answer")
            return False
        return True
