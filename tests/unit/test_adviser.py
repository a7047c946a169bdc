"""The shell: once for each turn, nothing said that was not delivered."""

import asyncio

import structlog
from structlog.testing import capture_logs

from bot.adviser import Adviser
from bot.delivery import MOST_TRIES, Courier
from bot.persistence.memory import MemoryStore
from bot.ports import DeliveryError
from bot.turn import Address, PersonId, Turn, TurnId, Utterance
from knowledge import School
from knowledge.model import SchoolId
from tests.fakes import FakeChannel, noon

ANN = PersonId("ann")


class Rig:
    def __init__(self, school: School) -> None:
        self.channel = FakeChannel()
        self.store = MemoryStore()
        self.courier = Courier(self.store, {"test": self.channel})
        self.adviser = Adviser(
            {school.pack.school: school}, self.store, self.courier, noon, lambda _: ()
        )

    async def say(self, text: str, turn: str = "1") -> bool:
        address = Address("test", "ann")
        return await self.adviser.handle(
            Turn(id=TurnId(turn), person=ANN, address=address, activity=Utterance(text))
        )


async def test_a_turn_is_answered_on_its_channel(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.adviser.begin(ANN, SchoolId("oakfield"))

    assert await rig.say("school name in my bio")

    assert len(rig.channel.sent) == 1
    assert not await rig.store.waiting()


async def test_the_same_turn_twice_is_answered_once(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.adviser.begin(ANN, SchoolId("oakfield"))

    await asyncio.gather(rig.say("phone in class"), rig.say("phone in class"))

    assert len(rig.channel.sent) == 1


async def test_without_a_school_there_is_no_answer(oakfield: School) -> None:
    assert not await Rig(oakfield).say("phone in class")


async def test_a_failed_delivery_waits_and_is_tried_again(oakfield: School) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [DeliveryError("busy", retryable=True)]
    await rig.adviser.begin(ANN, SchoolId("oakfield"))

    await rig.say("phone in class")
    assert len(await rig.store.waiting()) == 1
    await rig.courier.drain()

    assert len(rig.channel.sent) == 1
    assert not await rig.store.waiting()


async def test_a_delivery_that_never_succeeds_is_given_up_loudly(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [DeliveryError("busy", retryable=True)] * MOST_TRIES
    await rig.adviser.begin(ANN, SchoolId("oakfield"))

    with capture_logs() as logs:
        await rig.say("phone in class")
        for _ in range(MOST_TRIES):
            await rig.courier.drain()

    assert not await rig.store.waiting()
    assert any(log["event"] == "delivery.given_up" for log in logs)


async def test_no_word_of_the_question_or_reply_is_logged(oakfield: School) -> None:
    structlog.reset_defaults()
    rig = Rig(oakfield)
    await rig.adviser.begin(ANN, SchoolId("oakfield"))

    with capture_logs() as logs:
        await rig.say("can I have my zanzibar phone in class")

    assert logs
    assert "zanzibar" not in str(logs)
    assert "phone in class" not in str(logs)
