"""Whose policies somebody may ask about, by workspace, user group and channel.

Where that leaves several schools, the adviser asks which is meant and remembers it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from adapters.slack.clients import FAILURES, Clients
from adapters.slack.scene import Scene
from bot.ports import Clock, DeliveryError, StaffDirectory
from knowledge.model import SchoolId

FRESH = dt.timedelta(minutes=10)
"""How long a group's members are remembered."""
AGAIN = dt.timedelta(minutes=1)
"""How long a group is left alone whose members could not be read."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a school is on Slack, as the settings file says.

    Attributes:
        team: Its workspace; empty for any, in an installation with one workspace.
        user_group: Whose members are its staff, where it shares the workspace.
        channels: What is asked there is asked of this school.

    """

    school: SchoolId
    team: str = ""
    user_group: str = ""
    channels: tuple[str, ...] = ()


class Schools:
    """Which schools a person is offered in a place."""

    def __init__(
        self,
        placed: Sequence[Placed],
        clients: Clients,
        directory: StaffDirectory,
        clock: Clock,
    ) -> None:
        self._placed = tuple(placed)
        self._clients = clients
        self._directory = directory
        self._clock = clock
        self._members: Mapping[str, tuple[frozenset[str], dt.datetime]] = {}

    def serves(self, team: str) -> bool:
        """Whether the settings file places a school in a workspace, by its name.

        One that may be anywhere does not count: with it any stranger's workspace
        could install Headnote.
        """
        return any(each.team == team for each in self._placed)

    @property
    def known(self) -> tuple[SchoolId, ...]:
        """Every school that is on Slack."""
        return tuple(dict.fromkeys(each.school for each in self._placed))

    async def offered(self, scene: Scene) -> tuple[SchoolId, ...]:
        """The schools that a person is offered where they are.

        The channel's, else those that they hold a role in, else those whose group they
        are in, else every school of the workspace.
        """
        here = [each for each in self._placed if each.team in {"", scene.team}]
        if len(here) <= 1:
            return tuple(each.school for each in here)
        narrowed = [each for each in here if scene.channel in each.channels]
        narrowed = narrowed or [e for e in here if self._holds(e.school, scene)]
        narrowed = narrowed or [e for e in here if await self._is_in(e, scene)]
        return tuple(each.school for each in narrowed or here)

    def _holds(self, school: SchoolId, scene: Scene) -> bool:
        roster = self._directory.roster(school)
        return roster is not None and roster.holder_at(scene.person) is not None

    async def _is_in(self, placed: Placed, scene: Scene) -> bool:
        if not placed.user_group:
            return False
        key, now = f"{scene.team}/{placed.user_group}", self._clock()
        members, until = self._members.get(key, (frozenset(), now))
        if now >= until:
            members, until = await self._read(scene.team, placed.user_group, members)
            self._members = {**self._members, key: (members, until)}
        return scene.user in members

    async def _read(
        self, team: str, group: str, before: frozenset[str]
    ) -> tuple[frozenset[str], dt.datetime]:
        """A group's members and how long to trust it; if need be, those before."""
        now = self._clock()
        try:
            client = await self._clients.of(team)
            found = await client.usergroups_users_list(usergroup=group)
            users = found.get("users") or ()
            return frozenset(str(user) for user in users), now + FRESH
        except (*FAILURES, DeliveryError) as error:
            _log.warning("slack.group_unread", group=group, why=type(error).__name__)
            return before, now + AGAIN
