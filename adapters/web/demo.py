"""The demo: anybody on this machine chooses a school, and whom to see it as.

Staff are anonymous, one per browser; a second cookie keeps who that was while the
demo is seen as somebody else.
"""

import secrets
from dataclasses import replace

from aiohttp import web

from adapters.web.inbound import CHANNEL, BadRequestError
from adapters.web.sessions import DEMO, new_token
from adapters.web.site import Site
from bot.conversation import Conversation
from bot.people import HolderId, PersonId, person_at
from bot.persistence.desk import Desk
from bot.persistence.outbox import thread_of
from bot.persistence.register import Person
from knowledge.model import SchoolId

STAFF = f"{DEMO}staff-"
COLLEAGUE = "Demo colleague"


class Demo:
    """The choice of a school and of whom to see it as."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[web.AbstractRouteDef]:
        """What they answer to."""
        return [web.post("/school", self._school), web.post("/as", self._see_as)]

    async def _school(self, request: web.Request) -> web.StreamResponse:
        _, form = await self._site.sessions.posted(request)
        school = SchoolId(form.get("school", ""))
        if school not in self._site.packs:
            raise BadRequestError("there is no such school")
        token, staff = await self._staff(request, school)

        def begin(desk: Desk) -> None:
            self._admit(desk, token, staff)
            desk.outbox.clear(thread_of(staff.id))
            desk.talks.keep({staff.id: Conversation(school)}, self._site.clock())

        await self._site.store.tx(begin)
        raise self._now("/#question", token, staff)

    async def _see_as(self, request: web.Request) -> web.StreamResponse:
        visitor, who, form = await self._site.sessions.posted_by_member(request)
        wanted = form.get("as", "")
        if wanted:
            token, other = new_token(), self._holder(who.school, HolderId(wanted))
        else:
            token, other = await self._staff(request, who.school)

        def switch(desk: Desk) -> None:
            if not who.id.startswith(STAFF):
                desk.register.close_session(visitor.token)
            self._admit(desk, token, other)

        await self._site.store.tx(switch)
        raise self._now("/inbox" if wanted else "/", token, other)

    def _holder(self, school: SchoolId, wanted: HolderId) -> Person:
        roster = self._site.members.roster(school)
        holder = roster.holder(wanted) if roster else None
        for address in holder.addresses if holder else ():
            if holder and address.channel == CHANNEL:
                return Person(person_at(address), school, holder.name)
        raise BadRequestError("there is nobody of that name")

    async def _staff(
        self, request: web.Request, school: SchoolId
    ) -> tuple[str, Person]:
        """The browser's member of staff, as known before, or a new one."""
        token = request.cookies.get(self._cookie, "")
        known = await self._site.sessions.person(token)
        if known and known.id.startswith(STAFF):
            return token, replace(known, school=school)
        fresh = PersonId(f"{STAFF}{secrets.token_hex(8)}")
        return new_token(), Person(fresh, school, COLLEAGUE)

    def _admit(self, desk: Desk, token: str, who: Person) -> None:
        now = self._site.clock()
        desk.register.admit(who, now)
        if desk.register.in_session(token, now) is None:
            self._site.sessions.begin(desk, token, who)

    def _now(self, page: str, token: str, who: Person) -> web.HTTPSeeOther:
        response = web.HTTPSeeOther(page)
        self._site.sessions.remember(response, token)
        if who.id.startswith(STAFF):
            self._site.sessions.remember(response, token, self._cookie)
        return response

    @property
    def _cookie(self) -> str:
        return f"{self._site.sessions.cookie}-staff"
