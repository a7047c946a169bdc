"""The platform of a run: it is never killed, remembers all, and is seldom in the mood.

Of what is posted it turns away 5 % as too much and fails on 3 %; on another 3 % it
fails only after it has accepted the message, which the service cannot tell apart.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from aiohttp import web

BUSY, FAILING, UNCLEAR = 0.05, 0.03, 0.03
RETRY_AFTER = "0.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message as it arrived.

    Attributes:
        sender: The process that posted it.
        buttons: What can be pressed: the action's text by its label.

    """

    key: str
    sender: str
    to: str
    text: str
    purpose: str
    escalation: str
    buttons: Mapping[str, str]

    def press(self, label: str) -> str:
        """The action of a button that must be there.

        Raises:
            LookupError: It is not; shows what was posted instead.

        """
        if label not in self.buttons:
            raise LookupError(f"no {label!r} on {self.key} ({self.text!r})")
        return self.buttons[label]


class Messenger:
    """Takes posts, answers for them, and passes each on once.

    Attributes:
        posts: How often each message was accepted.
        senders: Which process each was accepted from, and when.
        order: What each address was sent, in the order of first acceptance.

    """

    def __init__(self, random: Random, received: Callable[[Posted], None]) -> None:
        self.posts: Counter[str] = Counter()
        self.senders: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        self.order: defaultdict[str, list[str]] = defaultdict(list)
        self._kept: dict[str, Posted] = {}
        self._waiting: dict[str, asyncio.Future[Posted]] = {}
        self._random = random
        self._received = received

    def routes(self) -> list[web.RouteDef]:
        """What the service talks to."""
        return [
            web.post("/post", self._post),
            web.get("/history", self._history),
        ]

    async def arrived(self, key: str) -> Posted:
        """A message, as soon as it has arrived."""
        if key in self._kept:
            return self._kept[key]
        loop = asyncio.get_running_loop()
        return await self._waiting.setdefault(key, loop.create_future())

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        mood = self._random.random()
        await asyncio.sleep(self._random.uniform(0.002, 0.02))
        if mood < BUSY:
            return web.Response(status=429, headers={"Retry-After": RETRY_AFTER})
        if mood < BUSY + FAILING:
            return web.Response(status=500)
        self._accept(Posted(**body))
        if mood < BUSY + FAILING + UNCLEAR:
            return web.Response(status=504)
        return web.json_response({"ref": body["key"]})

    def _accept(self, post: Posted) -> None:
        self.posts[post.key] += 1
        self.senders[post.key].append((post.sender, time.monotonic()))
        if post.key in self._kept:
            return
        self._kept[post.key] = post
        self.order[post.to].append(post.key)
        waiting = self._waiting.pop(post.key, None)
        if waiting:
            waiting.set_result(post)
        self._received(post)

    async def _history(self, request: web.Request) -> web.Response:
        key = request.query["key"]
        return web.json_response({"ref": key if key in self._kept else ""})
