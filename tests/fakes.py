"""Stand-ins that keep the promises of what they stand for."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bot.actions import Action, EscalationId
from bot.adviser import Adviser
from bot.conversation import Contact
from bot.delivery import Courier
from bot.escalation import Escalation
from bot.people import Address, Holder, HolderId, PersonId, Role, Roster, person_at
from bot.persistence.opening import open_store
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.plain_text import plain
from bot.ports import Delivery, DeliveryError
from bot.reply import (
    Button,
    Choices,
    Form,
    Notice,
    Paragraph,
    Part,
    Quotation,
    Sources,
)
from bot.timers import Timers
from bot.turn import Activity, Press, Submission, Turn, TurnId, Utterance
from knowledge import School
from knowledge.model import SchoolId

MONDAY_NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ANN = Address("test", "ann")


def noon() -> dt.datetime:
    """A clock that stands still."""
    return MONDAY_NOON


@dataclass
class FakeClock:
    """A clock that stands still until it is moved on."""

    now: dt.datetime = MONDAY_NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **more: float) -> None:
        self.now += dt.timedelta(**more)


@dataclass
class FakeChannel:
    """A channel that keeps what it is sent, and fails when told to.

    Like a platform that can be searched, it finds what it was sent before.

    Attributes:
        failures: Raised one after the other, before anything is sent.
        after: Raised one after the other, once the message has gone out.
        refused: Raised for everything that goes to an address.
        updated: What was sent to take the place of an earlier message.
        begun: Set when a message is about to be sent.
        gate: Where given, sending waits for it.

    """

    failures: list[DeliveryError] = field(default_factory=list)
    after: list[DeliveryError] = field(default_factory=list)
    refused: dict[str, DeliveryError] = field(default_factory=dict)
    sent: list[Delivery] = field(default_factory=list)
    updated: list[Delivery] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    async def send(self, delivery: Delivery) -> str:
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        if delivery.attempts > 1 and any(d.key == delivery.key for d in self.sent):
            return delivery.key
        if delivery.address.id in self.refused:
            raise self.refused[delivery.address.id]
        if self.failures:
            raise self.failures.pop(0)
        (self.updated if delivery.replaces else self.sent).append(delivery)
        if self.after:
            raise self.after.pop(0)
        return delivery.key

    def to(self, who: str) -> list[Delivery]:
        """What was sent to one address."""
        return [each for each in self.sent if each.address.id == who]


def holder(name: str, post: str) -> Holder:
    return Holder(
        id=HolderId(name),
        name=name.capitalize(),
        post=post,
        phone="020 7946 0000",
        addresses=(Address("test", name),),
    )


HEAD, DEPUTY = holder("hana", "Headteacher"), holder("dev", "Deputy headteacher")
LEAD, SECOND = holder("lena", "Safeguarding lead"), holder("sam", "Deputy lead")
CHAIR, VICE = holder("cleo", "Chair of governors"), holder("vic", "Vice-chair")
OFFICE = holder("olu", "Office manager")
OAKFIELD = SchoolId("oakfield")


def a_roster(school: SchoolId = OAKFIELD) -> Roster:
    return Roster(
        school=school,
        holders=(HEAD, DEPUTY, LEAD, SECOND, CHAIR, VICE, OFFICE),
        roles=(
            (Role.HEAD, (HEAD.id, DEPUTY.id)),
            (Role.SAFEGUARDING, (LEAD.id, SECOND.id)),
            (Role.GOVERNORS, (CHAIR.id, VICE.id)),
        ),
    )


@dataclass
class FakeDirectory:
    """The people of one school, or of none."""

    people: Roster | None = None

    def contacts(self, school: SchoolId) -> tuple[Contact, ...]:
        del school
        return ()

    def roster(self, school: SchoolId) -> Roster | None:
        return self.people if self.people and self.people.school == school else None


def ids() -> Iterator[str]:
    return (f"esc{number:05d}" for number in count(1))


class Rig:
    """The whole shell on a store, with a channel and a clock in hand."""

    def __init__(
        self,
        school: School,
        store: Store | None = None,
        roster: Roster | None = None,
        more: Mapping[SchoolId, School] | None = None,
    ) -> None:
        self.school = school.pack.school
        self.clock = FakeClock()
        self.channel = FakeChannel()
        self.directory = FakeDirectory(roster)
        self.store = store or open_store("sqlite://")
        numbers = ids()
        self.courier = Courier(
            self.store,
            {"test": self.channel},
            self.directory,
            clock=self.clock,
            owner="rig",
            random=Random(1),
        )
        self.adviser = Adviser(
            {**(more or {}), self.school: school},
            self.store,
            self.directory,
            clock=self.clock,
            new_id=lambda: EscalationId(next(numbers)),
            wake=self.courier.wake,
        )
        self.timers = Timers(
            self.store, self.directory, clock=self.clock, wake=self.courier.wake
        )
        self._turns = count(1)

    async def begin(self, who: str, name: str = "") -> None:
        person = self.person(who)
        if name:
            known = Person(person, self.school, name)
            await self.store.tx(lambda desk: desk.register.admit(known, self.clock()))
        await self.adviser.begin(person, self.school)

    def person(self, who: str) -> PersonId:
        return person_at(Address("test", who))

    async def act(self, who: str, activity: Activity, turn: str = "") -> list[Delivery]:
        """One turn; returns what was sent because of it, to whomever."""
        before = len(self.channel.sent)
        await self.adviser.handle(
            Turn(
                id=TurnId(turn or f"t{next(self._turns)}"),
                person=self.person(who),
                address=Address("test", who),
                activity=activity,
            )
        )
        await self.courier.drain()
        return self.channel.sent[before:]

    async def pass_time(self, **more: float) -> list[Delivery]:
        """Move the clock; returns what was sent because of it."""
        before = len(self.channel.sent)
        self.clock.on(**more)
        await self.timers.tick()
        await self.courier.drain()
        return self.channel.sent[before:]

    async def press(self, who: str, label: str) -> list[Delivery]:
        """Press the newest button of that label among what somebody was sent."""
        return await self.act(who, Press(self.action(who, label)))

    async def submit(self, who: str, label: str, **fields: str) -> list[Delivery]:
        """Fill in the newest form whose button has that label, and send it."""
        values = tuple(fields.items())
        return await self.act(who, Submission(self.action(who, label), values))

    def action(self, who: str, label: str) -> Action:
        for delivery in reversed(self.channel.to(who)):
            for part in delivery.reply.parts:
                for button in buttons_of(part):
                    if button.label == label:
                        return button.action
        raise AssertionError(f"{who} has no button {label!r}")

    def labels(self, who: str) -> list[str]:
        """The buttons of the newest message that somebody was sent."""
        newest = self.channel.to(who)[-1].reply.parts
        return [b.label for part in newest for b in buttons_of(part)]

    def read(self, who: str) -> str:
        """The newest message that somebody was sent, as plain text."""
        return plain(self.channel.to(who)[-1].reply)

    async def escalate(self, who: str, asked: str, **fields: str) -> Escalation:
        """Ask, doubt the answer, fill in the form, look at the preview, send it."""
        sent = await self.act(who, Utterance(asked))
        offers = [b.label for d in sent for p in d.reply.parts for b in buttons_of(p)]
        await self.press(who, next(o for o in offers if "Ask the headteacher" in o))
        filled = {"question": asked, "name": "named"} | fields
        await self.submit(who, "See what will be sent", **filled)
        send = next(o for o in self.labels(who) if o.startswith("Send it"))
        await self.press(who, send)
        person = self.person(who)
        return (await self.store.tx(lambda desk: desk.cases.asked_by(person)))[0]

    async def answer(self, who: str, words: str, **fields: str) -> list[Delivery]:
        """Reply to the newest ping."""
        await self.press(who, "Reply")
        return await self.submit(who, "Send", words=words, **fields)

    async def case(self, wanted: EscalationId) -> Escalation:
        found = await self.store.tx(lambda desk: desk.cases.get(wanted))
        assert found is not None
        return found


def buttons_of(part: Part) -> tuple[Button, ...]:
    match part:
        case Choices(_, buttons):
            return buttons
        case Form(_, _, send):
            return (send,)
        case Paragraph() | Quotation() | Sources() | Notice():
            return ()
