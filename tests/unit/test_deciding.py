"""Each decision, on a school of six topics."""

import datetime as dt
from dataclasses import replace

import pytest

from bot.actions import Action, ChooseOption, ChooseTopic, NoneOfThese, Undo
from bot.answering import SAY_MORE
from bot.conversation import Contact, Conversation, Offered, Situation, Walk
from bot.deciding import STALE, decide
from bot.decision import Decision
from bot.people import Address, PersonId
from bot.plain_text import plain
from bot.reply import Kind
from bot.turn import Press, Turn, TurnId, Utterance
from knowledge import School
from knowledge.matching import Emergency, Evidence, Match, Matcher
from knowledge.model import OptionId, QuestionId, SchoolId, TopicId, Verdict

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
EMPTY = Conversation(SchoolId("oakfield"))
PARENT = TopicId("friend-request-from-parent")


def act(
    school: School,
    activity: str | Action,
    conversation: Conversation = EMPTY,
    contacts: tuple[Contact, ...] = (),
    now: dt.datetime = NOW,
) -> Decision:
    turn = Turn(
        id=TurnId("1"),
        person=PersonId("p"),
        address=Address("test", "p"),
        activity=Utterance(activity) if isinstance(activity, str) else Press(activity),
    )
    return decide(turn, Situation(conversation, contacts), school, now)


def kind_of(decision: Decision) -> Kind:
    return decision.findings[0].kind


def test_a_clear_question_is_answered_with_its_clause(oakfield: School) -> None:
    finding = act(oakfield, "can I say where I work in my bio").findings[0]

    assert (finding.kind, finding.verdict) == (Kind.ANSWER, Verdict.NO)
    assert [c.clause for c in finding.citations] == ["2.10"]
    assert finding.why.topic == "say-where-i-work"
    assert finding.why.score is not None
    assert any("like “" in reason for reason in finding.why.because)


def test_the_reply_quotes_the_clause_as_our_summary(oakfield: School) -> None:
    text = plain(act(oakfield, "school name in my bio").messages[0].reply)

    assert "our summary" in text
    assert "2.10 (2 Profiles)" in text


def test_where_the_answer_depends_the_rule_is_said_and_the_question_asked(
    oakfield: School,
) -> None:
    decision = act(oakfield, "a mum wants to be friends on facebook")
    finding = decision.findings[0]

    assert (finding.kind, finding.verdict) == (Kind.ANSWER, Verdict.DEPENDS)
    assert finding.question == "Has the head agreed?"
    assert [b.label for b in finding.buttons] == ["Yes", "No", "Not sure"]
    assert finding.offer.offered
    assert isinstance(decision.conversation.open, Walk)


def test_what_was_said_is_not_asked_again(oakfield: School) -> None:
    text = "can I add a mum on facebook, the head agreed and I got it in an email"
    finding = act(oakfield, text).findings[0]

    assert finding.verdict is Verdict.YES
    assert dict(finding.why.taken_as_said) == {"agreed": "yes", "writing": "written"}


def test_buttons_and_typed_answers_lead_to_the_same_place(oakfield: School) -> None:
    asked = act(oakfield, "a mum wants to be friends on facebook").conversation
    pressed = act(
        oakfield, ChooseOption(PARENT, QuestionId("agreed"), OptionId("no")), asked
    )
    typed = act(oakfield, "nope", asked)

    assert pressed.findings[0].verdict is Verdict.NO
    assert pressed.findings[0].say == typed.findings[0].say


def test_the_last_answer_can_be_taken_back(oakfield: School) -> None:
    asked = act(oakfield, "can I add a parent on facebook").conversation
    yes = act(oakfield, "yes", asked).conversation
    done = act(oakfield, "by email", yes)
    back = act(oakfield, Undo(PARENT), done.conversation)

    assert done.findings[0].verdict is Verdict.YES
    assert back.findings[0].question == "Did the head agree in writing?"
    assert act(oakfield, "back", back.conversation).findings[0].question == (
        "Has the head agreed?"
    )


def test_a_question_too_short_is_asked_back_and_then_answered(
    oakfield: School,
) -> None:
    short = act(oakfield, "can I accept this request")
    after = act(oakfield, "its from one of my pupils", short.conversation)

    assert kind_of(short) is Kind.CLARIFY
    assert isinstance(short.conversation.open, Offered)
    assert after.findings[0].why.topic == "friend-request-from-pupil"


def test_a_question_that_says_what_would_be_asked_is_answered(
    oakfield: School,
) -> None:
    decision = act(oakfield, "should I accept this request, its a pupil")

    assert decision.findings[0].why.topic == "friend-request-from-pupil"


def test_a_new_question_ends_the_old_one(oakfield: School) -> None:
    asked = act(oakfield, "a mum wants to be friends on facebook").conversation
    other = act(oakfield, "can I have my phone on me in the classroom", asked)

    assert other.findings[0].why.topic == "own-phone-around-pupils"
    assert other.conversation.open is None


def test_words_that_fit_no_option_are_asked_again_and_nothing_is_lost(
    oakfield: School,
) -> None:
    asked = act(oakfield, "a mum wants to be friends on facebook").conversation
    again = act(oakfield, "blue maybe possibly whichever", asked)

    assert again.conversation.open is not None or kind_of(again) is Kind.OFF_TOPIC


def test_where_the_policy_is_silent_it_is_said_with_what_was_checked(
    oakfield: School,
) -> None:
    decision = act(oakfield, "is my phone allowed in lessons")

    assert kind_of(decision) is Kind.SILENT
    text = plain(decision.messages[0].reply)
    assert "The policy does not say." in text
    assert "1.1 (1 Friends)" in text
    assert decision.findings[0].offer.to == "headteacher"


