"""From an answer to the head and back, through the whole shell."""

import datetime as dt
from dataclasses import replace

import pytest

from bot import drafting, pinging
from bot.actions import Away, Draft, Drafting, EscalationId, Handle, Step
from bot.escalation import Status
from bot.people import Roster
from bot.plain_text import plain
from bot.ports import DeliveryError
from bot.turn import Press, Submission, Utterance
from knowledge import School
from knowledge.model import SchoolId
from tests.fakes import DEPUTY, HEAD, OAKFIELD, Rig, a_roster

PARENT = "a mum wants to be friends on facebook"


@pytest.fixture
async def rig(oakfield: School) -> Rig:
    made = Rig(oakfield, roster=a_roster())
    for who in ("ann", "bob", "hana", "dev", "lena", "sam", "cleo", "vic", "olu"):
        await made.begin(who, f"{who.capitalize()} Example")
    return made


async def test_a_doubted_answer_reaches_the_head_with_its_clause(rig: Rig) -> None:
    await rig.escalate("ann", PARENT)

    ping = rig.read("hana")
    assert "From: Ann Example" in ping
    assert f"Question: “{PARENT}”" in ping
    assert "It depends. Only if the head has agreed in writing." in ping
    assert "Clause 1.2" in ping


async def test_the_preview_shows_exactly_what_is_sent_and_to_whom(rig: Rig) -> None:
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question="May I?", name="named")
    preview = rig.channel.to("ann")[-1].reply.parts
    await rig.press("ann", "Send it")
    ping = rig.channel.to("hana")[-1].reply.parts

    shared = [part for part in preview if part in ping]
    assert [type(part).__name__ for part in shared] == [
        "Paragraph",
        "Paragraph",
        "Paragraph",
        "Quotation",
    ]
    assert "goes to Hana (Headteacher)" in rig.channel.to("ann")[-3].reply.parts[1].text  # type: ignore[union-attr]


async def test_nothing_is_sent_before_the_preview_is_confirmed(rig: Rig) -> None:
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question="May I?")
    await rig.press("ann", "Do not send")

    assert not rig.channel.to("hana")


async def test_pupils_names_are_masked_unless_the_asker_says_otherwise(
    rig: Rig,
) -> None:
    question = "Jayden's mum wants to be friends"
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question=question)
    both = rig.read("ann")
    await rig.press("ann", "Send it with names masked")

    assert "As you typed it: “Jayden's mum" in both
    assert "[pupil A]'s mum" in both
    assert "Jayden" not in rig.read("hana")


async def test_the_asker_can_send_it_as_typed(rig: Rig) -> None:
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit(
        "ann", "See what will be sent", question="Jayden's mum wants to be friends"
    )
    await rig.press("ann", "Send it as typed")

    assert "Jayden's mum" in rig.read("hana")


async def test_without_a_name_nothing_says_who_asks(rig: Rig) -> None:
    await rig.escalate("ann", PARENT, name="anonymous")

    everything = " ".join(str(d) for d in rig.channel.to("hana"))
    assert "Ann" not in everything
    assert "stay anonymous" in rig.read("hana")


@pytest.mark.parametrize(
    ("question", "said"),
    [("  ", drafting.EMPTY), ("x" * 4001, drafting.TOO_LONG)],
)
async def test_what_cannot_be_sent_is_asked_for_again_and_kept(
    rig: Rig, question: str, said: str
) -> None:
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question=question, about="olu")

    assert said in rig.read("ann")
    assert question.strip() in rig.read("ann")
    assert "See what will be sent" in rig.labels("ann")


async def test_a_matter_about_the_head_goes_to_the_chair_alone(rig: Rig) -> None:
    await rig.escalate("ann", PARENT, about="hana", concern="staff")

    assert rig.channel.to("cleo")
    assert not rig.channel.to("hana")
    assert not rig.channel.to("dev")
    assert "never shown to: Hana (Headteacher)" in str(rig.channel.to("ann"))


async def test_a_child_s_safety_goes_to_the_safeguarding_lead(rig: Rig) -> None:
    await rig.escalate("ann", PARENT, concern="child")

    assert rig.channel.to("lena")
    assert not rig.channel.to("hana")


