"""How fast it is: signed event in, reply posted, beside a bare Bolt echo app.

`python -m tests.slack.bench [EVENTS]`. Each app runs in a process of its own on one
core; what sends events and stands in for Slack runs on another. The echo app verifies,
dispatches and posts the same number of characters back, and does nothing else; the
"stock" one is the same as Bolt's documentation writes it, with `say` and Bolt's own
client, which opens a connection for every call. All
get the same events: messages in threads, of as many people as there are events to four
each, since beyond that Slack wants a second between messages.
"""

import argparse
import asyncio
import datetime as dt
import itertools
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from adapters.library import open_library
from adapters.slack.app import Placed, SlackSettings, build
from bot.actions import EscalationId
from bot.adviser import Adviser
from bot.delivery import Courier
from bot.persistence.opening import open_store
from bot.ports import Channel
from knowledge import School
from tests.fakes import FakeDirectory
from tests.slack.envelope import signed

ERROR = 40
SECRET = "signing-secret"  # noqa: S105 - the stand-in's own
TOKEN = "xoxb-1"  # noqa: S105
IN_FLIGHT = 64
EACH = 4
QUESTIONS = (
    "may I accept a friend request from a parent?",
    "can I post a photo of the class on my own account",
    "a pupil messaged me on instagram what do i do",
    "am I allowed to say where I work",
)
Serve = Callable[[str, Connection, Path], None]


@dataclass(slots=True)
class StandIn:
    """As much of Slack as answers at once, and when each reply was posted."""

    replies: dict[str, "asyncio.Future[float]"] = field(default_factory=dict)
    calls: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        args: dict[str, object] = dict(request.query)
        if request.content_type == "application/json":
            args |= await request.json()
        else:
            args |= await request.post()
        self.calls += 1
        told: dict[str, object] = {"ok": True}
        match method:
            case "chat.postMessage":
                thread = str(args.get("thread_ts"))
                self.replies[thread].set_result(time.perf_counter())
                told |= {"ts": f"1.{self.calls:06}", "channel": args["channel"]}
            case "conversations.open":
                told |= {"channel": {"id": f"D{str(args['users'])[1:]}"}}
            case "auth.test":
                told |= {"team_id": "T1", "user_id": "UBOT", "bot_id": "B1"}
            case "users.info":
                told |= {"user": {"real_name": "Ann Example"}}
            case _:
                pass
        return web.json_response(told)


def echo(api: str, ready: Connection, _: Path) -> None:
    """A bare Bolt app that posts back what it was told."""

    async def serve() -> None:
        session = aiohttp.ClientSession()
        client = AsyncWebClient(token=TOKEN, base_url=api, session=session)
        app = AsyncApp(client=client, signing_secret=SECRET)

        @app.event("message")
        async def said(event: dict[str, str], client: AsyncWebClient) -> None:
            await client.chat_postMessage(
                channel=event["channel"],
                thread_ts=event["thread_ts"],
                text=event["text"] * 20,
            )

        async def events(request: web.Request) -> web.Response:
            done = await app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(done)

        await _listen([web.post("/slack/events", events)], ready)

    asyncio.run(serve())


def stock(api: str, ready: Connection, _: Path) -> None:
    """The same as Bolt's own documentation writes it: `say`, and Bolt's own client."""

    async def serve() -> None:
        client = AsyncWebClient(token=TOKEN, base_url=api)
        app = AsyncApp(client=client, signing_secret=SECRET)

        @app.event("message")
        async def said(event: dict[str, str], say: AsyncSay) -> None:
            await say(text=event["text"] * 20, thread_ts=event["thread_ts"])

        async def events(request: web.Request) -> web.Response:
            done = await app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(done)

        await _listen([web.post("/slack/events", events)], ready)

    asyncio.run(serve())


def headnote(api: str, ready: Connection, folder: Path) -> None:
    """The adviser with a shipped school, and a store in a file."""
    _adviser(api, ready, folder, open_library().school("polymat"))


def small(api: str, ready: Connection, folder: Path) -> None:
    """The adviser with the tests' small school: nearly nothing to match against."""
    here = Path(__file__).parents[1] / "small"
    library = open_library(
        topics=here / "topics", packs=here / "packs", cache=folder / "cache"
    )
    _adviser(api, ready, folder, library.school("oakfield"))


def _adviser(api: str, ready: Connection, folder: Path, school: School) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(ERROR))
    name = school.pack.school
    store = open_store(f"sqlite:///{folder / 'headnote.db'}")

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    async def serve() -> None:
        channels: dict[str, Channel] = {}
        directory = FakeDirectory()
        courier = Courier(
            store,
            channels,
            directory,
            clock=clock,
            owner="bench",
            random=Random(1),
        )
        numbers = itertools.count(1)
        adviser = Adviser(
            {name: school},
            store,
            directory,
            clock=clock,
            new_id=lambda: EscalationId(f"{next(numbers):08}"),
            wake=courier.wake,
        )
        slack = build(
            SlackSettings(signing_secret=SECRET, bot_token=TOKEN),
            store=store,
            adviser=adviser,
            placed=(Placed(school=name),),
            directory=directory,
            clock=clock,
            wake=courier.wake,
            api=api,
        )
        channels["slack"] = slack.channel
        delivering = asyncio.create_task(courier.run(asyncio.Event()))
        await _listen(slack.routes(), ready)
        await delivering

    asyncio.run(serve())


