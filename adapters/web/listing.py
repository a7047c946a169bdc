"""The two lists of escalations: what I have asked, and what I was sent."""

import datetime as dt
from dataclasses import dataclass

from aiohttp import web

from adapters.web import cases, channel, pages
from adapters.web.cases import Case
from adapters.web.pages import Notice
from adapters.web.site import Site
from bot import filing
from bot.actions import Away
from bot.calendar import DAYS, MONTHS
from bot.escalation import World
from bot.people import Holder
from bot.persistence.desk import Desk
from bot.persistence.outbox import Entry, thread_of
from bot.persistence.register import Person
from bot.reply import Button, Choices, Paragraph, Part, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the inbox is made of."""

    thread: tuple[Entry, ...]
    found: tuple[Case, ...]
    until: dt.date | None
    seen: int


class Listing:
    """The pages `/asked` and `/inbox`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[web.AbstractRouteDef]:
        """What they answer to."""
        return [web.get("/asked", self._asked), web.get("/inbox", self._inbox)]

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        visitor, who = await self._site.sessions.member(request)

        def read(desk: Desk) -> tuple[tuple[Entry, ...], tuple[Case, ...]]:
            world = self._world(desk, who)
            found = cases.asked(desk, who.id, world) if world else ()
            return desk.outbox.thread(thread_of(who.id)), found

        thread, found = await self._site.store.tx(read)
        frame = self._site.frame(visitor, "/asked", channel.newest(thread))
        html = pages.asked(frame, found, _notice(request, thread))
        return self._site.sessions.shown(html, visitor)

    async def _inbox(self, request: web.Request) -> web.StreamResponse:
        visitor, who = await self._site.sessions.member(request)
        holder = self._site.holder(who)
        if holder is None:
            raise web.HTTPNotFound

        def read(desk: Desk) -> _Read:
            world = self._world(desk, who)
            return _Read(
                thread=desk.outbox.thread(thread_of(who.id)),
                found=cases.sent(desk, holder.id, world) if world else (),
                until=world.away.get(holder.id) if world else None,
                seen=cases.happened(desk, holder.id, who.school),
            )

        read_now = await self._site.store.tx(read)
        thread, found = read_now.thread, read_now.found
        newest = channel.newest(thread)
        frame = self._site.frame(visitor, "/inbox", newest, read_now.seen)
        away = absence(holder, read_now.until)
        html = pages.inbox(frame, found, _notice(request, thread), away=away)
        return self._site.sessions.shown(html, visitor)

    async def news(self, who: Person, seen: int) -> int:
        """Whether more has happened to what somebody was sent: 1 or 0."""
        holder = self._site.holder(who)
        if holder is None:
            return 0
        me = holder.id
        now = await self._site.store.tx(
            lambda desk: cases.happened(desk, me, who.school)
        )
        return int(now > seen)

    def _world(self, desk: Desk, who: Person) -> World | None:
        now = self._site.clock()
        return filing.world(desk, self._site.members, who.school, now)

    def cards(self, desk: Desk, who: Person, page: str) -> tuple[Reply, ...]:
        """The cards that a page shows somebody, so that their buttons are known."""
        world, holder = self._world(desk, who), self._site.holder(who)
        if world is None:
            return ()
        if page == "/asked":
            return tuple(case.card for case in cases.asked(desk, who.id, world))
        if page == "/inbox" and holder:
            found = cases.sent(desk, holder.id, world)
            until = world.away.get(holder.id)
            return (absence(holder, until), *(case.card for case in found))
        return ()


def absence(holder: Holder, until: dt.date | None) -> Reply:
    """Whether a holder is away, and the buttons to say so."""
    away, back = Away(back=False), Away(back=True)
    if until is None:
        parts: tuple[Part, ...] = (Choices("", (Button("I will be away", away),)),)
    else:
        day = f"{DAYS[until.weekday()]} {until.day} {MONTHS[until.month - 1]}"
        text = f"You are marked as away up to and including {day}."
        buttons = (Button("I am back", back), Button("Change the day", away))
        parts = (Paragraph(text), Choices("", buttons))
    return Reply(parts, f"Absence of {holder.post}")


def _notice(request: web.Request, thread: tuple[Entry, ...]) -> Notice | None:
    """The reply to what was just pressed here, if the browser comes from that."""
    on = request.query.get("on")
    reply = channel.answer(thread)
    return Notice(on, reply.reply) if on is not None and reply else None
