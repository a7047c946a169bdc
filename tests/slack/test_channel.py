"""The outbox on Slack: each message once, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.slack.posting import BURST, EVENT
from bot.decision import Message
from bot.people import Address
from bot.persistence.opening import open_store
from bot.ports import Delivery, DeliveryError
from bot.reply import Paragraph, Reply
from knowledge import School
from tests.slack.double import SlackDouble
from tests.slack.reading import words
from tests.slack.rig import SlackRig
from tests.slack.web_api import Fault

ANN = Address("slack", "T1/UANN")
ASKED = "a mum wants to be friends on facebook"


@pytest.fixture
async def rig(oakfield: School) -> AsyncIterator[SlackRig]:
    async with SlackRig(oakfield) as made:
        made.staff("ann")
        made.double.workspace().direct("UANN")
        yield made


def delivery(key: str = "k", text: str = "Hello.", **changed: object) -> Delivery:
    given = {
        "id": 1,
        "key": key,
        "address": ANN,
        "reply": Reply((Paragraph(text),), "A word"),
        "attempts": 1,
    }
    return Delivery(**{**given, **changed})  # type: ignore[arg-type]


async def refusal(rig: SlackRig, one: Delivery) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await rig.slack.channel.send(one)
    return raised.value


async def test_a_message_goes_to_the_persons_direct_message(rig: SlackRig) -> None:
    ref = await rig.slack.channel.send(delivery())

    (shown,) = rig.double.shown("DUANN")
    assert ref == f"DUANN|{shown.ts}"
    assert words(shown) == "Hello."
    assert shown.metadata == {"event_type": EVENT, "event_payload": {"key": "k"}}


async def test_a_direct_message_is_opened_once(rig: SlackRig) -> None:
    for key in ("a", "b", "c"):
        await rig.slack.channel.send(delivery(key))

    assert len(rig.double.api.called("conversations.open")) == 1


async def test_links_are_not_unfolded(rig: SlackRig) -> None:
    await rig.slack.channel.send(delivery())

    args = (await rig.double.wait_for("chat.postMessage")).args
    assert (args["unfurl_links"], args["unfurl_media"]) in {("0", "0"), (False, False)}


async def test_what_may_have_got_through_is_looked_for_first(rig: SlackRig) -> None:
    rig.double.api.lose("chat.postMessage")
    lost = await refusal(rig, delivery())

    ref = await rig.slack.channel.send(delivery(attempts=2))

    (shown,) = rig.double.shown("DUANN")
    assert lost.retryable
    assert ref == f"DUANN|{shown.ts}"


async def test_what_broke_off_is_looked_for_first(rig: SlackRig) -> None:
    rig.double.api.lose("chat.postMessage", hang_up=True)
    lost = await refusal(rig, delivery())

    await rig.slack.channel.send(delivery(attempts=2))

    assert lost.retryable
    assert len(rig.double.shown("DUANN")) == 1


async def test_in_a_thread_too_it_is_looked_for_first(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    key = f"reply:slack:T1:DUANN:UANN:{asked.ts}:{asked.ts}"
    rig.double.api.lose("chat.postMessage")
    await refusal(rig, delivery(key))

    await rig.slack.channel.send(delivery(key, attempts=2))

    (shown,) = rig.double.shown("DUANN")
    assert shown.thread_ts == asked.ts


async def test_what_did_not_get_through_is_posted(rig: SlackRig) -> None:
    rig.double.api.fail("chat.postMessage", 500)
    failed = await refusal(rig, delivery())

    await rig.slack.channel.send(delivery(attempts=2))

    assert failed.retryable
    assert len(rig.double.shown("DUANN")) == 1


async def test_of_a_long_message_only_the_rest_is_posted_again(rig: SlackRig) -> None:
    long = "A sentence of some length. " * 1500
    rig.double.api.hold("chat.postMessage").set()
    rig.double.api.lose("chat.postMessage")
    await refusal(rig, delivery(text=long))

    ref = await rig.slack.channel.send(delivery(text=long, attempts=2))

    shown = rig.double.shown("DUANN")
    assert ref == "|".join(["DUANN", *(message.ts for message in shown)])
    read = " ".join(words(message) for message in shown)
    assert read.split() == long.split()


async def test_slack_is_given_the_time_that_it_asks_for(rig: SlackRig) -> None:
    rig.double.api.limit("chat.postMessage", retry_after=7)

    limited = await refusal(rig, delivery())

    assert limited.retryable
    assert limited.retry_after == 7


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        ("account_inactive", False),
        ("token_revoked", False),
        ("invalid_auth", False),
        ("channel_not_found", False),
        ("user_not_found", False),
        ("not_in_channel", False),
        ("internal_error", True),
        ("service_unavailable", True),
        ("fatal_error", True),
    ],
)
async def test_only_what_may_pass_is_tried_again(
    rig: SlackRig, error: str, retryable: bool
) -> None:
    rig.double.api.refuse("chat.postMessage", error)

    refused = await refusal(rig, delivery())

    assert refused.retryable is retryable
    assert error in str(refused)
    assert "UANN" not in str(refused)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_answer_that_is_none_is_tried_again(
    rig: SlackRig, status: int
) -> None:
    rig.double.api.fail("chat.postMessage", Fault(status=status))

    assert (await refusal(rig, delivery())).retryable


async def test_somebody_who_is_not_there_is_told_apart(rig: SlackRig) -> None:
    refused = await refusal(rig, delivery(address=Address("slack", "T1/")))

    assert not refused.retryable


@pytest.mark.parametrize("address", ["", "T1", "T1/a/b/c"])
async def test_no_address_is_no_address(rig: SlackRig, address: str) -> None:
    refused = await refusal(rig, delivery(address=Address("slack", address)))

    assert not refused.retryable


async def test_a_message_takes_the_place_of_an_earlier_one(rig: SlackRig) -> None:
    ref = await rig.slack.channel.send(delivery("a"))

    again = await rig.slack.channel.send(delivery("b", "Settled.", replaces=ref))

    (shown,) = rig.double.shown("DUANN")
    assert again == ref
    assert words(shown) == "Settled."


async def test_a_shorter_message_leaves_nothing_of_a_longer_one(rig: SlackRig) -> None:
    long = "A sentence of some length. " * 1500
    ref = await rig.slack.channel.send(delivery("a", long))

    short = await rig.slack.channel.send(delivery("b", "Settled.", replaces=ref))
    await rig.slack.channel.send(delivery("c", long, replaces=short))

    read = " ".join(words(message) for message in rig.double.shown("DUANN"))
    assert read.split() == long.split()


async def test_a_message_that_was_deleted_needs_no_change(rig: SlackRig) -> None:
    ref = await rig.slack.channel.send(delivery("a"))
    rig.double.workspace().messages.clear()

    await rig.slack.channel.send(delivery("b", replaces=ref))

    assert rig.double.shown("DUANN") == []


async def test_words_come_through_where_slack_refuses_the_looks(rig: SlackRig) -> None:
    rig.double.api.refuse("chat.postMessage", "invalid_blocks")

    await rig.slack.channel.send(delivery(text="Call <999> now."))

    (shown,) = rig.double.shown("DUANN")
    assert shown.text == "Call &lt;999&gt; now."


async def test_in_a_thread_that_is_gone_it_is_said_outside_of_it(
    rig: SlackRig,
) -> None:
    await rig.slack.channel.send(delivery("reply:slack:T1:DUANN:UANN:1.2:1.2"))

    (shown,) = rig.double.shown("DUANN")
    assert shown.thread_ts is None


async def test_a_burst_is_slowed_down_for_each_channel_alone(rig: SlackRig) -> None:
    rig.staff("ben")
    for number in range(BURST + 2):
        await rig.slack.channel.send(delivery(f"a{number}"))
    await rig.slack.channel.send(delivery("b", address=Address("slack", "T1/UBEN")))

    assert rig.pace.waited == [1, 1]


async def test_a_form_that_cannot_be_opened_goes_as_a_message_with_a_button(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    await rig.says(ann, ASKED)
    rig.double.api.refuse("views.open", "expired_trigger_id")
    await rig.presses(ann, "Ask the headteacher")
    assert rig.double.modal(ann.id) is None

    await rig.presses(ann, "Open the form")
    await rig.fills(ann, question="May I?")

    assert words(rig.seen(ann)[-1]).startswith("This is exactly what will be sent")


async def test_a_trigger_that_is_too_old_is_not_tried(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    (answer,) = await rig.says(ann, ASKED)
    await rig.double.send(ann.click(answer, "Ask the headteacher"))

    rig.clock.on(seconds=4)
    await rig.settle()

    assert rig.double.api.called("views.open") == []
    assert rig.with_button(ann, "Open the form")


async def test_restarted_in_the_middle_it_says_a_thing_once(
    oakfield: School, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'headnote.db'}"
    clock_of: list[SlackRig] = []
    double = SlackDouble(clock=lambda: clock_of[0].clock().timestamp())
    async with double:
        first = SlackRig(oakfield, store=open_store(url), double=double)
        clock_of.append(first)
        token = {"bot_token": double.bot_token()}
        async with first:
            ann = first.staff("ann")
            # It is posted; whether it was is not known when the process ends.
            first.double.api.lose("chat.postMessage")
            await first.double.send(ann.dm(ASKED))
            await first.settle()
        second = SlackRig(
            oakfield,
            store=open_store(url),
            double=double,
            settings=token,
            clock=first.clock,
        )
        async with second:
            second.clock.on(minutes=5)
            await second.settle()

            assert len(second.seen(ann)) == 1
            assert await second.store.tx(lambda desk: desk.outbox.waiting()) == 0


async def test_logs_hold_no_words_names_or_tokens(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    rig.double.api.refuse("users.info", "fatal_error")
    rig.double.api.refuse("views.publish", "fatal_error")
    rig.double.api.refuse("agents.sessions.setStatus", "fatal_error")
    with capture_logs() as logs:
        await rig.escalates(ann, ASKED, question="Zebra crossing?", name="anonymous")
        await rig.presses(hana, "Reply")
        rig.double.api.refuse("chat.postMessage", "fatal_error")
        rig.double.api.refuse("chat.postMessage", "no_such_thing")
        await rig.fills(hana, words="Giraffe.", propose="no")

    told = repr(logs)
    assert {"delivery.failed", "delivery.given_up"} <= {line["event"] for line in logs}
    for word in (
        "Zebra",
        "Giraffe",
        "facebook",
        "Ann",
        "Hana",
        "xoxb",
        "UANN",
        "DUANN",
    ):
        assert word not in told


async def test_what_nobody_can_be_sent_dies_loudly(rig: SlackRig) -> None:
    stranger = Address("slack", "T9/UEVE")
    lost = Message(key="x", address=stranger, reply=Reply((Paragraph("Hi"),), "Hi"))
    await rig.store.tx(lambda desk: desk.outbox.put((lost,), rig.clock()))

    with capture_logs() as logs:
        await rig.settle()

    (line,) = logs
    assert (line["event"], line["log_level"]) == ("delivery.given_up", "error")
    assert line["why"] == "the workspace has no installation"


async def test_two_people_are_sent_to_side_by_side(rig: SlackRig) -> None:
    rig.staff("ben")
    gate = rig.double.api.hold("chat.postMessage")
    slow = asyncio.create_task(rig.slack.channel.send(delivery("a")))
    await rig.double.until(lambda: bool(rig.double.api.called("chat.postMessage")))

    await rig.slack.channel.send(delivery("b", address=Address("slack", "T1/UBEN")))
    gate.set()
    await slow

    assert len(rig.double.shown("DUBEN")) == 1
