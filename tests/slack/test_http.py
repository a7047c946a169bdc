"""By HTTP: what is let in, what is heard once, and how soon it is acknowledged."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from adapters.slack.verifying import FORM, JSON, MOST_BYTES
from bot.adviser import Handled
from bot.turn import Turn
from tests.slack.envelope import Envelope, Kind
from tests.slack.reading import words
from tests.slack.rig import SlackRig

FORGED = "another secret"
ASKED = "a mum wants to be friends on facebook"


async def test_a_question_is_answered_with_its_clause(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    (answer,) = await rig.says(ann, ASKED)

    assert words(answer).startswith("It depends")
    assert "Clause 1.2" in words(answer)
    assert answer.text == "An answer from the Social Media Policy"


async def test_an_answer_stands_in_the_thread_of_its_question(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    await rig.send(asked)
    (first,) = rig.seen(ann)
    await rig.send(ann.dm("yes", thread=asked.ts))
    second = rig.seen(ann)[-1]

    assert first.thread_ts == second.thread_ts == asked.ts


async def test_a_forged_signature_is_refused(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    answered = await rig.double.send(ann.dm(ASKED), secret=FORGED)
    await rig.settle()

    assert answered.status == 401
    assert rig.seen(ann) == []


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
async def test_what_is_not_of_now_is_refused(rig: SlackRig, seconds: int) -> None:
    at = rig.clock().timestamp() + seconds

    answered = await rig.double.send(rig.staff("ann").dm(ASKED), at=at)

    assert answered.status == 401


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_clocks_may_be_five_minutes_apart(rig: SlackRig, seconds: int) -> None:
    at = rig.clock().timestamp() + seconds

    answered = await rig.double.send(rig.staff("ann").dm(ASKED), at=at)

    assert answered.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Signature": "v0=short"},
        {"X-Slack-Signature": ""},
        {"Content-Type": "text/plain"},
    ],
)
async def test_odd_headers_are_refused(rig: SlackRig, headers: dict[str, str]) -> None:
    answered = await rig.double.send(rig.staff("ann").dm(ASKED), headers=headers)

    assert answered.status == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", JSON),
        (b"[]", JSON),
        (b"", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b"payload=%7B", FORM),
        (b"payload=[]", FORM),
        (b"&".join(b"a%d=1" % n for n in range(100)), FORM),
    ],
)
async def test_a_signed_body_that_makes_no_sense_is_refused(
    rig: SlackRig, body: bytes, kind: str
) -> None:
    answered = await rig.double.post(body, {"Content-Type": kind})

    assert answered.status == 400


async def _posted(rig: SlackRig, data: object) -> int:
    headers = {
        "X-Slack-Request-Timestamp": str(int(rig.clock().timestamp())),
        "X-Slack-Signature": f"v0={'0' * 64}",
        "Content-Type": JSON,
    }
    async with (
        ClientSession() as http,
        http.post(rig.url, data=data, headers=headers) as answered,
    ):
        return answered.status


async def test_a_body_that_is_too_large_is_refused(rig: SlackRig) -> None:
    status = await _posted(rig, io.BytesIO(b"x" * (MOST_BYTES + 1)))

    assert status == 413


async def test_a_body_without_a_length_is_not_read_beyond_the_limit(
    rig: SlackRig,
) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (MOST_BYTES // 20)

    status = await _posted(rig, long())

    assert status == 413


async def test_what_is_refused_is_not_logged(rig: SlackRig) -> None:
    with capture_logs() as logs:
        await rig.double.send(rig.staff("ann").dm(ASKED), secret=FORGED)

    assert logs == []


async def test_slack_finds_its_own_challenge_again(rig: SlackRig) -> None:
    told = {"type": "url_verification", "challenge": "abc123", "token": "t"}

    answered = await rig.double.send(Envelope(Kind.EVENT, told))

    assert answered.json == {"challenge": "abc123"}


async def test_eleven_deliveries_of_one_message_are_answered_once(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)

    answers = await asyncio.gather(
        *(
            rig.double.send(asked.with_event(event_id=f"Ev{number}"), retry=number)
            for number in range(11)
        )
    )
    await rig.settle()

    assert {answer.status for answer in answers} == {200}
    assert len(rig.seen(ann)) == 1


async def test_a_mention_that_comes_as_two_events_is_answered_once(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    mention = ann.mention(ASKED)
    message = mention.with_event("Ev2", type="message", channel_type="channel")

    for told in (message, mention, message):
        await rig.send(told)

    assert len(rig.seen(ann)) == 1


async def test_a_message_of_ours_is_acknowledged_before_slack_loses_patience(
    rig: SlackRig,
) -> None:
    answered = await rig.send(rig.staff("ann").dm(ASKED))

    assert answered.status == 200
    assert answered.seconds < 1


async def test_what_is_not_committed_in_time_is_not_acknowledged(
    rig: SlackRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = rig.staff("ann")
    gate, asked = asyncio.Event(), ann.dm(ASKED)
    handle = rig.adviser.handle

    async def slowly(turn: Turn) -> Handled:
        await gate.wait()
        return await handle(turn)

    with monkeypatch.context() as patched:
        patched.setattr("adapters.slack.app.IN_TIME", 0.05)
        patched.setattr(rig.adviser, "handle", slowly)
        refused = await rig.double.send(asked)
    gate.set()
    again = await rig.send(asked, retry=1)

    assert (refused.status, again.status) == (503, 200)
    assert len(rig.seen(ann)) == 1


async def test_what_fails_is_asked_for_again_and_logged_without_words(
    rig: SlackRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)

    async def broken(turn: Turn) -> Handled:
        raise RuntimeError(str(turn.activity))

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(rig.adviser, "handle", broken)
        refused = await rig.double.send(asked)
    again = await rig.send(asked, retry=1)

    assert (refused.status, again.status) == (503, 200)
    assert [line["event"] for line in logs] == ["slack.failed"]
    assert set(logs[0]) == {"event", "log_level", "exc_info"}


@pytest.mark.parametrize(
    "told",
    [
        {"type": "reaction_added", "user": "UANN"},
        {"type": "message", "subtype": "huddle_thread", "channel": "DUANN"},
        {"type": "message", "channel": "DUANN", "channel_type": "im"},
        {"type": "message", "channel": {"id": 1}, "user": ["UANN"], "ts": 3},
        {"type": "app_mention", "channel": "C1", "user": "UANN", "ts": "1:2"},
        {"type": "app_home_opened", "user": None},
        {"type": "tokens_revoked", "tokens": {"oauth": ["UANN"]}},
        {"type": "brand_new_event"},
    ],
)
async def test_what_is_not_for_us_is_acknowledged_and_left_alone(
    rig: SlackRig, told: dict[str, object]
) -> None:
    rig.staff("ann")

    answered = await rig.send(rig.double.event(told))

    assert answered.status == 200
    assert rig.double.api.called("chat.postMessage") == []


@pytest.mark.parametrize("kind", ["view_closed", "block_suggestion", "odd"])
async def test_an_interaction_of_another_kind_is_acknowledged(
    rig: SlackRig, kind: str
) -> None:
    envelope = rig.staff("ann").shortcut()
    told = Envelope(Kind.INTERACTION, {**envelope.payload, "type": kind, "view": {}})

    answered = await rig.send(told)

    assert answered.status == 200


async def test_edits_deletions_and_our_own_messages_are_left_alone(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    await rig.send(asked)
    (answer,) = rig.seen(ann)

    await rig.send(ann.changes(asked.ts, "may I?"))
    await rig.send(ann.deletes(asked.ts))
    await rig.send(rig.double.own(answer))

    assert len(rig.seen(ann)) == 1


async def test_files_alone_are_told_that_only_words_are_read(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    await rig.send(ann.dm("", subtype="file_share", files=[{"id": "F1"}]))
    told = rig.seen(ann)[-1]
    await rig.send(ann.dm(ASKED, subtype="file_share", files=[{"id": "F1"}]))

    assert "only read words" in words(told)
    assert words(rig.seen(ann)[-1]).startswith("It depends")


async def test_people_of_another_organisation_get_no_answer(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    told = ann.mention(ASKED).with_event(user_team="T9")
    told.payload["is_ext_shared_channel"] = True

    await rig.send(told)

    assert rig.seen(ann) == []


async def test_another_workspace_is_acknowledged_and_not_answered(
    rig: SlackRig,
) -> None:
    eve = rig.double.staff("UEVE", team="T2")

    answered = await rig.send(eve.dm(ASKED))

    assert answered.status == 200
    assert rig.double.api.called("chat.postMessage") == []


async def test_while_slack_cannot_be_asked_who_we_are_nothing_is_acknowledged(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    rig.double.api.fail("auth.test", 500)

    refused = await rig.double.send(asked)
    again = await rig.send(asked, retry=1)

    assert (refused.status, again.status) == (503, 200)
    assert len(rig.seen(ann)) == 1
