"""By Socket Mode: the same listeners, without a public address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bot.adviser import Handled
from bot.turn import Turn
from knowledge import School
from tests.fakes import FakeClock
from tests.slack.double import SlackDouble
from tests.slack.reading import words
from tests.slack.rig import SlackRig

WRONG = "xapp-wrong"
ASKED = "a mum wants to be friends on facebook"


@asynccontextmanager
async def connected(school: School, app_token: str = "") -> AsyncIterator[SlackRig]:
    """Headnote with a socket to the double, if its token is good."""
    clock = FakeClock()
    async with SlackDouble(clock=lambda: clock().timestamp()) as double:
        settings = {
            "bot_token": double.bot_token(),
            "app_token": app_token or double.app_token(),
            "signing_secret": "",
        }
        rig = SlackRig(school, double=double, settings=settings, clock=clock)
        stop = asyncio.Event()
        async with rig:
            running = asyncio.create_task(rig.slack.start(stop))
            try:
                if not app_token:
                    await double.until(lambda: bool(double.sockets.open), "a socket")
                yield rig
            finally:
                stop.set()
                await running


@pytest.fixture
async def rig(oakfield: School) -> AsyncIterator[SlackRig]:
    async with connected(oakfield) as made:
        yield made


async def test_a_question_is_answered_through_the_socket(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    (answer,) = await rig.says(ann, ASKED)

    assert words(answer).startswith("It depends")


async def test_nothing_is_listened_to_by_http_without_a_signing_secret(
    rig: SlackRig,
) -> None:
    assert rig.slack.routes() == []


async def test_a_form_goes_to_the_head_and_back_through_the_socket(
    rig: SlackRig,
) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)

    await rig.presses(hana, "Reply")
    await rig.fills(hana, words="No.", propose="no")

    assert "No." in words(rig.seen(ann)[-1])
    assert rig.double.modal(hana.id) is None


async def test_a_command_is_answered_through_the_socket(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id, bot=False)

    await rig.send(ann.command(ASKED, channel))

    (pointer,) = rig.double.shown(channel, to=ann.id)
    assert "private messages" in words(pointer)


async def test_what_is_not_for_us_is_acknowledged(rig: SlackRig) -> None:
    answered = await rig.send(rig.double.event({"type": "brand_new_event"}))

    assert answered.status == 200


async def test_nothing_is_acknowledged_before_it_is_committed(
    rig: SlackRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = rig.staff("ann")
    gate, handle, asked = asyncio.Event(), rig.adviser.handle, ann.dm(ASKED)

    async def slowly(turn: Turn) -> Handled:
        await gate.wait()
        return await handle(turn)

    monkeypatch.setattr(rig.adviser, "handle", slowly)
    rig.double.delivering.patience = 0.1
    early = await rig.double.send(asked)
    gate.set()
    rig.double.delivering.patience = 5
    again = await rig.send(asked, retry=1)

    assert (early.status, again.status) == (0, 200)
    assert len(rig.seen(ann)) == 1


async def test_what_fails_is_not_acknowledged(
    rig: SlackRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)

    async def broken(turn: Turn) -> Handled:
        raise RuntimeError(turn.id)

    with monkeypatch.context() as patched:
        patched.setattr(rig.adviser, "handle", broken)
        rig.double.delivering.patience = 0.1
        refused = await rig.double.send(asked)
    rig.double.delivering.patience = 5
    again = await rig.send(asked, retry=1)

    assert (refused.status, again.status) == (0, 200)


async def test_asked_to_connect_anew_it_does_and_goes_on(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    await rig.double.sockets.refresh()
    await rig.double.until(lambda: rig.double.sockets.opened == 2, "a second socket")
    await rig.double.until(lambda: len(rig.double.sockets.open) == 1, "one socket")

    assert len(await rig.says(ann, ASKED)) == 1


async def test_a_connection_that_breaks_is_made_again(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    rig.double.sockets.abort()
    await rig.double.until(lambda: rig.double.sockets.opened == 2, "a second socket")
    await rig.double.until(lambda: len(rig.double.sockets.open) == 1, "one socket")

    assert len(await rig.says(ann, ASKED)) == 1


async def test_what_is_delivered_again_after_a_break_is_answered_once(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    await rig.send(asked)

    rig.double.sockets.abort()
    await rig.double.until(lambda: rig.double.sockets.opened == 2, "a second socket")
    await rig.double.until(lambda: len(rig.double.sockets.open) == 1, "one socket")
    await rig.send(asked, retry=1)

    assert len(rig.seen(ann)) == 1


async def test_it_tells_whether_it_is_connected(rig: SlackRig) -> None:
    assert await rig.slack.healthy()


async def test_a_token_that_slack_refuses_is_told_once_and_is_not_healthy(
    oakfield: School,
) -> None:
    with capture_logs() as logs:
        async with connected(oakfield, app_token=WRONG) as rig:
            await rig.double.wait_for("apps.connections.open", outcome="invalid_auth")
            healthy = await rig.slack.healthy()

    assert not healthy
    assert [line["event"] for line in logs] == ["slack.app_token_refused"]
    assert "xapp" not in repr(logs)


async def test_while_slack_is_away_it_goes_on_trying(oakfield: School) -> None:
    clock = FakeClock()
    async with SlackDouble(clock=lambda: clock().timestamp()) as double:
        double.api.fail("apps.connections.open", 503, 2)
        settings = {
            "bot_token": double.bot_token(),
            "app_token": double.app_token(),
            "signing_secret": "",
        }
        stop = asyncio.Event()
        async with SlackRig(
            oakfield, double=double, settings=settings, clock=clock
        ) as rig:
            running = asyncio.create_task(rig.slack.start(stop))
            await double.until(lambda: bool(double.sockets.open), "a socket")
            stop.set()
            await running

    assert len(double.api.called("apps.connections.open")) == 3
