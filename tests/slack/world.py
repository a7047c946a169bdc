"""What the double remembers: workspaces, the people and channels in them, messages.

Nothing here speaks HTTP. A method that Slack would not carry out raises `Refused`.
"""

import copy
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

from tests.slack.elements import Json

APP = "A1"
TRIGGER_LASTS = 3.0
"""Seconds."""


class Refused(Exception):  # noqa: N818 - an answer, rather than an error of ours
    """Slack says no.

    Attributes:
        error: Slack's word for it.
        more: What the answer holds beside it.

    """

    def __init__(self, error: str, **more: Any) -> None:  # noqa: ANN401
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    email: str


@dataclass(slots=True, kw_only=True)
class Room:
    """A channel, or a direct message with the person whose it is."""

    id: str
    members: set[str]
    private: bool = False
    person: str = ""

    @property
    def direct(self) -> bool:
        return bool(self.person)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as it is now.

    Attributes:
        by: The user id of who wrote it.
        edits: How often the app updated it.
        only_for: The one person who sees it, where it is ephemeral.

    """

    channel: str
    ts: str
    by: str
    team: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edits: int = 0
    only_for: str | None = None

    def as_json(self, *, with_metadata: bool = False) -> Json:
        said: Json = {"type": "message", "user": self.by, "ts": self.ts}
        said |= {"team": self.team, "text": self.text}
        if self.blocks:
            said["blocks"] = copy.deepcopy(self.blocks)
        if self.thread_ts:
            said["thread_ts"] = self.thread_ts
        if with_metadata and self.metadata:
            said["metadata"] = copy.deepcopy(self.metadata)
        return said


@dataclass(slots=True, kw_only=True)
class Workspace:
    """One Slack team that has, or had, the app."""

    team: str
    bot: str
    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    views: dict[str, Json] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    prompts: dict[str, list[Json]] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)

    def person(self, user: str) -> Person:
        """Somebody, who has been here all along if nobody asked before."""
        at = f"{user.lower()}@school.example"
        return self.people.setdefault(user, Person(id=user, name=user, email=at))

    def direct(self, user: str) -> Room:
        """The direct message of the app with somebody."""
        room = Room(id=f"D{user}", members={user, self.bot}, person=user)
        return self.rooms.setdefault(room.id, room)

    def find(self, channel: str, ts: str) -> Message | None:
        """A message that everybody in its channel sees."""
        for message in self.messages:
            if (message.channel, message.ts, message.only_for) == (channel, ts, None):
                return message
        return None


@dataclass(slots=True, kw_only=True)
class Token:
    """What a token may do, until it is revoked.

    Attributes:
        dead: Slack's word for why it is of no use any more; empty while it is.

    """

    workspace: Workspace | None
    scopes: frozenset[str]
    dead: str = ""


@dataclass(slots=True)
class Trigger:
    user: str
    at: float
    spent: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an interaction may be answered, five times within half an hour."""

    team: str
    channel: str
    user: str
    at: float
    ts: str = ""
    uses: int = 0


@dataclass(slots=True)
class Grant:
    """What an administrator has consented to, to be fetched with a code, once."""

    team: str
    scopes: frozenset[str]
    redirect_uri: str
    used: bool = False


Clock: TypeAlias = Callable[[], float]


@dataclass(slots=True, kw_only=True)
class World:
    """All workspaces, and what goes between them and the app."""

    clock: Clock
    client_id: str
    client_secret: str
    agent_view: bool = True
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)
    url: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def ts(self) -> str:
        """A time stamp later than all before it, as ids of messages are."""
        return f"{int(self.clock())}.{next(self.numbers):06d}"

    def workspace(self, team: str) -> Workspace:
        fresh = Workspace(team=team, bot=f"UBOT{team.removeprefix('T')}")
        return self.workspaces.setdefault(team, fresh)

    def trigger(self, user: str) -> str:
        """A fresh trigger, good for one modal within three seconds."""
        name = f"{next(self.numbers)}.{secrets.randbelow(10**9)}.{secrets.token_hex(8)}"
        self.triggers[name] = Trigger(user, self.clock())
        return name

    def response_url(self, to: ResponseUrl) -> str:
        name = secrets.token_hex(8)
        self.response_urls[name] = to
        return f"{self.url}/response/{name}"

    def pull(self, trigger_id: object) -> str:
        """Exchange a trigger for whoever it is of."""
        trigger = self.triggers.get(str(trigger_id))
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.spent:
            raise Refused("exchanged_trigger_id")
        if self.clock() - trigger.at > TRIGGER_LASTS:
            raise Refused("expired_trigger_id")
        trigger.spent = True
        return trigger.user


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call of a method, once its token was found to be good."""

    world: World
    workspace: Workspace
    token: str
    scopes: frozenset[str]
    args: Json

    def need(self, name: str) -> str:
        """A required argument, as text.

        Raises:
            Refused: It is missing.

        """
        value = self.args.get(name)
        if value is None or value == "":
            said = f"[ERROR] missing required field: {name}"
            raise Refused("invalid_arguments", response_metadata={"messages": [said]})
        return str(value)

    def flag(self, name: str) -> bool:
        return self.args.get(name) in {True, "1", "true", "True"}

    def number(self, name: str, otherwise: int) -> int:
        return int(self.args.get(name) or otherwise)


def with_ids(blocks: list[Json], new_id: Callable[[], str]) -> list[Json]:
    """Blocks with the ids that Slack gives to those that came without."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", new_id())
        elements = block.get("elements", ()) if "action" in block["type"] else ()
        for one in (*elements, block.get("accessory"), block.get("element")):
            if one is not None and one.get("type") != "image":
                one.setdefault("action_id", new_id())
    return blocks
