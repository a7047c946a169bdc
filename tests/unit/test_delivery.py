"""Delivery: tried again in good time, in order, and given up loudly."""

import asyncio
import datetime as dt
from random import Random

from structlog.testing import capture_logs

from bot.decision import Message
from bot.delivery import MOST_TRIES, Courier
from bot.people import Address
from bot.persistence.opening import open_store
from bot.ports import DeliveryError
from bot.reply import Paragraph, Reply
from knowledge import School
from tests.fakes import ANN, FakeChannel, Rig

BUSY = DeliveryError("busy", retryable=True)


async def put(rig: Rig, *texts: str, address: Address = ANN) -> None:
    messages = [
        Message(key=text, address=address, reply=Reply((Paragraph(text),), ""))
        for text in texts
    ]
    await rig.store.tx(lambda desk: desk.outbox.put(messages, rig.clock()))


def keys(channel: FakeChannel) -> list[str]:
    return [each.key for each in channel.sent]


async def test_a_failed_delivery_is_tried_again_later_and_order_is_kept(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [BUSY]
    await put(rig, "one", "two")

    await rig.courier.drain()
    at_once = keys(rig.channel)
    await rig.pass_time(seconds=2)

    assert at_once == []
    assert keys(rig.channel) == ["one", "two"]


async def test_a_platform_that_asks_to_wait_is_left_alone_that_long(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [DeliveryError("429", retryable=True, retry_after=42)]
    await put(rig, "one")
    await rig.courier.drain()

    assert await rig.pass_time(seconds=41) == []
    assert len(await rig.pass_time(seconds=1)) == 1


async def test_pauses_grow(oakfield: School) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [BUSY] * 6
    await put(rig, "one")
    waited = []
    for _ in range(6):
        await rig.courier.drain()
        before = rig.clock()
        due = await rig.store.tx(lambda desk: desk.outbox.next_due())
        assert due is not None
        waited.append((due - before).total_seconds())
        rig.clock.now = due

    assert waited[5] > waited[2] > waited[0]


async def test_a_delivery_that_never_succeeds_is_given_up_loudly(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [BUSY] * MOST_TRIES
    await put(rig, "one")

    with capture_logs() as logs:
        for _ in range(MOST_TRIES):
            await rig.pass_time(minutes=6)

    assert any(
        (log["event"], log["log_level"]) == ("delivery.given_up", "error")
        for log in logs
    )
    assert await rig.store.tx(lambda desk: desk.outbox.waiting()) == 0


async def test_what_cannot_help_is_not_tried_again(oakfield: School) -> None:
    rig = Rig(oakfield)
    rig.channel.failures = [DeliveryError("no such user", retryable=False)]
    await put(rig, "one", "two")

    await rig.courier.drain()

    assert keys(rig.channel) == ["two"]


async def test_a_channel_that_is_not_set_up_is_given_up_and_said(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    await put(rig, "one", address=Address("pigeon", "ann"))

    with capture_logs() as logs:
        await rig.courier.drain()

    assert [log["event"] for log in logs] == ["delivery.no_channel"]


async def test_what_may_have_been_sent_is_looked_for_before_it_is_sent_again(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    await put(rig, "one")
    rig.channel.after = [DeliveryError("504", retryable=True)]
    await rig.courier.drain()
    await rig.pass_time(minutes=1)

    assert keys(rig.channel) == ["one"]
    assert await rig.store.tx(lambda desk: desk.outbox.waiting()) == 0


async def test_a_courier_stops_when_told_and_finishes_what_it_sends(
    oakfield: School,
) -> None:
    rig = Rig(oakfield, open_store("sqlite://"))
    stop = asyncio.Event()
    rig.channel.gate = asyncio.Event()
    await put(rig, "one")
    running = asyncio.create_task(rig.courier.run(stop))
    await rig.channel.begun.wait()
    stop.set()
    rig.channel.gate.set()
    rig.courier.wake()
    await running

    assert keys(rig.channel) == ["one"]
    assert await rig.store.tx(lambda desk: desk.outbox.waiting()) == 0


async def test_a_slow_message_does_not_hold_up_another(oakfield: School) -> None:
    rig = Rig(oakfield)
    gate = rig.channel.gate = asyncio.Event()
    stop = asyncio.Event()
    await put(rig, "slow")
    running = asyncio.create_task(rig.courier.run(stop))
    await rig.channel.begun.wait()
    rig.channel.begun.clear()
    await put(rig, "quick", address=Address("test", "bob"))
    rig.courier.wake()

    await rig.channel.begun.wait()  # the second is begun while the first still waits
    gate.set()
    stop.set()
    rig.courier.wake()
    await running

    assert sorted(keys(rig.channel)) == ["quick", "slow"]


async def test_a_courier_stopped_longer_than_its_lease_does_not_send_then(
    oakfield: School,
) -> None:
    """Between claim and send it may be paused, and another may have sent it."""
    rig = Rig(oakfield)
    pauses = [dt.timedelta(minutes=1)]

    def paused(point: str) -> None:
        if point == "before_send" and pauses:
            rig.clock.now += pauses.pop()

    late = Courier(
        rig.store,
        {"test": rig.channel},
        rig.directory,
        clock=rig.clock,
        owner="late",
        random=Random(1),
        failpoint=paused,
    )
    await put(rig, "one")
    await late.drain()

    assert [each.attempts for each in rig.channel.sent] == [2]
