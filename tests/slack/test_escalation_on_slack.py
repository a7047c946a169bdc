"""From a question to the head and back, on Slack; every copy shows how it stands."""

import pytest

from bot.actions import EscalationId, Handle, Step, encode
from bot.people import Address
from knowledge import School
from tests.fakes import a_roster
from tests.slack.reading import buttons, words
from tests.slack.rig import SlackRig, on_slack, user
from tests.slack.staff import Staff

ASKED = "a mum wants to be friends on facebook"


def labels(rig: SlackRig, who: Staff) -> list[str]:
    """The buttons of the newest message that somebody was sent."""
    return [button.label for button in buttons(rig.seen(who)[-1])]


def ping(rig: SlackRig, who: Staff) -> str:
    """The first message that somebody was sent, as it is now."""
    return words(rig.seen(who)[0])


async def test_a_question_goes_to_the_head_and_the_reply_comes_back(
    rig: SlackRig,
) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")

    await rig.escalates(ann, ASKED, question="Her mum is my cousin. May I?")
    await rig.presses(hana, "Acknowledge")
    await rig.presses(hana, "Reply")
    await rig.fills(hana, words="Yes, for family.", propose="no")

    heard = words(rig.seen(ann)[-1])
    assert "Hana (Headteacher) replies to" in heard
    assert "Yes, for family." in heard
    assert labels(rig, ann) == ["That settles it", "Ask further"]


