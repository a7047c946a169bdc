"""Who a browser is: its cookie, its session, and the forms it may post.

The cookie's token also stands for somebody who has not signed in; it is then known to
nobody, and binds their forms to their browser. Whoever signs in gets a new one.
"""

import datetime as dt
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from adapters.web import inbound
from adapters.web.guarding import Place
from adapters.web.inbound import CHANNEL, BadRequestError
from bot.conversation import Conversation
from bot.persistence.desk import Desk
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.ports import Clock

LASTS = dt.timedelta(hours=12)
DEMO = f"{CHANNEL}:demo-"
"""How the ids of the demo's people begin; no e-mail address leads to one."""
TOO_OLD = "the page is too old"
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{43}$")


def new_token() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser that asks for something.

    Attributes:
        token: Its cookie's, or one that it is given with the response.
        person: Who has signed in with it.
        known: Whether the browser has the token already.

    """

    token: str
    person: Person | None
    known: bool

    @property
    def csrf(self) -> str:
        """What its forms must carry; tells nothing about the token."""
        return hmac.new(self.token.encode(), b"headnote form", "sha256").hexdigest()


class Sessions:
    """Reads and sets cookies; knows who a token stands for."""

    def __init__(self, store: Store, clock: Clock, place: Place) -> None:
        self._store = store
        self._clock = clock
        self._place = place

    @property
    def cookie(self) -> str:
        """The cookie's name; with its prefix no other host can set it."""
        return "__Host-headnote" if self._place.secure else "headnote"

    async def visitor(self, request: web.Request) -> Visitor:
        """Who asks."""
        token = request.cookies.get(self.cookie, "")
        if not _TOKEN.match(token):
            return Visitor(new_token(), None, known=False)
        return Visitor(token, await self.person(token), known=True)

    async def person(self, token: str) -> Person | None:
        """Who a token stands for: the demo's people in the demo, others elsewhere."""
        if not _TOKEN.match(token):
            return None
        now = self._clock()
        who = await self._store.tx(lambda desk: desk.register.in_session(token, now))
        if who is None or who.id.startswith(DEMO) != self._place.demo:
            return None
        return who

    async def member(self, request: web.Request) -> tuple[Visitor, Person]:
        """Who asks, if they have signed in; else they are led to where they can."""
        return self._member(await self.visitor(request))

    def _member(self, visitor: Visitor) -> tuple[Visitor, Person]:
        if visitor.person is None:
            raise web.HTTPSeeOther("/" if self._place.demo else "/sign-in")
        return visitor, visitor.person

    async def posted(self, request: web.Request) -> tuple[Visitor, Mapping[str, str]]:
        """A form, and who posted it.

        Raises:
            BadRequestError: It comes from another site, or from an older page.

        """
        origin = request.headers.get("Origin")
        if origin is not None and not self._place.ours(origin, request.host):
            raise BadRequestError("the form came from another site")
        if request.content_type != "application/x-www-form-urlencoded":
            raise BadRequestError("the form cannot be read")
        form = inbound.fields(await request.read())
        visitor = await self.visitor(request)
        given = form.get("csrf", "").encode()
        if not visitor.known or not hmac.compare_digest(given, visitor.csrf.encode()):
            raise BadRequestError(TOO_OLD)
        return visitor, form

    async def posted_by_member(
        self, request: web.Request
    ) -> tuple[Visitor, Person, Mapping[str, str]]:
        """A form posted by somebody who has signed in.

        Raises:
            BadRequestError: As for `posted`.

        """
        visitor, form = await self.posted(request)
        _, who = self._member(visitor)
        return visitor, who, form

    def begin(self, desk: Desk, token: str, who: Person) -> None:
        """Begin a session of somebody who was admitted."""
        now = self._clock()
        desk.register.open_session(token, who.id, now + LASTS)
        talk = desk.talks.of((who.id,)).get(who.id)
        if talk is None or talk.conversation.school != who.school:
            desk.talks.keep({who.id: Conversation(who.school)}, now)

    def remember(
        self, response: web.StreamResponse, token: str, name: str = ""
    ) -> None:
        """Give the browser a token."""
        response.set_cookie(
            name or self.cookie,
            token,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self._place.secure,
            httponly=True,
            samesite="Lax",  # a link in an e-mail must find whoever has signed in
        )

    def forget(self, response: web.StreamResponse) -> None:
        """Take the token away from the browser."""
        response.del_cookie(
            self.cookie,
            path="/",
            secure=self._place.secure,
            httponly=True,
            samesite="Lax",
        )

    def shown(self, html: str, visitor: Visitor) -> web.Response:
        """A page for a visitor; who has no token gets theirs with it."""
        response = web.Response(text=html, content_type="text/html")
        if not visitor.known:
            self.remember(response, visitor.token)
        return response
