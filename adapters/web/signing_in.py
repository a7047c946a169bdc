"""Signing in by a one-time link, and out.

Nothing here tells whether an address is known: what is said is the same, and whether
a link is sent is decided after it was said.
"""

import asyncio
import datetime as dt
import hashlib
import ipaddress

import structlog
from aiohttp import web

from adapters.web import pages
from adapters.web.limits import Limit
from adapters.web.sessions import new_token
from adapters.web.site import Site
from bot.persistence.desk import Desk
from bot.persistence.register import Person

GOOD_FOR = dt.timedelta(minutes=15)
PER_ADDRESS = 5
PER_CLIENT = 60
"""Links asked for in a quarter of an hour; a whole school may share one client's IP."""
MOST_SENDING = 100
LONGEST_EMAIL = 254

_log = structlog.get_logger()


class SigningIn:
    """The pages `/sign-in`, `/sign-in/<token>` and `/sign-out`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._addresses = Limit(PER_ADDRESS, GOOD_FOR, site.clock)
        self._clients = Limit(PER_CLIENT, GOOD_FOR, site.clock)
        self._sending: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        """What they answer to."""
        return [
            web.get("/sign-in", self._form),
            web.post("/sign-in", self._ask),
            web.get("/sign-in/{token}", self._link),
            web.post("/sign-in/{token}", self._redeem),
            web.post("/sign-out", self._sign_out),
        ]

    async def finish(self) -> None:
        """Wait for the links that are being sent."""
        if self._sending:
            await asyncio.wait(self._sending)

    async def _form(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._site.sessions.visitor(request)
        if visitor.person:
            raise web.HTTPSeeOther("/")
        frame = self._site.frame(visitor, "/sign-in")
        mail = self._site.links is not None
        html = pages.sign_in(frame, mail=mail, sent=False)
        return self._site.sessions.shown(html, visitor)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        visitor, form = await self._site.sessions.posted(request)
        email = form.get("email", "").strip().lower()[:LONGEST_EMAIL]
        self._clients.take(client(request))
        self._addresses.take(hashlib.sha256(email.encode()).hexdigest())
        if len(self._sending) < MOST_SENDING:
            task = asyncio.create_task(self._send(email))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        else:
            _log.error("sign_in.too_many_at_once")
        frame = self._site.frame(visitor, "/sign-in")
        mail = self._site.links is not None
        html = pages.sign_in(frame, mail=mail, sent=True)
        return self._site.sessions.shown(html, visitor)

    async def _send(self, email: str) -> None:
        """Send a link, if whoever has the address may sign in."""
        try:
            who = self._site.members.may_sign_in(email)
            links = self._site.links
            if who is None or links is None:
                return
            token, expires = new_token(), self._site.clock() + GOOD_FOR
            await self._site.store.tx(
                lambda desk: desk.register.invite(token, who, expires)
            )
            await links.send_link(
                email, f"{self._site.place.public_url}/sign-in/{token}"
            )
        except Exception:  # noqa: BLE001 - nobody waits for it: logged
            _log.exception("sign_in.link_not_sent")
        else:
            _log.info("sign_in.link_sent", person=who.id)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        """A button only: programs that read e-mail follow links, and use none up."""
        visitor = await self._site.sessions.visitor(request)
        token, now = request.match_info["token"], self._site.clock()
        who = await self._site.store.tx(lambda desk: desk.register.invited(token, now))
        if who is None:
            return self._used()
        frame = self._site.frame(visitor, "/sign-in")
        return self._site.sessions.shown(pages.link(frame, token), visitor)

    async def _redeem(self, request: web.Request) -> web.StreamResponse:
        visitor, _ = await self._site.sessions.posted(request)
        link, fresh, now = request.match_info["token"], new_token(), self._site.clock()

        def begin(desk: Desk) -> Person | None:
            who = desk.register.redeem(link, now)
            if who is not None:
                desk.register.close_session(visitor.token)
                self._site.sessions.begin(desk, fresh, who)
                desk.ledger.note(
                    at=now, actor=who.id, action="session.opened", about=who.id
                )
            return who

        who = await self._site.store.tx(begin)
        if who is None:
            return self._used()
        response = web.HTTPSeeOther("/inbox" if self._site.holder(who) else "/")
        self._site.sessions.remember(response, fresh)
        raise response

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        visitor, who, _ = await self._site.sessions.posted_by_member(request)
        now = self._site.clock()

        def end(desk: Desk) -> None:
            desk.register.close_session(visitor.token)
            desk.ledger.note(
                at=now, actor=who.id, action="session.closed", about=who.id
            )

        await self._site.store.tx(end)
        response = web.HTTPSeeOther("/sign-in")
        self._site.sessions.forget(response)
        raise response

    def _used(self) -> web.Response:
        text = (
            "This link was used before, or its fifteen minutes are over. If you have "
            "just signed in with it, the start page is open to you; else ask for a "
            "new one there."
        )
        html = pages.trouble("The link no longer works", text, demo=False)
        return web.Response(status=410, text=html, content_type="text/html")


def client(request: web.Request) -> str:
    """The IP address that a request comes from.

    Behind a proxy that is what the proxy says, which is believed only from an address
    inside: anybody can send such a header.
    """
    peer = request.remote or ""
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        inside = ipaddress.ip_address(peer).is_private
        return str(ipaddress.ip_address(said)) if inside and said else peer
    except ValueError:
        return peer
