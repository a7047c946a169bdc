"""Where in Slack something was done, and where its reply belongs.

A turn's id names the thing that was done, not one delivery of it: a repeated delivery,
or the two events that Slack sends for one mention, have the same. It is written so
that the reply's place can be read from the reply's key alone, after a restart too:
`slack:TEAM:CHANNEL:USER:WHAT:THREAD`.
"""

import re
from dataclasses import dataclass

from bot.people import Address, PersonId, person_at
from bot.turn import TurnId

CHANNEL = "slack"
NOWHERE = "-"
"""Stands for the channel where there is none, as in the Home tab."""

_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_WHAT = re.compile(r"[A-Za-z0-9._-]{1,160}")
_TS = re.compile(r"[0-9]{1,14}\.[0-9]{1,9}")
_TURN = re.compile(
    rf"slack:({_ID.pattern}):({_ID.pattern}|-):({_ID.pattern}):({_WHAT.pattern}):"
    rf"({_TS.pattern}|)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who did something where.

    Attributes:
        channel: Slack's channel, `D…` for a direct message; or NOWHERE.
        what: What names it in that channel: a time stamp, a trigger, a view.
        thread: The thread that the reply belongs to; empty for none.

    """

    team: str
    channel: str
    user: str
    what: str
    thread: str = ""

    @property
    def turn(self) -> TurnId:
        """The id of the turn that it is."""
        parts = (self.team, self.channel, self.user, self.what, self.thread)
        return TurnId(":".join((CHANNEL, *parts)))

    @property
    def direct(self) -> bool:
        """Whether it was in a direct message."""
        return self.channel.startswith("D")

    @property
    def home(self) -> Address:
        """The person's own address."""
        return address_of(self.team, self.user)

    @property
    def person(self) -> PersonId:
        """The person."""
        return person_at(self.home)

    @property
    def place(self) -> Address | None:
        """Where others can read along; None where they cannot."""
        if self.direct or self.channel == NOWHERE:
            return None
        return Address(CHANNEL, f"{self.team}/{self.channel}/{self.user}")


def scene(
    *, team: object, channel: object, user: object, what: object, thread: object = None
) -> Scene | None:
    """A scene, if all of it is shaped as Slack shapes it."""
    if not (_is(_ID, team) and _is(_ID, user) and _is(_WHAT, what)):
        return None
    if channel != NOWHERE and not _is(_ID, channel):
        return None
    if thread and not _is(_TS, thread):
        return None
    return Scene(
        team=str(team),
        channel=str(channel),
        user=str(user),
        what=str(what),
        thread=str(thread or ""),
    )


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def scene_of(key: str) -> Scene | None:
    """The scene that a message answers, read from the message's key."""
    _, _, turn = key.partition(":")
    found = _TURN.fullmatch(turn)
    if found is None:
        return None
    team, channel, user, what, thread = found.groups()
    return Scene(team=team, channel=channel, user=user, what=what, thread=thread)


def address_of(team: str, user: str) -> Address:
    """Where a person is on Slack."""
    return Address(CHANNEL, f"{team}/{user}")
