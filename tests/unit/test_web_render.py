"""A reply as HTML: every part, escaped; what can be pressed, and what no longer can."""

import datetime as dt

import pytest

from adapters.web import channel, inbound
from adapters.web.inbound import BadRequestError, TooLongError
from adapters.web.limits import MOST_KEYS, Limit, TooOftenError
from adapters.web.render import Setting, to_html
from bot.actions import (
    Away,
    ChooseTopic,
    Draft,
    Drafting,
    EscalationId,
    Handle,
    Step,
    encode,
)
from bot.people import PersonId
from bot.persistence.outbox import Entry
from bot.reply import (
    Button,
    Choices,
    Field,
    Form,
    Notice,
    Paragraph,
    Part,
    Quotation,
    Reply,
    Sources,
    Tone,
)
from bot.turn import Press, Submission, Utterance
from knowledge.model import Citation, ClauseId, TopicId, Wording
from tests.fakes import FakeClock

NASTY = "<b onclick=x>\"'&</textarea>"
CLAUSE = Citation(ClauseId("5.3"), "5.3 Friends", NASTY, Wording.SUMMARY)
TOPIC = Button("Parents", ChooseTopic(TopicId("parents")))
SEND = Button("Send it", Draft(Drafting.SEND_MASKED))
ACK = Button("Acknowledge", Handle(EscalationId("abcd2345"), 1, Step.ACKNOWLEDGE))
WORDS = Field("words", "Your words", lines=5)
ANSWER = Button("Send", Handle(EscalationId("abcd2345"), 1, Step.ANSWER))
PERSON = PersonId("web:ann")
TOKEN = "t" * 20


def setting(*, live: bool = True) -> Setting:
    return Setting(prefix="e1", live=live, csrf="c", turn=TOKEN, back="/inbox")


def html(*parts: Part, live: bool = True) -> str:
    return to_html(Reply(parts, ""), setting(live=live))


def test_an_answer_can_be_rated_while_it_is_the_latest_and_asks_nothing() -> None:
    answer = Reply((Paragraph("No."),), "", ratable=True)
    asks = Reply((Choices("Has the head agreed?", (TOPIC,)),), "", ratable=True)

    assert "It helped" in to_html(answer, setting())
    assert "It helped" not in to_html(answer, setting(live=False))
    assert "It helped" not in to_html(asks, setting())


def said(text: str, number: int) -> Entry:
    return Entry(mine=True, reply=Reply((Paragraph(text),), ""), id=number)


def told(number: int, *parts: Part) -> Entry:
    return Entry(mine=False, reply=Reply(parts, ""), id=number)


@pytest.mark.parametrize(
    "part",
    [
        Paragraph(NASTY),
        Quotation(CLAUSE),
        Sources(NASTY, (CLAUSE,)),
        Choices(NASTY, (Button(NASTY, TOPIC.action),)),
        Form(NASTY, (Field("words", NASTY, NASTY, 5),), Button(NASTY, SEND.action)),
        Form(NASTY, (Field("words", NASTY, NASTY),), SEND),
        Form(NASTY, (Field("words", NASTY, "", 1, ((NASTY, NASTY),)),), SEND),
        *(Notice(tone, NASTY) for tone in Tone),
    ],
)
def test_no_part_lets_markup_through(part: Part) -> None:
    shown = html(part)

    assert "<b " not in shown
    assert "&lt;b onclick=x&gt;&#34;&#39;&amp;&lt;/textarea&gt;" in shown


def test_reasons_are_escaped_too() -> None:
    shown = to_html(Reply((), "", why=(NASTY,)), setting())

    assert "<b " not in shown


def test_a_form_is_one_of_its_own_with_its_values() -> None:
    fields = (
        Field("question", "What?", "\nas typed", 6),
        Field("name", "Who?", "b", options=(("a", "A"), ("b", "B"))),
        Field("until", "When?", "2026-03-06"),
    )
    shown = html(Form("Ask", fields, SEND))

    assert '<form class="fill" method="post" action="/ask" aria-label="Ask">' in shown
    assert 'name="f.question" rows="6">\n\nas typed</textarea>' in shown
    assert '<option value="b" selected>B</option>' in shown
    assert '<option value="a">A</option>' in shown
    assert 'type="text" id="e1-0-until" name="f.until" value="2026-03-06"' in shown
    assert f'name="action" value="{encode(SEND.action)}"' in shown
    assert 'name="back" value="/inbox"' in shown


def test_every_label_names_its_own_input() -> None:
    fields = (WORDS, Field("name", "Who?", options=(("a", "A"),)))
    shown = html(Form("One", fields, SEND), Form("Two", fields, SEND))

    for at in ("e1-0-words", "e1-0-name", "e1-1-words", "e1-1-name"):
        assert shown.count(f'for="{at}"') == 1
        assert shown.count(f'id="{at}"') == 1


def test_an_earlier_reply_keeps_only_what_the_bot_can_tell_is_late() -> None:
    shown = html(Choices("Which?", (TOPIC, SEND, ACK)), live=False)

    assert "Which?" in shown
    assert "Acknowledge" in shown
    assert "Parents" not in shown
    assert "Send it" not in shown


