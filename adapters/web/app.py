"""The browser's edge: the chat, and all that the site answers to.

Every form is checked as a stranger's: the host asked for, the origin, a token bound
to the session, sizes, and how often.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from adapters.web import channel, inbound, pages
from adapters.web.demo import Demo
from adapters.web.limits import Limit
from adapters.web.listing import Listing
from adapters.web.signing_in import SigningIn
from adapters.web.site import Site
from bot.actions import Away, Handle
from bot.adviser import Handled
from bot.persistence.desk import Desk
from bot.persistence.outbox import Entry, thread_of
from bot.persistence.register import Person
from bot.reply import Reply
from bot.turn import Turn, Utterance

TURNS = 30
"""A minute, for one person."""
LONGEST_NUMBER = 18


class Web:
    """The site's routes, over an adviser and its store."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._listing = Listing(site)
        self._signing_in = SigningIn(site)
        self._turns = Limit(TURNS, dt.timedelta(minutes=1), site.clock)

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the site answers to."""
        site = self._site
        doors = Demo(site).routes() if site.place.demo else self._signing_in.routes()
        return [
            web.get("/", self._page),
            web.post("/ask", self._turn),
            web.post("/new", self._anew),
            web.get("/news", self._news),
            *self._listing.routes(),
            *doors,
            web.static("/static", Path(__file__).parent / "static"),
        ]

    async def finish(self) -> None:
        """Wait for what was begun and nobody waits for."""
        await self._signing_in.finish()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._site.sessions.visitor(request)
        if visitor.person is None and self._site.place.demo:
            html = pages.start(self._site.frame(visitor, "/"))
            return self._site.sessions.shown(html, visitor)
        visitor, who = await self._site.sessions.member(request)
        if who.school not in self._site.packs:
            return self._without_policy()
        entries = await self._thread(who)
        frame = self._site.frame(visitor, "/", channel.newest(entries))
        thread = channel.view(entries, _number(request.query.get("after")))
        return self._site.sessions.shown(pages.conversation(frame, thread), visitor)

    def _without_policy(self) -> web.Response:
        text = (
            "Your school's policy is not here yet. Please tell whoever runs Headnote."
        )
        html = pages.trouble("Nothing to ask yet", text, demo=self._site.place.demo)
        return web.Response(status=503, text=html, content_type="text/html")

    async def _thread(self, who: Person) -> tuple[Entry, ...]:
        own = thread_of(who.id)
        return await self._site.store.tx(lambda desk: desk.outbox.thread(own))

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        _, who, form = await self._site.sessions.posted_by_member(request)
        self._turns.take(who.id)
        labels = await self._labels(who, form)
        turn = inbound.turn_from_form(form, who.id, labels)
        if await self._site.adviser.handle(turn) is Handled.NO_SCHOOL:
            # Conversations are forgotten after some time: this begins another.
            await self._site.adviser.begin(who.id, who.school)
            if await self._site.adviser.handle(turn) is Handled.NO_SCHOOL:
                return self._without_policy()
        raise web.HTTPSeeOther(_back(form, turn))

    async def _labels(self, who: Person, form: Mapping[str, str]) -> dict[str, str]:
        """The words on the buttons that somebody sees, by action."""
        if "action" not in form:
            return {}
        page = inbound.back(form)

        def read(desk: Desk) -> list[Reply]:
            said = [entry.reply for entry in desk.outbox.thread(thread_of(who.id))]
            return [*self._listing.cards(desk, who, page), *said]

        return channel.labels(await self._site.store.tx(read))

    async def _anew(self, request: web.Request) -> web.StreamResponse:
        _, who, _ = await self._site.sessions.posted_by_member(request)
        own = thread_of(who.id)
        await self._site.store.tx(lambda desk: desk.outbox.clear(own))
        await self._site.adviser.begin(who.id, who.school)
        raise web.HTTPSeeOther("/#question")

    async def _news(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._site.sessions.visitor(request)
        if visitor.person is None:
            return web.json_response({"count": 0}, status=401)
        after = _number(request.query.get("after"))
        entries = await self._thread(visitor.person)
        count = channel.news(entries, after)
        if "seen" in request.query and not count:
            seen = _number(request.query["seen"])
            count = await self._listing.news(visitor.person, seen)
        return web.json_response({"count": count})


def _number(text: str | None) -> int:
    """A number from a query; 0 where it is none."""
    fits = text is not None and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if fits and text else 0


def _back(form: Mapping[str, str], turn: Turn) -> str:
    """Where the reply to a turn is shown: where it was pressed."""
    page = inbound.back(form)
    if page == "/" or isinstance(turn.activity, Utterance):
        return "/#latest"
    match turn.activity.action:
        case Handle(escalation):
            on: str = escalation
        case Away():
            on = "away"
        case _:
            on = ""
    return f"{page}?on={on}#notice"
