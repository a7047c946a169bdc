"""The processes that `headnote bench store` measures: one that serves, one that dies.

What serves is the real shell on the real store; only its door is a bare one, which
takes turns as JSON and answers 200 once they are committed.
"""

import asyncio
import datetime as dt
import logging
import os
import resource
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from random import SystemRandom

import structlog
from aiohttp import web

from adapters.library import open_library
from bot.actions import EscalationId, decode
from bot.adviser import Adviser
from bot.conversation import Contact
from bot.delivery import Courier
from bot.people import Address, Holder, HolderId, Role, Roster, person_at
from bot.persistence.opening import open_store
from bot.persistence.store import Store
from bot.ports import Channel, Delivery
from bot.timers import Timers
from bot.turn import Activity, Press, Submission, Turn, TurnId, Utterance
from knowledge.model import SchoolId

PULLED, SENT = "bench", "bench-sent"
"""A channel whose people come and look, and one that is sent to."""


class Directory:
    """One head, who comes and looks."""

    def __init__(self, school: SchoolId) -> None:
        head = Holder(
            id=HolderId("head"),
            name="The head",
            post="Headteacher",
            addresses=(Address(PULLED, "head"),),
        )
        self._roster = Roster(
            school=school, holders=(head,), roles=((Role.HEAD, (head.id,)),)
        )

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        """Nobody."""
        del school
        return ()

    def roster(self, school: SchoolId) -> Roster | None:
        """The one head, at whichever school."""
        del school
        return self._roster


def now() -> dt.datetime:
    """The time."""
    return dt.datetime.now(dt.UTC)


def courier(store: Store, channel: Channel) -> Courier:
    """A courier with the pace of every day."""
    return Courier(
        store,
        {SENT: channel},
        Directory(SchoolId("")),
        clock=now,
        owner=secrets.token_hex(8),
        random=SystemRandom(),
    )


class Deadly:
    """A channel in which the process dies."""

    async def send(self, delivery: Delivery) -> str:
        """Die at once, as in a power cut."""
        os.kill(os.getpid(), signal.SIGKILL)
        return delivery.key


def die_sending(url: str) -> None:
    """Claim what waits, and die before it is sent."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )
    asyncio.run(courier(open_store(url), Deadly()).drain())


def serve(url: str, people: int, pipe: Connection) -> None:
    """Serve until terminated; tells its port, topics to press, questions to type."""
    asyncio.run(_serve(url, people, pipe))


async def _serve(url: str, people: int, pipe: Connection) -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    library = open_library()
    name, school = next(iter(sorted(library.schools.items())))
    store = open_store(url, pulled=frozenset({PULLED}))
    directory = Directory(name)
    sends = courier(store, Deadly())
    adviser = Adviser(
        library.schools,
        store,
        directory,
        clock=now,
        new_id=lambda: EscalationId(secrets.token_hex(6)),
        wake=sends.wake,
    )
    timers = Timers(store, directory, clock=now, wake=sends.wake)
    for number in range(people):
        await adviser.begin(person_at(Address(PULLED, f"person-{number}")), name)
    runner = web.AppRunner(_door(adviser), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    questions = [turn for each in school.pack.examples for turn in each.turns[:1]]
    pipe.send((port, sorted(school.pack.positions), questions))
    endless = asyncio.Event()
    await asyncio.gather(sends.run(endless), timers.run(endless))


def _door(adviser: Adviser) -> web.Application:
    async def act(request: web.Request) -> web.Response:
        body = await request.json()
        address = Address(PULLED, body["who"])
        turn = Turn(
            id=TurnId(body["id"]),
            person=person_at(address),
            address=address,
            activity=_activity(body),
        )
        await adviser.handle(turn)
        return web.Response()

    async def usage(_: web.Request) -> web.Response:
        return web.json_response({"cpu": time.process_time(), "rss_mb": _memory()})

    app = web.Application()
    app.router.add_post("/turn", act)
    app.router.add_get("/usage", usage)
    return app


def _activity(body: Mapping[str, str]) -> Activity:
    if "words" in body:
        return Utterance(body["words"])
    action, values = decode(body["action"]), body.get("values")
    if isinstance(values, dict):
        return Submission(action, tuple(values.items()))
    return Press(action)


def _memory() -> float:
    """Megabytes in use now, or at most so far where that cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 if sys.platform != "darwin" else 2**20)
