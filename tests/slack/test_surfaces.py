"""Where staff meet Headnote on Slack, and what each place keeps to itself."""

from dataclasses import replace

import pytest

from adapters.slack.listeners import ANSWERED
from adapters.slack.manners import PROMPTS
from bot.actions import Share, encode
from tests.slack.envelope import Envelope
from tests.slack.reading import live, words
from tests.slack.rig import SlackRig
from tests.slack.staff import Staff

ASKED = "a mum wants to be friends on facebook"


async def test_a_mention_is_answered_in_private_and_the_channel_sees_nothing(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id, "UEVE")

    await rig.send(ann.mention(ASKED, channel))

    assert words(rig.seen(ann)[-1]).startswith("It depends")
    assert rig.double.shown(channel) == []
    (pointer,) = rig.double.shown(channel, to=ann.id)
    assert words(pointer) == ANSWERED
    assert rig.double.shown(channel, to="UEVE") == []


async def test_an_emergency_in_a_channel_is_answered_in_private(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id)

    await rig.send(
        ann.mention("a pupil told me she is going to kill herself tonight", channel)
    )

    assert "call 999 now" in words(rig.seen(ann)[-1])
    assert rig.double.shown(channel) == []


async def test_an_emergency_says_nothing_of_the_case_in_its_notification(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")

    (answer,) = await rig.says(ann, "a pupil says she will kill herself tonight")

    assert answer.text == "This may be an emergency: act now"


def share(who: Staff, rig: SlackRig) -> Envelope:
    """The press of a button that shows the last answer where it was asked for."""
    pressed = who.click(rig.seen(who)[-1], "Why this answer?")
    action = {**pressed.payload["actions"][0], "value": encode(Share())}
    return replace(pressed, payload={**pressed.payload, "actions": [action]})


async def test_what_is_shared_is_the_answer_without_the_question(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id)
    await rig.send(ann.mention(ASKED, channel))
    assert rig.double.shown(channel) == []

    await rig.send(share(ann, rig))

    (shared,) = rig.double.shown(channel)
    assert "Only if the head has agreed in writing" in words(shared)
    assert "mum" not in words(shared)
    assert live(shared) == []


async def test_where_an_answer_cannot_be_shared_its_author_is_told(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id)
    await rig.send(ann.mention(ASKED, channel))
    rig.double.workspace().rooms[channel].members.discard("UBOT1")

    await rig.send(share(ann, rig))

    told = [words(message) for message in rig.seen(ann)[-2:]]
    assert any("could not be shown there" in text for text in told)


async def test_a_mention_without_words_is_told_how_to_ask(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C1", ann.id)

    await rig.send(ann.mention("", channel))

    assert "in your own words" in words(rig.seen(ann)[-1])
    assert rig.double.shown(channel, to=ann.id) == []


@pytest.mark.parametrize("member", [True, False])
async def test_a_command_is_answered_in_private_also_where_headnote_is_not(
    rig: SlackRig, member: bool
) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C7", ann.id, bot=member)

    await rig.send(ann.command(ASKED, channel))

    assert words(rig.seen(ann)[-1]).startswith("It depends")
    (pointer,) = rig.double.shown(channel, to=ann.id)
    assert pointer.only_for == ann.id
    assert words(pointer) == ANSWERED


async def test_a_command_without_words_tells_how_to_ask(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    channel = rig.double.channel("C7", ann.id)

    await rig.send(ann.command("  ", channel))

    (told,) = rig.double.shown(channel, to=ann.id)
    assert "in your own words" in words(told)


async def test_a_message_is_checked_for_whoever_asks_and_nobody_else(
    rig: SlackRig,
) -> None:
    ann, ben = rig.staff("ann"), rig.staff("ben")
    channel = rig.double.channel("C1", ann.id, ben.id)
    ben.mention(ASKED, channel)
    (written,) = rig.double.shown(channel, everybody=True)

    await rig.send(ann.check(written))

    assert words(rig.seen(ann)[-1]).startswith("It depends")
    assert rig.double.shown(channel, to=ben.id) == []
    assert rig.seen(ben) == []


async def test_the_global_shortcut_asks_in_a_form(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    await rig.send(ann.shortcut())
    await rig.fills(ann, question=ASKED)

    assert words(rig.seen(ann)[-1]).startswith("It depends")
    assert rig.double.modal(ann.id) is None


async def test_opening_the_messages_suggests_questions(rig: SlackRig) -> None:
    ann = rig.staff("ann")

    await rig.send(ann.opens("messages"))

    shown = rig.double.workspace().prompts[ann.direct]
    assert [each["title"] for each in shown] == [title for title, _ in PROMPTS]


async def test_a_conversation_is_called_by_its_first_words(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    asked = ann.dm(ASKED)
    await rig.send(asked)
    await rig.send(ann.dm("yes", thread=asked.ts))

    calls = rig.double.api.called("agents.sessions.setStatus")
    assert [call.args["title"] for call in calls] == [ASKED]


async def test_home_shows_my_questions_and_to_the_head_what_waits(
    rig: SlackRig,
) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)

    await rig.send(ann.opens())
    await rig.send(hana.opens())

    mine, heads = rig.double.home(ann.id), rig.double.home(hana.id)
    assert mine
    assert heads
    assert "Delivered to Hana (Headteacher)" in words(mine)
    assert "Sent to you" not in words(mine)
    assert "From: Ann Example" in words(heads)


async def test_home_is_shown_anew_after_what_was_done_there(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)
    await rig.send(hana.opens())
    home = rig.double.home(hana.id)
    assert home

    await rig.send(hana.click(home, "Acknowledge"))

    now = rig.double.home(hana.id)
    assert now
    assert "Seen by Hana" in words(now)


async def test_a_head_is_away_by_a_form_in_the_home_tab(rig: SlackRig) -> None:
    hana = rig.staff("hana")
    await rig.send(hana.opens())
    home = rig.double.home(hana.id)
    assert home
    await rig.send(hana.click(home, "I will be away"))

    await rig.fills(hana, until="2026-03-06")

    away = rig.double.home(hana.id)
    assert away
    assert "away up to and including Friday 6 March" in words(away)


async def test_helpful_is_thanked_for(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    await rig.says(ann, ASKED)

    await rig.presses(ann, "Helpful")

    assert "Thank you" in words(rig.seen(ann)[-1])


async def test_a_tree_is_walked_by_buttons_or_by_typing(rig: SlackRig) -> None:
    ann, ben = rig.staff("ann"), rig.staff("ben")
    await rig.says(ann, ASKED)
    await rig.says(ben, ASKED)

    await rig.presses(ann, "Yes")
    await rig.says(ben, "yes")

    assert words(rig.seen(ann)[-1]) == words(rig.seen(ben)[-1])


async def test_a_double_click_is_one_press(rig: SlackRig) -> None:
    ann = rig.staff("ann")
    (answer,) = await rig.says(ann, ASKED)

    await rig.send(ann.click(answer, "Yes"))
    await rig.send(ann.click(answer, "Yes"))

    assert len(rig.seen(ann)) == 2


async def test_nothing_that_people_write_comes_alive(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    hostile = "<!channel> <@UHANA> <https://x.example|click> *b* :smile: & `code`"
    await rig.escalates(ann, ASKED, question=hostile)

    await rig.presses(hana, "Reply")
    await rig.fills(hana, words=hostile, propose="no")

    shown = [*rig.seen(ann), *rig.seen(hana)]
    assert [mark for message in shown for mark in live(message)] == []
    assert hostile in words(rig.seen(ann)[-1])
    assert all("channel>" not in message.text for message in shown)