def test_an_earlier_form_is_folded_or_set_aside() -> None:
    draft = html(Form("Ask the head", (WORDS,), SEND), live=False)
    reply = html(Form("Reply to ABCD", (WORDS,), ANSWER), live=False)

    assert "<form" not in draft
    assert "set aside" in draft
    assert "<details><summary>Reply to ABCD</summary><form" in reply


def test_news_does_not_take_away_the_buttons_of_the_reply_before_it() -> None:
    thread = (said("a", 1), told(2, Choices("", (SEND,))), told(3, Paragraph("news")))

    assert [each.live for each in channel.view(thread)] == [False, True, True]
    assert [each.latest for each in channel.view(thread)] == [False, True, False]


def test_the_page_leads_to_the_news_that_was_asked_for() -> None:
    thread = (said("a", 1), told(2), told(5), told(8))

    assert [each.latest for each in channel.view(thread, 2)][2]
    assert channel.news(thread, 2) == 2
    assert channel.newest(thread) == 8


@pytest.mark.parametrize("thread", [(), (said("a", 1),), (told(1), told(2))])
def test_without_a_turn_there_is_no_reply_to_one(thread: tuple[Entry, ...]) -> None:
    assert channel.answer(thread) is None
    assert sum(each.latest for each in channel.view(thread)) == bool(thread)


def test_labels_are_those_of_buttons_and_forms() -> None:
    reply = Reply((Choices("", (TOPIC,)), Form("", (), ANSWER), Paragraph("x")), "")
    found = channel.labels([reply])

    assert found == {
        **{encode(button.action): button.label for button in channel.RATING},
        encode(TOPIC.action): "Parents",
        encode(ANSWER.action): "Send",
    }


def test_a_form_s_fields_make_a_submission_and_a_button_a_press() -> None:
    form = {"action": encode(ANSWER.action), "turn": TOKEN}

    assert inbound.activity(form) == Press(ANSWER.action)
    assert inbound.activity({**form, "f.words": "yes"}) == Submission(
        ANSWER.action, (("words", "yes"),)
    )
    assert inbound.activity({"question": "what"}) == Utterance("what")


def test_a_thread_shows_words_that_were_sent_and_labels_of_what_is_drafted() -> None:
    draft = Submission(SEND.action, (("question", "secret"),))
    labels = {encode(SEND.action): "Send it"}

    assert inbound.shown(Submission(ANSWER.action, (("words", " yes "),)), {}) == "yes"
    assert inbound.shown(draft, labels) == "Send it"
    assert inbound.shown(Press(Away(back=True)), {}) == "An earlier button"
    assert inbound.shown(Utterance(" \n "), {}) == "(nothing)"


def test_a_turn_is_known_again_by_its_button_its_page_and_its_person() -> None:
    form = {"action": encode(ACK.action), "turn": TOKEN}
    turn = inbound.turn_from_form(form, PERSON, {})
    others = [
        inbound.turn_from_form({**form, "turn": "u" * 20}, PERSON, {}),
        inbound.turn_from_form({**form, "action": encode(TOPIC.action)}, PERSON, {}),
        inbound.turn_from_form(form, PersonId("web:bob"), {}),
    ]

    assert turn == inbound.turn_from_form(form, PERSON, {})
    assert turn.id not in {other.id for other in others}
    assert "ann" not in turn.id
    assert turn.address.id == "ann"


@pytest.mark.parametrize("back", ["", "/x", "//evil.example", "https://evil.example"])
def test_a_press_leads_back_to_a_page_of_ours(back: str) -> None:
    assert inbound.back({"back": back}) == "/"
    assert inbound.back({"back": "/asked"}) == "/asked"


def test_line_breaks_are_one_kind_and_control_characters_none() -> None:
    assert inbound.fields(b"a=1%0D%0A2%0D3%00%1B") == {"a": "1\n2\n3"}


@pytest.mark.parametrize(
    "body", [b"a=1&a=2", b"a=%ff", "a=é".encode(), b"&".join([b"a=1"] * 30)]
)
def test_a_body_that_no_form_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequestError):
        inbound.fields(body)


def test_a_field_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(TooLongError):
        inbound.fields(b"a=" + b"x" * 20_001)


def test_a_limit_refills_evenly_and_says_how_long_to_wait() -> None:
    clock = FakeClock()
    limit = Limit(3, dt.timedelta(minutes=1), clock)
    for _ in range(3):
        limit.take("ann")
    with pytest.raises(TooOftenError) as refused:
        limit.take("ann")
    limit.take("bob")
    clock.on(seconds=20)
    limit.take("ann")

    assert refused.value.wait == 20
    with pytest.raises(TooOftenError):
        limit.take("ann")


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    clock = FakeClock()
    limit = Limit(2, dt.timedelta(minutes=1), clock)
    limit.take("ann")
    clock.on(hours=-1)
    limit.take("ann")

    with pytest.raises(TooOftenError):
        limit.take("ann")


def test_a_limit_forgets_who_came_longest_ago() -> None:
    limit = Limit(1, dt.timedelta(minutes=1), FakeClock())
    for number in range(MOST_KEYS + 1):
        limit.take(str(number))
    limit.take("0")

    with pytest.raises(TooOftenError):
        limit.take(str(MOST_KEYS))
