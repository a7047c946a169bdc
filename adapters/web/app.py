"""The browser's edge: verify, hand over, show.

Without sign-in there is nothing here to impersonate, yet every form is checked as a
stranger's: the host asked for, the origin, a token bound to the session, sizes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import web

from adapters.web import pages
from adapters.web.channel import Threads
from adapters.web.inbound import BadRequestError, turn_from_form
from bot.adviser import Adviser
from bot.turn import PersonId, Press
from knowledge import School
from knowledge.matching import clean
from knowledge.model import SchoolId

MOST_BYTES = 512 * 1024
MOST_SHOWN = 2000
COOKIE = "headnote"
LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = structlog.get_logger()


class Web:
    """The page's routes, over an adviser and its threads."""

    def __init__(
        self, adviser: Adviser, threads: Threads, schools: dict[SchoolId, School]
    ) -> None:
        self._adviser = adviser
        self._threads = threads
        self._packs = [school.pack for school in schools.values()]
        self._school_of: dict[PersonId, SchoolId] = {}
        self._secret = secrets.token_bytes(32)

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the page answers to."""
        return [
            web.get("/", self._page),
            web.post("/school", self._choose_school),
            web.post("/ask", self._turn),
            web.static("/static", Path(__file__).parent / "static"),
        ]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        known = request.cookies.get(COOKIE, "")
        session = known if _plausible(known) else secrets.token_urlsafe(32)
        person = self._person(session)
        entries = self._threads.entries(person)
        school = self._school_of.get(person)
        html = pages.conversation(self._packs, school, entries, self._csrf(session))
        response = web.Response(text=html, content_type="text/html")
        if session != known:
            response.set_cookie(
                COOKIE, session, httponly=True, samesite="Strict", path="/"
            )
        return response

    async def _choose_school(self, request: web.Request) -> web.StreamResponse:
        form, person = await self._verified(request)
        name = form.get("school")
        packs = {pack.school for pack in self._packs}
        if not isinstance(name, str) or name not in packs:
            raise BadRequestError("there is no such school")
        school = SchoolId(name)
        self._threads.open(person)
        self._remember(person, school)
        await self._adviser.begin(person, school)
        raise web.HTTPSeeOther("/#question")

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        form, person = await self._verified(request)
        turn = turn_from_form(form, person)
        entries = self._threads.entries(person)
        if isinstance(turn.activity, Press):
            shown = pages.label_of(entries, str(form["action"]))
        else:
            shown = clean(turn.activity.text[:MOST_SHOWN]) or "(nothing)"
        if not await self._adviser.seen(turn):
            self._threads.asked(person, shown)
        if not await self._adviser.handle(turn):
            raise web.HTTPSeeOther("/")
        raise web.HTTPSeeOther("/#latest")

    async def _verified(
        self, request: web.Request
    ) -> tuple[dict[str, object], PersonId]:
        session = request.cookies.get(COOKIE, "")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"{request.scheme}://{request.host}":
            raise BadRequestError("the form came from another site")
        form: dict[str, object] = dict(await request.post())
        token = form.get("csrf")
        if not _plausible(session) or not isinstance(token, str):
            raise BadRequestError("the page is too old")
        if not hmac.compare_digest(token.encode(), self._csrf(session).encode()):
            raise BadRequestError("the page is too old")
        return form, self._person(session)

    def _person(self, session: str) -> PersonId:
        return PersonId(hashlib.sha256(session.encode()).hexdigest()[:32])

    def _csrf(self, session: str) -> str:
        return hmac.new(self._secret, session.encode(), "sha256").hexdigest()

    def _remember(self, person: PersonId, school: SchoolId) -> None:
        self._school_of.pop(person, None)
        self._school_of[person] = school
        while len(self._school_of) > 2000:  # noqa: PLR2004 - as many as threads
            self._school_of.pop(next(iter(self._school_of)))


def _plausible(session: str) -> bool:
    return 32 <= len(session) <= 64 and session.isascii() and session.isprintable()  # noqa: PLR2004


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Local hosts only, security headers on everything, civil error pages."""
    response: web.StreamResponse
    try:
        if request.host.rsplit(":", 1)[0] not in LOCAL and request.host not in LOCAL:
            response = _page(400, "Nothing here", "Only this machine is served.")
        else:
            response = await handler(request)
    except web.HTTPRequestEntityTooLarge:
        response = _page(413, "That was too long", "Ask in a few sentences, please.")
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004
            error.headers.update(HEADERS)
            raise
        response = _page(error.status, "Nothing here", "The page is at the start.")
    except BadRequestError as error:
        text = f"Your question was not sent: {error}. Open the page again."
        response = _page(400, "That did not work", text)
    except Exception:  # noqa: BLE001 - the boundary: logged, then a civil page
        _log.exception("web.failed", path=request.path)
        text = "Something broke on our side, and your question was not answered."
        response = _page(500, "That did not work", text)
    response.headers.update(HEADERS)
    return response


def _page(status: int, title: str, text: str) -> web.Response:
    html = pages.trouble(title, text)
    return web.Response(status=status, text=html, content_type="text/html")
