"""`headnote bench store`: how much the durable path takes, over HTTP, on this machine.

One process serves, as in earnest: a turn is answered 200 once it is committed with its
conversation, its entry in the log of questions and its reply in the outbox. This
process asks. Pressing a topic measures the store, typing a question the matcher too.
"""

import asyncio
import json
import multiprocessing
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, cycle
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

from adapters.cli import load_server
from bot.actions import ChooseTopic, Draft, Drafting, encode
from bot.decision import Message
from bot.people import Address
from bot.persistence.opening import open_store
from bot.ports import Delivery
from bot.reply import Paragraph, Reply
from knowledge.model import TopicId

Bodies: TypeAlias = Iterator[Mapping[str, object]]
MARK = "bench"
"""What a database's name must have in it: it is filled with made-up questions."""
IN_FLIGHT = (1, 8, 64)
PEOPLE = 500
_HEAD = "POST /turn HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ESCALATING: tuple[Mapping[str, object], ...] = (
    {"action": encode(Draft(Drafting.ASK))},
    {
        "action": encode(Draft(Drafting.PREVIEW)),
        "values": {"question": "May I?", "concern": "question", "name": "anonymous"},
    },
    {"action": encode(Draft(Drafting.SEND_MASKED))},
)

_spawn = multiprocessing.get_context("spawn")


class NotForBenchError(Exception):
    """The database may be one that is needed."""