def test_what_is_no_business_of_the_policy_is_said_so(oakfield: School) -> None:
    assert kind_of(act(oakfield, "the printer is jammed")) is Kind.OFF_TOPIC


def test_none_of_these_claims_no_silence_of_the_policy(oakfield: School) -> None:
    decision = act(oakfield, NoneOfThese())

    assert "No match found." in plain(decision.messages[0].reply)


def test_an_emergency_comes_before_what_is_open(oakfield: School) -> None:
    asked = act(oakfield, "a mum wants to be friends on facebook").conversation
    decision = act(oakfield, "yes and her daughter took an overdose", asked)

    assert kind_of(decision) is Kind.URGENT
    assert "999" in plain(decision.messages[0].reply)
    assert decision.findings[0].offer.to == "safeguarding lead"


def test_an_emergency_names_the_people_in_the_settings(oakfield: School) -> None:
    lead = Contact("Safeguarding lead", "Ann Example", "020 7946 0000")
    text = plain(
        act(oakfield, "pupil took an overdose", contacts=(lead,)).messages[0].reply
    )

    assert "Ann Example, 020 7946 0000" in text


def test_an_emergency_at_the_end_of_a_very_long_message_is_seen(
    oakfield: School,
) -> None:
    text = "lovely day at the farm " * 600 + "and then he took an overdose"

    assert kind_of(act(oakfield, text)) is Kind.URGENT


def test_a_question_about_the_rules_is_no_emergency(oakfield: School) -> None:
    assert kind_of(act(oakfield, "training on suicide posts")) is not Kind.URGENT


@pytest.mark.parametrize(
    "action",
    [
        ChooseOption(PARENT, QuestionId("agreed"), OptionId("yes")),
        ChooseOption(PARENT, QuestionId("gone"), OptionId("yes")),
        ChooseTopic(TopicId("gone")),
        Undo(PARENT),
    ],
)
def test_a_button_of_an_earlier_question_changes_nothing(
    oakfield: School, action: Action
) -> None:
    decision = act(oakfield, action)

    assert decision.findings[0].question == STALE
    assert decision.conversation == EMPTY


def test_an_option_that_the_tree_no_longer_has_changes_nothing(
    oakfield: School,
) -> None:
    walk = Walk(PARENT, (), (), finished=False)
    open_ = replace(EMPTY, open=walk)
    gone = ChooseOption(PARENT, QuestionId("agreed"), OptionId("gone"))

    assert act(oakfield, gone, open_).conversation == open_


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07\n", "\u200b\u202e"])
def test_an_empty_message_is_asked_for_words(oakfield: School, text: str) -> None:
    assert kind_of(act(oakfield, text)) is Kind.CLARIFY


@pytest.mark.parametrize(
    "text",
    ["😀😀😀", "<script>alert(1)</script>", "<!channel> *bold* <@U1>", "x" * 20000],
)
def test_a_hostile_message_gets_a_civil_reply_that_does_not_echo_it(
    oakfield: School, text: str
) -> None:
    reply = plain(act(oakfield, text).messages[0].reply)

    assert reply
    assert "<" not in reply
    assert "xxxx" not in reply


def test_an_overdue_review_is_said_in_the_footer(oakfield: School) -> None:
    text = "school name in my bio"
    late = plain(act(oakfield, text).messages[0].reply)
    early = plain(
        act(oakfield, text, now=dt.datetime(2025, 5, 31, tzinfo=dt.UTC))
        .messages[0]
        .reply
    )

    assert "due for review by May 2025" in late
    assert "due for review" not in early


def test_a_vague_message_is_asked_about_and_the_reply_completes_it(
    oakfield: School,
) -> None:
    first = act(oakfield, "what about that one then")
    finding = first.findings[0]
    assert (finding.kind, finding.question) == (Kind.CLARIFY, SAY_MORE)

    then = act(oakfield, "saying where I work in my bio", first.conversation)
    assert kind_of(then) is Kind.ANSWER
    assert then.findings[0].why.topic == "say-where-i-work"


def test_two_questions_get_two_answers_each_with_its_clause(oakfield: School) -> None:
    text = "can I say where I work in my bio and can I add a pupil as a friend online?"
    decision = act(oakfield, text)
    finding = decision.findings[0]
    shown = plain(decision.messages[0].reply)

    assert finding.second is not None
    topics = {finding.why.topic, finding.second.why.topic}
    assert topics == {"say-where-i-work", "friend-request-from-pupil"}
    assert "You also asked about this" in shown
    assert "2.10 (2 Profiles)" in shown
    assert "1.1 (" in shown


class AlarmedByPart(Matcher):
    """Sees an emergency in one part of a message, and not in the whole."""

    def match(self, text: str) -> Match:
        if text.startswith("is it bad"):
            return Emergency(TopicId("emergency-self-harm"), Evidence())
        return super().match(text)


@pytest.mark.parametrize(
    "first", ["can I say where I work in my bio", "can I bring a sandwich maker in"]
)
def test_an_emergency_in_one_part_of_a_message_comes_before_the_rest(
    oakfield: School, first: str
) -> None:
    matcher = AlarmedByPart(oakfield.matcher.reader, oakfield.pack)
    text = f"{first} and is it bad that he said that?"

    assert kind_of(act(replace(oakfield, matcher=matcher), text)) is Kind.URGENT