async def _listen(routes: list[web.AbstractRouteDef], ready: Connection) -> None:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ready.send(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await asyncio.Event().wait()


def _on_core(core: int, serve: Serve, api: str, ready: Connection, at: Path) -> None:
    os.sched_setaffinity(0, {core})
    serve(api, ready, at)


def message(number: int) -> tuple[str, bytes]:
    """An event: somebody writes in a thread; the thread, and the body."""
    user, thread = f"U{number // EACH:06}", f"1700000000.{number:06}"
    event = {
        "type": "message",
        "channel": f"D{number // EACH:06}",
        "channel_type": "im",
        "user": user,
        "text": QUESTIONS[number % len(QUESTIONS)],
        "ts": f"1700000001.{number:06}",
        "thread_ts": thread,
        "event_ts": f"1700000001.{number:06}",
    }
    told = {
        "token": "t",
        "team_id": "T1",
        "api_app_id": "A1",
        "type": "event_callback",
        "event_id": f"Ev{number:08}",
        "event_time": 1700000001,
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "event": event,
    }
    return thread, json.dumps(told).encode()


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Attributes:
        rate: Events a second.
        cpu: Milliseconds of the app's processor time for an event.
        acks: Milliseconds from each event to its acknowledgement,
        replies: and to its reply.

    """

    rate: float
    cpu: float
    acks: list[float]
    replies: list[float]

    def __str__(self) -> str:
        def ms(values: list[float]) -> str:
            cuts = statistics.quantiles(values, n=100)
            return f"p50 {cuts[49]:.1f} p95 {cuts[94]:.1f} p99 {cuts[98]:.1f} ms"

        return (
            f"{self.rate:,.0f} events/s; cpu {self.cpu:.2f} ms; "
            f"ack {ms(self.acks)}; reply {ms(self.replies)}"
        )


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def drive(
    url: str, stand_in: StandIn, numbers: range, at_once: int, pid: int
) -> Figures:
    """Send events, so many at once; each is done with when its reply was posted."""
    left = deque(message(number) for number in numbers)
    acks: list[float] = []
    replies: list[float] = []
    begun, before = time.perf_counter(), _cpu(pid)
    async with asyncio.timeout(300), aiohttp.ClientSession() as http:

        async def one_after_the_other() -> None:
            while left:
                thread, body = left.popleft()
                reply = asyncio.get_running_loop().create_future()
                stand_in.replies[thread] = reply
                headers = {
                    "Content-Type": "application/json",
                    **signed(body, SECRET, time.time()),
                }
                sent = time.perf_counter()
                async with http.post(url, data=body, headers=headers) as answered:
                    await answered.read()
                    assert answered.status == 200, answered.status
                acks.append((time.perf_counter() - sent) * 1000)
                replies.append((await reply - sent) * 1000)

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    rate = len(numbers) / (time.perf_counter() - begun)
    cpu = (_cpu(pid) - before) * 1000 / len(numbers)
    return Figures(rate=rate, cpu=cpu, acks=acks, replies=replies)


async def measure(serve: Serve, events: int) -> tuple[Figures, Figures]:
    """Many at once, and one at a time."""
    stand_in = StandIn()
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/api/{method}", stand_in.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(
            target=_on_core,
            args=(0, serve, api, theirs, Path(folder)),
            daemon=True,
        )
        process.start()
        try:
            url: str = await asyncio.to_thread(ours.recv)
            warm, pid = 50 * EACH, process.pid or 0
            await drive(url, stand_in, range(warm), IN_FLIGHT, pid)
            timed = range(warm, warm + events)
            many = await drive(url, stand_in, timed, IN_FLIGHT, pid)
            single = range(warm + events, warm + events + 50 * EACH)
            one = await drive(url, stand_in, single, 1, pid)
        finally:
            process.terminate()
            process.join()
            await runner.cleanup()
    return many, one


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the figures of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ratios: dict[str, list[float]] = {"headnote": [], "small": []}
    to_stock: dict[str, list[float]] = {"headnote": [], "small": []}
    for number in range(1, asked.rounds + 1):
        bare, bare_one = asyncio.run(measure(echo, asked.events))
        _say(f"{number} echo: {IN_FLIGHT} at once: {bare}")
        _say(f"{number} echo: one at a time: {bare_one}")
        plain, _ = asyncio.run(measure(stock, asked.events))
        _say(f"{number} stock echo: {IN_FLIGHT} at once: {plain}")
        for name, serve in (("headnote", headnote), ("small", small)):
            many, one = asyncio.run(measure(serve, asked.events))
            ratios[name].append(many.rate / bare.rate)
            to_stock[name].append(many.rate / plain.rate)
            added = statistics.median(one.replies) - statistics.median(bare_one.replies)
            _say(f"{number} {name}: {IN_FLIGHT} at once: {many}")
            _say(f"{number} {name}: one at a time: {one}")
            _say(
                f"{number} {name}: {ratios[name][-1]:.2f} of the echo app's rate; "
                f"{added:.1f} ms added to a reply",
            )
    for name, each in ratios.items():
        _say(
            f"{name}: median {statistics.median(each):.2f} of the echo app's rate, "
            f"{statistics.median(to_stock[name]):.2f} of the stock one's"
        )


if __name__ == "__main__":
    main()