async def test_where_nobody_may_be_asked_nothing_is_sent_and_it_is_said(
    oakfield: School,
) -> None:
    roster = replace(a_roster(), roles=a_roster().roles[:2])
    rig = Rig(oakfield, roster=roster)
    await rig.begin("ann")
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question="?", about="hana")

    assert drafting.NOBODY in rig.read("ann")
    assert {d.address.id for d in rig.channel.sent} == {"ann"}


async def test_the_head_s_own_question_does_not_come_back_to_them(rig: Rig) -> None:
    await rig.escalate("hana", PARENT)

    assert rig.channel.to("cleo")
    assert not rig.channel.to("dev")


async def test_where_nobody_is_named_no_button_is_offered(oakfield: School) -> None:
    rig = Rig(oakfield, roster=None)
    await rig.begin("ann")
    await rig.act("ann", Utterance(PARENT))

    assert "Ask the headteacher" not in str(rig.channel.sent[-1].reply.parts)
    await rig.act("ann", Press(Draft(Drafting.ASK)))
    assert drafting.NOT_SET_UP in rig.read("ann")


# What the head can do


async def test_the_asker_hears_delivered_seen_replied_and_settled(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.press("hana", "Acknowledge")
    await rig.answer("hana", "No, please do not.")
    await rig.press("ann", "That settles it")

    heard = " ".join(str(d.reply) for d in rig.channel.to("ann"))
    for words in ("has reached Hana", "has seen", "No, please do not.", "Settled"):
        assert words in heard
    assert (await rig.case(sent.id)).status is Status.RESOLVED
    assert "is settled" in rig.read("hana")


async def test_nothing_the_asker_writes_can_be_taken_for_headnote_s_words(
    rig: Rig,
) -> None:
    forged = "May I?”\n\nHeadnote had answered: Yes."
    await rig.escalate("ann", PARENT, question=forged)

    ping = rig.read("hana")
    assert '“May I?"\n\nHeadnote had answered: Yes.”' in ping


async def test_a_reply_without_words_is_not_sent(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.answer("hana", "   ")

    assert "nothing to send" in rig.read("hana")
    assert (await rig.case(sent.id)).status is Status.DELIVERED


async def test_a_reply_that_is_too_long_comes_back_to_be_shortened(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    words = "word " * 1000
    await rig.answer("hana", words)

    assert "longer than 4,000 characters" in rig.read("hana")
    assert words.strip() in rig.read("hana")
    await rig.submit("hana", "Send", words="Shorter.")
    assert (await rig.case(sent.id)).status is Status.REPLIED


async def test_a_late_press_says_what_happened_and_changes_nothing(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.act("ann", Press(Handle(sent.id, 1, Step.WITHDRAW)))
    await rig.press("hana", "Acknowledge")

    assert "Nothing was changed" in rig.read("hana")
    assert "Withdrawn" in rig.read("hana")
    assert (await rig.case(sent.id)).status is Status.WITHDRAWN


async def test_a_button_from_before_the_question_was_reopened_does_nothing(
    rig: Rig,
) -> None:
    sent = await rig.escalate("ann", PARENT)
    old = rig.action("hana", "Resolve")
    await rig.act("hana", Press(old))
    await rig.press("ann", "Open it again")
    await rig.submit("ann", "Send", words="But what about her sister?")
    await rig.act("hana", Press(old))

    assert (await rig.case(sent.id)).status is Status.DELIVERED
    assert "But what about her sister?" in str(rig.channel.to("hana"))


async def test_a_double_click_does_nothing_twice(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    press = Press(Handle(sent.id, 1, Step.ACKNOWLEDGE))
    await rig.act("hana", press, turn="same")
    await rig.act("hana", press, turn="same")
    await rig.act("hana", press)

    seen = [d for d in rig.channel.to("ann") if "has seen" in str(d.reply)]
    assert len(seen) == 1


async def test_somebody_who_was_not_sent_it_can_do_nothing(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    before = await rig.case(sent.id)
    for who in ("bob", "dev", "cleo"):
        for step in Step:
            await rig.act(who, Press(Handle(sent.id, 1, step, to=None)))
            assert "not open to you" in rig.read(who)
            assert "facebook" not in rig.read(who)

    assert await rig.case(sent.id) == before


async def test_an_escalation_that_does_not_exist_says_no_more_than_that(
    rig: Rig,
) -> None:
    name = EscalationId("zzzz")
    await rig.act("hana", Press(Handle(name, 1, Step.ACKNOWLEDGE)))

    assert "not open to you" in rig.read("hana")


async def test_the_head_can_pass_it_to_somebody_it_is_not_about(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT, about="dev", concern="staff")
    await rig.press("hana", "Pass to …")
    offered = rig.labels("hana")
    await rig.press("hana", "Olu (Office manager)")

    assert not any("Dev" in label for label in offered)
    assert "Passed to you" in rig.read("olu")
    assert (await rig.case(sent.id)).holder == "olu"
    assert "was passed to Olu" in str(rig.channel.to("ann"))


async def test_the_asker_can_add_and_the_holder_hears_it(rig: Rig) -> None:
    await rig.escalate("ann", PARENT)
    await rig.press("ann", "Add something")
    await rig.submit("ann", "Send", words="She is also a governor.")

    assert "She is also a governor." in rig.read("hana")


async def test_a_withdrawn_question_tells_whoever_had_it(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.act("ann", Press(Handle(sent.id, 1, Step.WITHDRAW)))

    assert "was withdrawn" in rig.read("hana")


async def test_a_reply_can_be_proposed_for_the_answers(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.answer("hana", "Only with my letter.", propose="yes")
    waiting = await rig.store.tx(lambda desk: desk.cases.proposals(OAKFIELD))

    assert [(p.id, p.words, p.topic) for p in waiting] == [
        (sent.id, "Only with my letter.", "friend-request-from-parent")
    ]


async def test_every_copy_of_a_ping_shows_how_it_stands_once_somebody_acted(
    rig: Rig,
) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.pass_time(hours=4)
    pings = {d.key for d in rig.channel.to("hana")}
    await rig.press("hana", "Acknowledge")
    await rig.answer("hana", "No.")

    replaced = [d for d in rig.channel.updated if d.address.id == "hana"]
    assert {d.replaces for d in replaced} == pings
    assert "Seen by Hana" in plain(replaced[0].reply)
    assert "Answered by Hana" in plain(replaced[-1].reply)
    assert (await rig.case(sent.id)).status is Status.REPLIED


async def test_a_withdrawn_question_is_no_longer_shown_to_whoever_had_it(
    rig: Rig,
) -> None:
    sent = await rig.escalate("ann", PARENT, question="zanzibar")
    await rig.act("ann", Press(Handle(sent.id, 1, Step.WITHDRAW)))

    assert "zanzibar" not in plain(rig.channel.updated[-1].reply)
    assert rig.channel.updated[-1].address.id == "hana"


# Time


async def test_the_head_is_reminded_and_then_the_deputy_is_asked(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.pass_time(hours=4)
    reminded = rig.read("hana")
    await rig.pass_time(hours=24)  # after hours on Tuesday: the ping waits
    await rig.pass_time(hours=16)

    assert "Still waiting" in reminded
    assert "Passed to you" in rig.read("dev")
    assert (await rig.case(sent.id)).holder == DEPUTY.id


async def test_no_reminder_follows_an_acknowledgement(rig: Rig) -> None:
    await rig.escalate("ann", PARENT)
    await rig.press("hana", "Acknowledge")

    assert await rig.pass_time(hours=4) == []


async def test_a_reminder_held_for_the_morning_does_not_follow_a_hand_over(
    rig: Rig,
) -> None:
    rig.clock.on(hours=3)  # 15:00: the four hours end at 10:30 on Tuesday
    sent = await rig.escalate("ann", PARENT)
    await rig.pass_time(hours=30)  # 21:00: the reminder waits for the morning
    before = len(rig.channel.to("hana"))
    await rig.pass_time(hours=60)

    case = await rig.case(sent.id)
    assert (case.holder, case.status) == (DEPUTY.id, Status.DELIVERED)
    reminders = [d for d in rig.channel.to("hana")[before:] if "Still" in str(d.reply)]
    assert not reminders


async def test_without_a_known_name_none_is_offered(oakfield: School) -> None:
    rig = Rig(oakfield, roster=a_roster())
    await rig.begin("ann")
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")

    assert "With my name" not in rig.read("ann")
    assert "Without my name" in rig.read("ann")


async def test_the_head_of_two_schools_acts_for_the_one_it_was_asked_at(
    oakfield: School,
) -> None:
    rig = Rig(oakfield, roster=a_roster(), more={SchoolId("ashfield"): oakfield})
    await rig.begin("ann", "Ann Example")
    await rig.adviser.begin(rig.person("hana"), SchoolId("ashfield"))
    sent = await rig.escalate("ann", PARENT)
    await rig.press("hana", "Acknowledge")
    await rig.answer("hana", "No.")

    assert (await rig.case(sent.id)).status is Status.REPLIED


async def test_a_late_acknowledgement_by_the_head_still_counts(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    for _ in range(3):
        await rig.pass_time(hours=24)
    await rig.press("hana", "Acknowledge")

    assert (await rig.case(sent.id)).holder == HEAD.id
    assert "has taken" in rig.read("dev")


async def test_outside_school_hours_a_question_waits_for_the_morning(
    rig: Rig,
) -> None:
    rig.clock.on(hours=8)
    await rig.escalate("ann", PARENT)
    said = rig.read("ann")
    in_the_evening = rig.channel.to("hana")
    await rig.pass_time(hours=12)

    assert "outside school hours" in said
    assert "tomorrow at 08:00" in said
    assert not in_the_evening
    assert rig.channel.to("hana")


async def test_a_question_withdrawn_before_morning_never_bothers_the_head(
    rig: Rig,
) -> None:
    rig.clock.on(hours=8)
    sent = await rig.escalate("ann", PARENT)
    await rig.act("ann", Press(Handle(sent.id, 1, Step.WITHDRAW)))
    await rig.pass_time(hours=24)

    assert not rig.channel.to("hana")


async def test_with_the_head_away_it_goes_straight_to_the_deputy(rig: Rig) -> None:
    day = rig.clock().date() + dt.timedelta(days=4)
    await rig.act("hana", Submission(Away(back=False), (("until", day.isoformat()),)))
    await rig.escalate("ann", PARENT)

    assert "Noted: away up to and including Friday 6 March 2026" in str(
        rig.channel.to("hana")
    )
    assert "A question for you" in rig.read("dev")


@pytest.mark.parametrize("typed", ["", "soon", "2020-01-01", "2099-01-01"])
async def test_an_absence_that_makes_no_sense_is_asked_for_again(
    rig: Rig, typed: str
) -> None:
    await rig.act("hana", Submission(Away(back=False), (("until", typed),)))

    assert "Save" in rig.labels("hana")
    assert await rig.store.tx(lambda desk: desk.register.absences(OAKFIELD)) == ()


async def test_only_holders_can_be_away(rig: Rig) -> None:
    await rig.act("ann", Press(Away(back=False)))

    assert "Only people whom questions are passed to" in rig.read("ann")


async def test_with_nobody_there_it_waits_for_the_first_who_is_back(
    oakfield: School,
) -> None:
    back = dt.date(2026, 3, 4)
    roster: Roster = a_roster()
    gone = tuple(
        replace(h, away_until=back if h.id == DEPUTY.id else dt.date(2026, 3, 20))
        for h in roster.holders
    )
    rig = Rig(oakfield, roster=replace(roster, holders=gone))
    await rig.begin("ann")
    await rig.escalate("ann", PARENT)
    said = rig.read("ann")
    before = rig.channel.to("dev")
    await rig.pass_time(days=2, hours=20)

    assert "Nobody who may answer" in said
    assert "at 08:00 on Thursday 5 March" in said
    assert not before
    assert "A question for you" in rig.read("dev")


async def test_at_the_end_of_the_chain_everybody_is_reminded_every_day(
    rig: Rig,
) -> None:
    await rig.escalate("ann", PARENT)
    for _ in range(12):
        await rig.pass_time(hours=24)
    reminders = len(rig.channel.to("dev"))
    for _ in range(3):
        await rig.pass_time(hours=24)

    assert "Nobody has answered" in str(rig.channel.to("ann"))
    assert str(rig.channel.to("ann")).count("Nobody has answered") == 1
    assert len(rig.channel.to("dev")) > reminders


async def test_an_answered_question_settles_by_itself_in_the_end(rig: Rig) -> None:
    sent = await rig.escalate("ann", PARENT)
    await rig.answer("hana", "No.")
    for _ in range(9):
        await rig.pass_time(days=1)

    assert (await rig.case(sent.id)).status is Status.RESOLVED


# Failing deliveries


async def test_a_ping_that_cannot_be_delivered_goes_to_the_next_person(
    rig: Rig,
) -> None:
    await rig.act("ann", Utterance(PARENT))
    await rig.press("ann", "Ask the headteacher")
    await rig.submit("ann", "See what will be sent", question="?")
    rig.channel.refused["hana"] = DeliveryError("no such user", retryable=False)
    await rig.press("ann", "Send it")

    assert "Passed to you" in rig.read("dev")
    assert "was passed to Dev" in str(rig.channel.to("ann"))


async def test_where_nobody_can_be_reached_it_is_tried_once_a_day_and_said(
    rig: Rig,
) -> None:
    for who in ("hana", "dev"):
        rig.channel.refused[who] = DeliveryError("no such user", retryable=False)
    sent = await rig.escalate("ann", PARENT)
    for _ in range(3):
        await rig.pass_time(days=1)
    said = str(rig.channel.to("ann")).count("could not be delivered to Dev")
    del rig.channel.refused["dev"]
    await rig.pass_time(days=1)

    assert 1 <= said <= 4
    assert rig.channel.to("dev")
    assert (await rig.case(sent.id)).status is Status.DELIVERED


# Emergencies


async def test_an_emergency_s_ping_reaches_everybody_without_a_word_of_it(
    rig: Rig, oakfield: School
) -> None:
    await rig.act("ann", Utterance(emergency(oakfield)))
    await rig.press("ann", "Ping them now")

    for who in ("lena", "sam", "hana", "dev"):
        assert "Ann Example needs the safeguarding team now" in rig.read(who)
        assert "zanzibar" not in rig.read(who)
    assert not rig.channel.to("cleo")


def emergency(school: School) -> str:
    topic = next(t for t in school.bank.topics.values() if t.emergency)
    return topic.phrasings[0]


async def test_an_emergency_s_ping_is_repeated_until_somebody_takes_it(
    rig: Rig, oakfield: School
) -> None:
    rig.clock.on(hours=10)  # late in the evening: an emergency does not wait
    await rig.act("ann", Utterance(emergency(oakfield)))
    await rig.press("ann", "Ping them now")
    again = await rig.pass_time(minutes=5)
    await rig.press("sam", "I am dealing with it")
    quiet = await rig.pass_time(minutes=30)

    assert {d.address.id for d in again} == {"lena", "sam", "hana", "dev"}
    assert quiet == []
    assert "has seen" in str(rig.channel.to("ann")[-1].reply)
    assert "Sam (Deputy lead) has taken" in rig.read("lena")


async def test_an_emergency_about_one_of_them_leaves_that_person_out(
    rig: Rig, oakfield: School
) -> None:
    await rig.act("ann", Utterance(emergency(oakfield)))
    await rig.press("ann", "It is about one of them")
    await rig.submit("ann", "Ping now", about="hana")

    assert not rig.channel.to("hana")
    assert rig.channel.to("lena")
    assert rig.channel.to("cleo")


async def test_one_emergency_is_pinged_once(rig: Rig, oakfield: School) -> None:
    await rig.act("ann", Utterance(emergency(oakfield)))
    ping = rig.action("ann", "Ping them now")
    await rig.act("ann", Press(ping))
    await rig.act("ann", Press(ping))

    assert len(rig.channel.to("lena")) == 1
    assert drafting.GONE in rig.read("ann")


def test_the_words_for_nobody_left_name_somebody_to_turn_to() -> None:
    assert "LADO" in drafting.NOBODY
    assert "999" in pinging.NOBODY
