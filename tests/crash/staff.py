"""The people of a run: who ask and escalate, and whom it reaches.

Each case has a habit, which settles what its asker and the people asked do. They do
what platforms and people do: a turn is sent again until it is received, a button is
now and then pressed twice, and everything is pressed off what was really posted.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path
from random import Random

from aiohttp import ClientError, ClientSession, ClientTimeout, UnixConnector

from bot.actions import Draft, Drafting, encode
from tests.crash.messenger import Messenger, Posted
from tests.crash.schools import HOLDERS, place_of

QUESTION = "a pupil wants to be friends with me on facebook"
EMERGENCY = "my pupil says he took an overdose"
TURN = "http://service/turn"
TWICE = 0.15
"""The share of turns that arrive twice at once, and of buttons pressed twice."""
_CASE = re.compile(r"case (\d+)")


class Habit(StrEnum):
    """What the people of a case do."""

    PROMPT = "acknowledged and answered at once"
    STRAIGHT = "answered without acknowledging"
    REMINDED = "answered when reminded"
    DEPUTY = "answered by the deputy"
    PASSED = "passed to the deputy, who answers"
    ADDED = "added to, then answered"
    WITHDRAWN = "withdrawn"
    IGNORED = "answered by nobody"
    URGENT = "an emergency"


@dataclass(slots=True)
class Case:
    """What one asker went through.

    Attributes:
        turns: The ids of their turns that the service said it had received.
        asked: Those of them that were questions.
        sent: Whether the service received the turn that sends the escalation.

    """

    number: int
    habit: Habit
    turns: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sent: bool = False

    @property
    def who(self) -> str:
        return f"asker-{self.number}"


class Staff:
    """Everybody; drives the service through its doors.

    Attributes:
        acked: The ids of all turns that the service said it had received.
        stumbles: Where somebody met with what no service should show.
        repeats: How often a turn was sent again.

    """

    def __init__(self, random: Random, doors: tuple[Path, ...]) -> None:
        self.cases: dict[int, Case] = {}
        self.acked: list[str] = []
        self.stumbles: list[str] = []
        self.repeats = 0
        self.messenger = Messenger(random, self._received)
        self._turns = count(1)
        self._random = random
        self._doors = tuple(
            ClientSession(
                connector=UnixConnector(str(door)), timeout=ClientTimeout(total=3)
            )
            for door in doors
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: set[tuple[str, str]] = set()

    @property
    def busy(self) -> int:
        """How many are in the middle of something."""
        return len(self._tasks)

    async def close(self) -> None:
        """Send everybody home, whatever they wait for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for door in self._doors:
            await door.close()

    async def room(self, most: int, seconds: float) -> None:
        """Wait until not more than so many are busy, or for so long."""
        until = asyncio.get_running_loop().time() + seconds
        while len(self._tasks) > most:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await asyncio.wait(
                self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )

    def begin(self, number: int) -> None:
        """Somebody asks something that becomes a case."""
        habits = tuple(Habit)
        case = Case(number, habits[number % len(habits)])
        self.cases[number] = case
        self._start(self._ask(case))

    def _start(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            self.stumbles.append(repr(error))

    async def _deliver(self, body: Mapping[str, object]) -> None:
        """What platforms do: again, at any replica, until one says it has it."""
        while True:
            door = self._random.choice(self._doors)
            try:
                async with door.post(TURN, json=body) as response:
                    if response.ok:
                        return
            except (ClientError, OSError, TimeoutError):
                pass
            self.repeats += 1
            await asyncio.sleep(0.1)

    async def _turn(self, who: str, turn: str, does: Mapping[str, object]) -> None:
        body = {"who": who, "school": place_of(who), "id": turn, **does}
        twice = self._random.random() < TWICE
        await asyncio.gather(*(self._deliver(body) for _ in range(1 + twice)))
        self.acked.append(turn)

    async def _act(self, case: Case, does: Mapping[str, object]) -> Posted:
        """One turn of an asker; returns the reply to it."""
        turn = f"{case.who}:{len(case.turns) + 1}"
        await self._turn(case.who, turn, does)
        case.turns.append(turn)
        if "words" in does:
            case.asked.append(turn)
        return await self.messenger.arrived(f"reply:{turn}")

    async def _ask(self, case: Case) -> None:
        if case.habit is Habit.URGENT:
            await self._act(case, {"words": EMERGENCY})
            await self._send(case, Drafting.PING)
            return
        await self._act(case, {"words": QUESTION})
        await self._act(case, {"action": encode(Draft(Drafting.ASK))})
        values = {
            "question": f"case {case.number}: {QUESTION}",
            "concern": "question",
            "about": "",
            "name": "anonymous",
        }
        preview = {"action": encode(Draft(Drafting.PREVIEW)), "values": values}
        await self._act(case, preview)
        sent = await self._send(case, Drafting.SEND_MASKED)
        match case.habit:
            case Habit.WITHDRAWN:
                await self._act(case, {"action": sent.press("Withdraw it")})
            case Habit.ADDED:
                form = await self._act(case, {"action": sent.press("Add something")})
                values = {"words": f"more about case {case.number}"}
                more = {"action": form.press("Send"), "values": values}
                await self._act(case, more)
            case _:
                pass

    async def _send(self, case: Case, step: Drafting) -> Posted:
        turn = f"{case.who}:{len(case.turns) + 1}"
        await self._turn(case.who, turn, {"action": encode(Draft(step))})
        case.turns.append(turn)
        case.sent = True
        return await self.messenger.arrived(f"reply:{turn}")

    def _received(self, post: Posted) -> None:
        if post.to in HOLDERS:
            self._start(self._react(post))

    async def _react(self, post: Posted) -> None:
        """What somebody who is asked does about a message; most need nothing."""
        if post.purpose == "urgent":
            if self._first(post, "urgent"):
                await self._press(post, "I am dealing with it")
                await self._press(post, "Resolve")
            return
        found = _CASE.search(post.text)
        if not found:
            return
        match self.cases[int(found[1])].habit, post.purpose:
            case Habit.PROMPT, "raise":
                await self._press(post, "Acknowledge")
                await self._answer(post)
            case (
                (Habit.STRAIGHT, "raise")
                | (Habit.REMINDED, "remind")
                | (Habit.DEPUTY | Habit.PASSED, "hand-over")
                | (Habit.ADDED, "added")
            ):
                await self._answer(post)
            case Habit.PASSED, "raise":
                whom = await self._press(post, "Pass to …")
                for label, action in whom.buttons.items():
                    if label.startswith("Deputy (Deputy head"):
                        await self._holder(post, {"action": action})
            case _:
                pass

    def _first(self, post: Posted, what: str) -> bool:
        """Whether nobody has done so about that escalation yet."""
        if (post.escalation, what) in self._done:
            return False
        self._done.add((post.escalation, what))
        return True

    async def _holder(self, post: Posted, does: Mapping[str, object]) -> Posted:
        """One turn of somebody asked; returns the reply to it."""
        turn = f"{post.to}:{next(self._turns)}"
        await self._turn(post.to, turn, does)
        return await self.messenger.arrived(f"reply:{turn}")

    async def _press(self, post: Posted, label: str) -> Posted:
        press = {"action": post.press(label)}
        if self._random.random() < TWICE:  # a double click: two turns, not one
            one, _ = await asyncio.gather(
                self._holder(post, press), self._holder(post, press)
            )
            return one
        return await self._holder(post, press)

    async def _answer(self, post: Posted) -> None:
        if not self._first(post, "answer"):
            return
        form = await self._press(post, "Reply")
        if "Send" in form.buttons:  # else it has moved on in the meantime
            words = {"words": "Don't.", "propose": "no"}
            send = {"action": form.press("Send"), "values": words}
            await self._holder(post, send)