def run(database: str | None, seconds: float) -> int:
    """Measure, and print the figures as JSON.

    Args:
        database: The URL of an empty one with "bench" in its name; None for a file
            that is removed afterwards.
        seconds: For how long each figure is measured.

    Raises:
        NotForBenchError: The database's name does not have "bench" in it.
        StoreError: The database cannot be opened.

    """
    if database is not None and MARK not in database.rsplit("/", 1)[-1]:
        raise NotForBenchError(
            f"the database's name must have {MARK!r} in it, since it is filled with "
            "made-up questions. Make an empty one and name that."
        )
    with tempfile.TemporaryDirectory(prefix="headnote-bench-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(open_store(url).close())  # told here, if it cannot be opened
        figures = _measure(url, seconds)
    print(json.dumps(figures, indent=2))
    return 0


def _measure(url: str, seconds: float) -> dict[str, object]:
    ours, theirs = _spawn.Pipe()
    server = _spawn.Process(
        target=load_server.serve, args=(url, PEOPLE, theirs), daemon=True
    )
    server.start()
    try:
        theirs.close()
        port, topics, questions = ours.recv()
        figures = asyncio.run(_asked(port, topics, questions, seconds))
    finally:
        server.terminate()
        server.join()
    taken = asyncio.run(_takeover(url))
    return {"database": url.split(":", 1)[0], **figures, "takeover_seconds": taken}


async def _asked(
    port: int, topics: Sequence[str], questions: Sequence[str], seconds: float
) -> dict[str, object]:
    load = _Load(port, seconds)
    figures: dict[str, object] = {"idle": await load.idle()}
    presses: Bodies = cycle({"action": encode(ChooseTopic(TopicId(t)))} for t in topics)
    typed: Bodies = cycle({"words": question} for question in questions)
    for name, bodies in (("pressed", presses), ("typed", typed)):
        for many in IN_FLIGHT:
            figures[f"{name}, {many} in flight"] = await load.measure(many, bodies)
    figures["escalations, 64 in flight"] = await load.measure(
        IN_FLIGHT[-1], presses, then=_ESCALATING
    )
    usage = await load.usage()
    figures["rss_mb_after"] = round(usage["rss_mb"])
    return figures


def _spread(took: list[float]) -> dict[str, float]:
    """Milliseconds that half took at most, and 95 and 99 of a hundred."""
    took.sort()
    return {
        f"ms_p{part}": round(took[int(len(took) * part / 100)] * 1000, 1)
        for part in (50, 95, 99)
    }


class _Load:
    """Asks over connections that stay open, each one thing after another."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._prefix = uuid4().hex[:8]
        self._turns = count()
        self._people = cycle(range(PEOPLE))

    async def usage(self) -> dict[str, float]:
        """What the server uses."""
        line = await self._line()
        body = await line.ask(b"GET /usage HTTP/1.1\r\nhost: bench\r\n\r\n")
        line.close()
        return dict(json.loads(body))

    async def idle(self) -> dict[str, float]:
        """What the server uses while nobody asks."""
        before = await self.usage()
        await asyncio.sleep(self._seconds)
        after = await self.usage()
        share = (after["cpu"] - before["cpu"]) / self._seconds
        return {"cpu_percent": round(share * 100, 1), "rss_mb": round(after["rss_mb"])}

    async def measure(
        self, many: int, bodies: Bodies, then: Sequence[Mapping[str, object]] = ()
    ) -> dict[str, float]:
        """Ask as fast as answers come; returns how many that were, and how quick.

        The server's own time says what each costs, whoever else uses the machine.

        Args:
            many: How many ask at once.
            bodies: What is asked first, by each in turn.
            then: What the same person does next, one after another.

        """
        before, began = await self.usage(), time.perf_counter()
        until = began + self._seconds
        each = await asyncio.gather(
            *(self._ask(until, bodies, then) for _ in range(many))
        )
        seconds, after = time.perf_counter() - began, await self.usage()
        took = [one for line in each for one in line]
        cost = (after["cpu"] - before["cpu"]) / len(took)
        return {
            "per_second": round(len(took) / seconds),
            **_spread(took),
            "cpu_ms_each": round(cost * 1000, 2),
        }

    async def _ask(
        self, until: float, bodies: Bodies, then: Sequence[Mapping[str, object]]
    ) -> list[float]:
        line, took = await self._line(), []
        began = time.perf_counter()
        while began < until:
            who = f"person-{next(self._people)}"
            for body in (next(bodies), *then):
                turn = {"id": f"{self._prefix}-{next(self._turns)}", "who": who}
                sent = json.dumps(turn | dict(body)).encode()
                head = f"{_HEAD}content-length: {len(sent)}\r\n\r\n"
                await line.ask(head.encode() + sent)
            ended = time.perf_counter()
            took.append(ended - began)
            began = ended
        line.close()
        return took

    async def _line(self) -> "_Line":
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(_Line, "127.0.0.1", self._port)
        return line


class _Line(asyncio.Protocol):
    """HTTP with nothing to spare: what asks shall not be what is measured."""

    def __init__(self) -> None:
        self._seen = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect an answer until it is whole."""
        self._seen += data
        head, end, body = self._seen.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._seen = b""
        if self._answer is None:
            return
        if b" 200 " in head[:16]:
            self._answer.set_result(body)
        else:
            self._answer.set_exception(ConnectionError(head[:40].decode("ascii")))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server hung up"))

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer to a request.

        Raises:
            ConnectionError: The server answered otherwise than 200, or hung up.

        """
        self._answer = asyncio.get_running_loop().create_future()
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()


class _Arrived:
    """A channel that notes that something arrived."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    async def send(self, delivery: Delivery) -> str:
        """Note it."""
        self.event.set()
        return delivery.key


async def _takeover(url: str) -> float:
    """Seconds from a process's death in mid-delivery until another has delivered."""
    key = f"takeover:{uuid4().hex}"
    address = Address(load_server.SENT, "somebody")
    waits = Message(key=key, address=address, reply=Reply((Paragraph("Hello"),), ""))
    store = open_store(url)
    await store.tx(lambda desk: desk.outbox.put([waits], load_server.now()))
    await store.close()
    victim = _spawn.Process(target=load_server.die_sending, args=(url,))
    victim.start()
    await asyncio.to_thread(victim.join)
    died, stop, arrived = time.perf_counter(), asyncio.Event(), _Arrived()
    store = open_store(url)
    courier = load_server.courier(store, arrived)
    running = asyncio.create_task(courier.run(stop))
    await arrived.event.wait()
    took = time.perf_counter() - died
    stop.set()
    courier.wake()
    await running
    await store.close()
    return round(took, 1)
