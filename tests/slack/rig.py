"""Headnote on the double of Slack: the real shell, the real SDK, one process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from adapters.slack.app import Placed, Slack, SlackSettings, build
from adapters.slack.posting import Poster
from bot.actions import EscalationId
from bot.adviser import Adviser
from bot.delivery import Courier
from bot.people import Address, Roster
from bot.persistence.opening import open_store
from bot.persistence.store import Store
from bot.ports import Channel
from bot.timers import Timers
from knowledge import School
from tests.fakes import FakeClock, FakeDirectory, a_roster, ids
from tests.slack.double import SlackDouble
from tests.slack.elements import Json
from tests.slack.envelope import Answered, Envelope
from tests.slack.reading import buttons
from tests.slack.staff import Staff
from tests.slack.world import Message

TEAM = "T1"


def on_slack(roster: Roster, team: str = TEAM) -> Roster:
    """The same people, reached on Slack."""
    holders = (
        replace(h, addresses=(Address("slack", f"{team}/{user(h.id)}"),))
        for h in roster.holders
    )
    return replace(roster, holders=tuple(holders))


def user(name: str) -> str:
    """Somebody's id on Slack."""
    return f"U{name.upper()}"


@dataclass
class Unhurried:
    """A pace's clock, and the seconds that were to be waited."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


class SlackRig:
    """Headnote in workspaces of the double.

    Attributes:
        slack: The adapter under test.
        double: Slack.
        url: Where the app listens.

    """

    def __init__(
        self,
        *schools: School,
        store: Store | None = None,
        double: SlackDouble | None = None,
        roster: Roster | None = None,
        placed: Sequence[Placed] | None = None,
        settings: Mapping[str, str] | None = None,
        clock: FakeClock | None = None,
        directory: FakeDirectory | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.double = double or SlackDouble(clock=lambda: self.clock().timestamp())
        self._own_double = double is None
        self._settings = settings
        self.schools = {each.pack.school: each for each in schools}
        self.placed = placed or tuple(Placed(school=s) for s in self.schools)
        people = roster or on_slack(a_roster())
        self.directory = directory or FakeDirectory(people)
        self.store = store or open_store("sqlite://")
        self.pace = Unhurried()
        self._numbers = ids()

    async def __aenter__(self) -> Self:
        if self._own_double:
            await self.double.__aenter__()
        given = self._settings
        if given is None:
            given = {"bot_token": self.double.bot_token()}
        secret = self.double.delivering.signing_secret
        self.courier = Courier(
            self.store,
            _Later(lambda: self.slack.channel),
            self.directory,
            clock=self.clock,
            owner="rig",
            random=Random(1),
        )
        self.adviser = Adviser(
            self.schools,
            self.store,
            self.directory,
            clock=self.clock,
            new_id=lambda: EscalationId(next(self._numbers)),
            wake=self.courier.wake,
        )
        self.timers = Timers(
            self.store, self.directory, clock=self.clock, wake=self.courier.wake
        )
        self.slack: Slack = build(
            SlackSettings(**{"signing_secret": secret, **given}),
            store=self.store,
            adviser=self.adviser,
            placed=self.placed,
            directory=self.directory,
            clock=self.clock,
            wake=self.courier.wake,
            api=self.double.base_url,
            ping=0.2,
            poster=Poster(self.pace.time, self.pace.sleep),
        )
        app = web.Application()
        app.add_routes(self.slack.routes())
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{self.origin}/slack/events"
        if secret and "app_token" not in given:
            self.double.tell(self.url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()
        await self.slack.close()
        await self.store.close()
        if self._own_double:
            await self.double.__aexit__(kind, error, trace)

    def staff(self, name: str, team: str = TEAM) -> Staff:
        return self.double.staff(
            user(name), team=team, name=f"{name.capitalize()} Example"
        )

    async def send(self, envelope: Envelope, **more: int) -> Answered:
        """Deliver something to the app, and everything that comes of it."""
        answered = await self.double.send(envelope, **more)  # type: ignore[arg-type]
        await self.settle()
        return answered

    async def settle(self) -> None:
        """Let everything happen that is under way."""
        await self.slack.finish()
        await self.courier.drain()
        await self.slack.finish()

    async def pass_time(self, **more: float) -> None:
        self.clock.on(**more)
        await self.timers.tick()
        await self.settle()

    async def says(self, who: Staff, text: str) -> list[Message]:
        """Somebody writes to us; what they see because of it."""
        before = len(self.seen(who))
        await self.send(who.dm(text))
        return self.seen(who)[before:]

    def seen(self, who: Staff) -> list[Message]:
        """Our messages to somebody, in order."""
        return self.double.shown(who.direct, team=who.workspace.team)

    async def presses(self, who: Staff, label: str) -> None:
        """Press the newest button of that label."""
        on = self.with_button(who, label)
        assert on, f"{who.id} has no button {label!r}"
        await self.send(who.click(on, label))

    def with_button(self, who: Staff, label: str) -> Message | None:
        """The newest message with a button of that label."""
        for message in reversed(self.seen(who)):
            if any(button.label == label for button in buttons(message)):
                return message
        return None

    def form(self, who: Staff) -> Json:
        """The form that somebody has before them."""
        view = self.double.modal(who.id, who.workspace.team)
        assert view is not None, "no form is open"
        return view

    async def fills(self, who: Staff, **values: str) -> None:
        """Fill in the form by its fields' names, and send it."""
        view = self.form(who)
        named = {
            name: value
            if block["element"]["type"] == "plain_text_input"
            else f"={value}"
            for block in view["blocks"]
            if block["type"] == "input"
            for name, value in values.items()
            if block["element"]["action_id"] == name
        }
        await self.send(who.submit(view, dict(named)))

    async def escalates(self, who: Staff, asked: str, **fields: str) -> None:
        """Ask, doubt the answer, fill in the form, look at the preview, send it."""
        sent = await self.says(who, asked)
        labels = [b.label for message in sent for b in buttons(message)]
        await self.presses(who, next(x for x in labels if "Ask the headteacher" in x))
        filled = {"question": asked, "name": "named"} | fields
        await self.fills(who, **filled)
        await self.presses(who, "Send it")


class _Later(dict[str, Channel]):
    """Channels by name, of which Slack's is made after whoever sends by it."""

    def __init__(self, made: Callable[[], Channel]) -> None:
        super().__init__()
        self._made = made

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as in dict
        return self._made() if name == "slack" else default
