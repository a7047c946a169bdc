"""The service that is killed: the real shell on a real store, behind a thin door.

Only the two ends are made up: a door that takes turns as JSON, and a channel that
posts to the messenger of the run. Both speak HTTP over sockets in the run's folder.
"""

import asyncio
import datetime as dt
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from random import Random
from uuid import uuid4

import structlog
from aiohttp import ClientError, ClientSession, UnixConnector, web

from adapters.library import Library, open_library
from bot.actions import EscalationId, decode, encode
from bot.adviser import Adviser
from bot.delivery import Pace
from bot.people import Address, person_at
from bot.persistence.opening import open_store
from bot.plain_text import plain
from bot.ports import Delivery, DeliveryError
from bot.reply import Button, Choices, Form
from bot.timers import Timers
from bot.turn import Activity, Press, Submission, Turn, TurnId, Utterance
from knowledge.model import SchoolId
from tests.crash.mutants import Mutant, adviser_of, courier_of
from tests.crash.schools import CHANNEL, ROSTERS, Directory

SMALL = Path(__file__).parents[1] / "small"
MESSENGER = "http://messenger"
BUSY = 429
FAILED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One process of the service.

    Attributes:
        door: The socket on which it takes turns.
        messenger: The socket of the messenger that it posts to.
        cache: Where the small library's index is kept, for all processes.
        lease: Seconds for which a message that is being sent is held.
        failpoints: With what chance the process dies at each point.

    """

    database: str
    door: Path
    messenger: Path
    cache: Path
    log: Path
    owner: str
    seed: int
    lease: float
    failpoints: Mapping[str, float]
    mutant: Mutant


def serve(plan: Plan) -> None:
    """Serve until killed, told to stop, or left alone by the run that started it."""
    with plan.log.open("a") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    asyncio.run(_serve(plan))


async def _serve(plan: Plan) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    parent = parent_process()
    if parent:
        loop.add_reader(parent.sentinel, os._exit, 1)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    fates = Random(plan.seed)

    def failpoint(name: str) -> None:
        if fates.random() < plan.failpoints.get(name, 0):
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_store(plan.database, failpoint=failpoint)
    school = small_library(plan.cache).school("oakfield")
    async with ClientSession(connector=UnixConnector(str(plan.messenger))) as http:
        courier = courier_of(plan.mutant)(
            store,
            {CHANNEL: Wire(http, plan.owner)},
            Directory(),
            clock=_now,
            owner=plan.owner,
            random=fates,
            pace=Pace(lease=plan.lease, poll=0.2),
            failpoint=failpoint,
        )
        adviser = adviser_of(plan.mutant)(
            dict.fromkeys(ROSTERS, school),
            store,
            Directory(),
            clock=_now,
            new_id=lambda: EscalationId(uuid4().hex[:12]),
            wake=courier.wake,
        )
        timers = Timers(
            store, Directory(), clock=_now, wake=courier.wake, every=plan.lease / 10
        )
        runner = web.AppRunner(_door(adviser), access_log=None)
        await runner.setup()
        plan.door.unlink(missing_ok=True)
        await web.UnixSite(runner, str(plan.door)).start()
        loops = asyncio.gather(courier.run(stop), timers.run(stop))
        await stop.wait()
        await runner.cleanup()
        courier.wake()
        await loops
    await store.close()


def small_library(cache: Path) -> Library:
    """The tests' own library, learnt once a cache."""
    return open_library(
        topics=SMALL / "topics", packs=SMALL / "packs", cache=cache, meaning="off"
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _door(adviser: Adviser) -> web.Application:
    async def act(request: web.Request) -> web.Response:
        body = await request.json()
        address = Address(CHANNEL, body["who"])
        turn = Turn(
            id=TurnId(body["id"]),
            person=person_at(address),
            address=address,
            activity=_activity(body),
            schools=(SchoolId(body["school"]),),
        )
        handled = await adviser.handle(turn)
        return web.json_response({"handled": handled.value})

    app = web.Application()
    app.router.add_post("/turn", act)
    return app


def _activity(body: Mapping[str, str]) -> Activity:
    if "words" in body:
        return Utterance(body["words"])
    action = decode(body["action"])
    values = body.get("values")
    if isinstance(values, dict):
        return Submission(action, tuple(values.items()))
    return Press(action)


class Wire:
    """The channel: what is sent is posted; before a repeat the past is looked up."""

    def __init__(self, http: ClientSession, owner: str) -> None:
        self._http = http
        self._owner = owner

    async def send(self, delivery: Delivery) -> str:
        """Post a message, unless an earlier attempt turns out to have got through."""
        try:
            if delivery.attempts > 1:
                found = await self._posted(delivery.key)
                if found:
                    return found
            return await self._post(delivery)
        except (ClientError, OSError) as error:
            raise DeliveryError("no answer", retryable=True) from error

    async def _posted(self, key: str) -> str:
        where = f"{MESSENGER}/history"
        async with self._http.get(where, params={"key": key}) as response:
            return str((await response.json())["ref"])

    async def _post(self, delivery: Delivery) -> str:
        about = delivery.about
        body = {
            "key": delivery.key,
            "sender": self._owner,
            "to": delivery.address.id,
            "text": plain(delivery.reply),
            "purpose": about.purpose if about else "",
            "escalation": about.escalation if about else "",
            "buttons": {b.label: encode(b.action) for b in _buttons(delivery)},
        }
        async with self._http.post(f"{MESSENGER}/post", json=body) as response:
            if response.status == BUSY:
                wait = float(response.headers["Retry-After"])
                raise DeliveryError("busy", retryable=True, retry_after=wait)
            if response.status >= FAILED:
                raise DeliveryError(f"{response.status}", retryable=True)
            return str((await response.json())["ref"])


def _buttons(delivery: Delivery) -> tuple[Button, ...]:
    shown: list[Button] = []
    for part in delivery.reply.parts:
        match part:
            case Choices(_, buttons):
                shown += buttons
            case Form(send=send):
                shown.append(send)
            case _:
                pass
    return tuple(shown)