async def test_what_is_previewed_is_what_the_head_gets(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.says(ann, ASKED)
    await rig.presses(ann, OFFER)
    await rig.fills(ann, question="Jayden asked me. May I?", name="named")
    preview = words(rig.seen(ann)[-1])

    assert rig.seen(hana) == []
    await rig.presses(ann, "Send it with names masked")

    letter = [line for line in ping(rig, hana).splitlines() if ": " in line]
    assert all(line in preview for line in letter if line.startswith(("From", "Que")))
    assert "Jayden" not in ping(rig, hana)


OFFER = "Ask the headteacher"


async def test_an_anonymous_question_names_nobody(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")

    await rig.escalates(ann, ASKED, name="anonymous")

    assert "stay anonymous" in ping(rig, hana)
    assert "Ann" not in ping(rig, hana)


async def test_about_the_head_it_goes_to_the_chair_of_governors(
    rig: SlackRig,
) -> None:
    ann, hana, cleo = rig.staff("ann"), rig.staff("hana"), rig.staff("cleo")

    await rig.escalates(ann, ASKED, concern="staff", about="hana")

    assert rig.seen(hana) == []
    assert "A question for you" in ping(rig, cleo)


async def test_notifications_of_a_case_hold_nothing_of_it(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")

    await rig.escalates(ann, ASKED, question="Zebra?")

    (message,) = rig.seen(hana)
    assert message.text == "A question for you in Headnote (ESC0-0003)"


async def test_every_copy_of_a_ping_shows_that_it_is_settled(rig: SlackRig) -> None:
    ann, hana, dev = rig.staff("ann"), rig.staff("hana"), rig.staff("dev")
    await rig.escalates(ann, ASKED)
    for hours in (5, 16, 4):  # reminded, the next morning, and then passed over
        await rig.pass_time(hours=hours)
    reminded = len(rig.seen(hana))
    assert "Passed to you" in ping(rig, dev)

    await rig.presses(dev, "Acknowledge")
    await rig.presses(dev, "Resolve")

    assert reminded == 2
    for message in (*rig.seen(hana)[:2], rig.seen(dev)[0]):
        assert "Settled" in words(message)
        assert buttons(message) == []


async def test_a_late_press_is_told_what_happened(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)
    late = hana.click(rig.seen(hana)[0], "Acknowledge")
    await rig.presses(ann, "Withdraw it")

    await rig.send(late)

    assert "Nothing was changed" in words(rig.seen(hana)[-1])


async def test_pressed_twice_it_is_done_once(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)
    (message,) = rig.seen(hana)
    first, second = (hana.click(message, "Acknowledge") for _ in range(2))

    await rig.double.send(first)
    await rig.double.send(second)
    await rig.double.send(first)
    await rig.settle()

    acknowledged = [m for m in rig.seen(hana) if "Acknowledged" in words(m)]
    seen = [m for m in rig.seen(ann) if "has seen" in words(m)]
    assert (len(acknowledged), len(seen)) == (1, 1)


async def test_a_form_that_is_sent_twice_is_sent_once(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)
    await rig.presses(hana, "Reply")
    sent = hana.submit(rig.form(hana), {"words": "No.", "propose": "=no"})

    await rig.send(sent)
    await rig.send(sent)

    replies = [m for m in rig.seen(ann) if "replies to" in words(m)]
    assert len(replies) == 1


async def test_it_is_passed_on_by_a_button(rig: SlackRig) -> None:
    ann, hana, olu = rig.staff("ann"), rig.staff("hana"), rig.staff("olu")
    await rig.escalates(ann, ASKED)

    await rig.presses(hana, "Pass to …")
    await rig.presses(hana, "Olu (Office manager)")

    assert "Passed to you" in ping(rig, olu)


async def test_the_asker_adds_something_and_opens_it_again(rig: SlackRig) -> None:
    ann, hana = rig.staff("ann"), rig.staff("hana")
    await rig.escalates(ann, ASKED)
    await rig.presses(ann, "Add something")
    await rig.fills(ann, words="She is also a governor.")
    assert "She is also a governor." in words(rig.seen(hana)[-1])
    await rig.presses(hana, "Resolve")

    await rig.presses(ann, "Open it again")
    await rig.fills(ann, words="And on Instagram?")

    assert "And on Instagram?" in words(rig.seen(hana)[-1])


async def test_a_stranger_can_do_nothing_about_it(rig: SlackRig) -> None:
    ann, eve = rig.staff("ann"), rig.staff("eve")
    await rig.escalates(ann, ASKED)
    await rig.says(eve, ASKED)
    press = eve.click(rig.seen(eve)[-1], "Why this answer?")
    stolen = Handle(EscalationId("esc00003"), 1, Step.RESOLVE)
    press.payload["actions"][0]["value"] = encode(stolen)

    await rig.send(press)

    assert "not open to you" in words(rig.seen(eve)[-1])


async def test_an_emergency_pings_everybody_at_once_with_a_name(
    rig: SlackRig,
) -> None:
    ann = rig.staff("ann")
    team = [rig.staff(name) for name in ("lena", "sam", "hana", "dev")]
    await rig.says(ann, "a pupil told me she is going to kill herself tonight")

    await rig.presses(ann, "Ping them now")

    for one in team:
        assert "Ann Example needs the safeguarding team now" in ping(rig, one)
        assert "kill" not in ping(rig, one)


async def test_an_emergency_names_whom_slack_knows_by_their_user_name_alone(
    rig: SlackRig,
) -> None:
    ann, lena = rig.staff("ann"), rig.staff("lena")
    rig.double.api.refuse("users.info", "fatal_error", 2)
    await rig.says(ann, "a pupil told me she is going to kill herself tonight")
    rig.clock.on(minutes=2)

    await rig.presses(ann, "Ping them now")

    assert "uann needs the safeguarding team now" in ping(rig, lena)


async def test_somebody_is_left_out_of_an_emergencys_ping(rig: SlackRig) -> None:
    ann, lena, hana = rig.staff("ann"), rig.staff("lena"), rig.staff("hana")
    await rig.says(ann, "a pupil told me she is going to kill herself tonight")

    await rig.presses(ann, "It is about one of them")
    await rig.fills(ann, about="lena")

    assert rig.seen(lena) == []
    assert "needs the safeguarding team now" in ping(rig, hana)


async def test_a_head_whom_slack_does_not_have_is_passed_over(
    oakfield: School,
) -> None:
    async with SlackRig(oakfield) as rig:
        ann, dev = rig.staff("ann"), rig.staff("dev")

        await rig.escalates(ann, ASKED)

        assert "Passed to you" in ping(rig, dev)
        assert any("was passed to Dev" in words(message) for message in rig.seen(ann))


@pytest.mark.parametrize("error", ["account_inactive", "user_not_found"])
async def test_what_cannot_be_delivered_goes_to_the_next(
    rig: SlackRig, error: str
) -> None:
    ann, dev = rig.staff("ann"), rig.staff("dev")
    rig.staff("hana")
    await rig.says(ann, ASKED)
    await rig.presses(ann, OFFER)
    await rig.fills(ann, question="May I?")
    rig.double.api.hold("chat.postMessage").set()  # the word to the asker
    rig.double.api.refuse("chat.postMessage", error)

    await rig.presses(ann, "Send it")

    assert "Passed to you" in ping(rig, dev)


def test_the_people_of_the_tests_are_reached_on_slack() -> None:
    roster = on_slack(a_roster())

    assert roster.holders[0].addresses == (Address("slack", f"T1/{user('hana')}"),)
