"""A reply as Slack's blocks: every part, literal words, forms and what comes back."""

from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError

from adapters.slack import text
from adapters.slack.render import (
    fallback,
    form_of,
    home,
    is_form,
    to_blocks,
    to_modal,
    values_of,
)
from bot.actions import Away, Draft, Drafting, EscalationId, Handle, Step, encode
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
from knowledge.model import Citation, ClauseId, Wording
from tests.slack.block_kit import check, check_view

CLAUSE = Citation(ClauseId("5.3"), "5.3 Friends", "No friends.", Wording.SUMMARY)
VERBATIM = Citation(ClauseId("A1"), "Dress", "A tie.", Wording.VERBATIM)
ASK = Button("Ask the headteacher", Draft(Drafting.ASK))
DISCARD = Button("Do not send", Draft(Drafting.DISCARD))
SEND = Button("See what will be sent", Draft(Drafting.PREVIEW))
ACK = Button("Acknowledge", Handle(EscalationId("abcd2345"), 1, Step.ACKNOWLEDGE))
QUESTION = Field("question", "What you want to ask", "May I?", lines=6)
NAME = Field("name", "Your name", "", options=(("", "With it"), ("no", "Without")))
FORM = Form("Ask the headteacher", (QUESTION, NAME), SEND)
FOOT = Notice(Tone.FOOTER, "Oakfield School, May 2024.")


def messages(*parts: Part, **more: Any) -> list[list[dict[str, Any]]]:  # noqa: ANN401
    made = to_blocks(Reply(parts, "A summary", **more))
    return [[block.to_dict() for block in message] for message in made]


def blocks(*parts: Part, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    (only,) = messages(*parts, **more)
    return only


def rich(block: dict[str, Any]) -> str:
    """The words of a rich text block."""
    return "".join(
        word["text"] for element in block["elements"] for word in element["elements"]
    )


def modal(*parts: Part) -> dict[str, Any]:
    reply = Reply(parts, "A summary")
    view: dict[str, Any] = to_modal(
        reply, callback_id="form", private_metadata="1:away:until"
    ).to_dict()

    assert check_view(view) == []
    return view


def test_an_answer_is_verdict_words_clause_buttons_thumbs_and_footer() -> None:
    made = blocks(
        Notice(Tone.NO, "No"),
        Paragraph("Don't accept it."),
        Quotation(CLAUSE),
        Choices("", (ASK,)),
        FOOT,
        why=("Read as: friends.",),
        ratable=True,
    )

    assert [block["type"] for block in made] == [
        "header",
        "rich_text",
        "rich_text",
        "context",
        "actions",
        "context_actions",
        "context",
    ]
    assert made[0]["text"]["text"] == "No"
    assert made[2]["elements"][0]["type"] == "rich_text_quote"
    assert made[3]["elements"][0]["text"] == "Clause 5.3, Friends (our summary)"
    labels = [button["text"]["text"] for button in made[4]["elements"]]
    assert labels == ["Ask the headteacher", "Why this answer?"]
    assert made[6]["elements"][0]["text"] == "Oakfield School, May 2024."


def test_the_policys_own_words_are_said_to_be_its_own() -> None:
    *_, where = blocks(Quotation(VERBATIM))

    assert where["elements"][0]["text"] == "Clause A1, Dress (the policy's words)"


def test_clauses_that_were_looked_at_are_small_print() -> None:
    (made,) = blocks(Sources("See also", (CLAUSE, VERBATIM)))

    assert made["type"] == "context"
    said = made["elements"][0]["text"]
    assert said == "See also: 5.3 (5.3 Friends); A1 (Dress)."


def test_an_emergency_stands_in_an_alert_with_its_buttons_to_themselves() -> None:
    made = blocks(
        Notice(Tone.URGENT, "Call 999 now."),
        Choices("", (Button("Ping them now", Draft(Drafting.PING)),)),
        why=("Read as: an emergency.",),
    )

    assert made[0]["type"] == "alert"
    assert made[0]["level"] == "error"
    assert made[0]["text"]["text"] == "Call 999 now."
    assert [len(block["elements"]) for block in made[1:]] == [1, 1]


def test_a_long_emergency_goes_on_in_bold() -> None:
    said = "Call 999 now. " * 20
    first, rest = blocks(Notice(Tone.URGENT, said))

    assert len(first["text"]["text"]) <= 150
    assert rest["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert f"{first['text']['text']} {rich(rest)}" == said.strip()


def test_a_long_notice_is_in_bold_where_a_header_would_shout() -> None:
    said = "K7M2-Q9XW, asked at 12:00 today. Delivered to Hana, not acknowledged."
    (made,) = blocks(Notice(Tone.INFO, said))

    assert made["type"] == "rich_text"
    assert rich(made) == said


@pytest.mark.parametrize(
    "nasty",
    [
        "<!channel> <@U123> <http://x|y>",
        "*bold* _it_ ~no~ `code` ```more```",
        "R&D &lt;b&gt; &amp;",
        ":smile: 12:30:00",
        "http://example.org [a](http://b)",
    ],
)
def test_words_are_shown_as_they_were_written(nasty: str) -> None:
    assert rich(blocks(Paragraph(nasty))[0]) == nasty
    assert (
        rich(blocks(Quotation(Citation(ClauseId("1"), "", nasty, Wording.SUMMARY)))[0])
        == nasty
    )
    assert blocks(Notice(Tone.FOOTER, nasty))[0]["elements"][0] == {
        "type": "plain_text",
        "text": nasty,
        "emoji": False,
    }


def test_paragraphs_next_to_each_other_are_parted_by_a_blank_line() -> None:
    (made,) = blocks(Paragraph("From: Ann"), Paragraph("Question: May I?"))

    assert rich(made) == "From: Ann\n\nQuestion: May I?"


def test_a_question_keeps_its_buttons_to_itself() -> None:
    made = blocks(Choices("Has the head agreed?", (ASK,)), Choices("", (ACK,)))

    assert [block["type"] for block in made] == ["rich_text", "actions", "actions"]
    assert [b["elements"][0].get("action_id") for b in made[1:]] == [
        "headnote:0",
        "headnote:1",
    ]


def test_a_label_too_long_for_slack_ends_in_an_ellipsis() -> None:
    long = Button("Why " * 40, Away(back=True))
    (made,) = blocks(Choices("", (long,)))
    label = made["elements"][0]["text"]["text"]

    assert len(label) <= 75
    assert label.endswith("Why Wh…")


def test_a_button_without_a_label_can_still_be_pressed() -> None:
    (made,) = blocks(Choices("", (Button("\u200b", Away(back=True)),)))

    assert made["elements"][0]["text"]["text"] == "…"


def test_what_cannot_be_seen_is_not_sent() -> None:
    made = blocks(Paragraph("\u200b \n"), Paragraph("\u3164"), Paragraph("\x00"))

    assert [block["type"] for block in made] == ["context"]
    assert made[0]["elements"][0]["text"] == "A summary"


def test_a_reply_with_nothing_to_show_still_says_something() -> None:
    (message,) = to_blocks(Reply((), ""))

    assert message[0].to_dict()["elements"][0]["text"] == "Headnote"


def test_marks_that_turn_words_round_are_dropped_and_line_breaks_kept() -> None:
    assert text.words("a\u202eb\u2067c\u2069\r\nd\x1b[0m") == "abc\nd[0m"


def test_half_a_pair_of_surrogates_is_no_reason_to_fail() -> None:
    assert text.words("a\ud83d") == "a\ufffd"


def test_long_words_are_parted_where_they_pause() -> None:
    said = "A first sentence. A second one, longer than the first. A third."

    assert text.pieces(said, 60) == [
        "A first sentence. A second one, longer than the first.",
        "A third.",
    ]
    assert text.pieces("first part\n\nsecond part of all these words", 40) == [
        "first part\n\nsecond part of all these",
        "words",
    ]


def test_an_accent_stays_with_its_letter_where_a_word_has_to_be_cut() -> None:
    first, second = text.pieces("x" * 39 + "e\u0301" + "y" * 20, 40)

    assert (first, second) == ("x" * 39, "e\u0301" + "y" * 20)


def test_a_clause_too_long_for_one_message_goes_out_whole() -> None:
    said = " ".join(f"word{number}" for number in range(4000))
    long = Citation(ClauseId("1"), "", said, Wording.VERBATIM)
    made = messages(Notice(Tone.NO, "No"), Quotation(long), Choices("", (ASK,)), FOOT)
    quoted = [
        rich(block)
        for message in made
        for block in message
        if block["type"] == "rich_text"
    ]

    assert len(made) > 2
    assert [check(message, "message") for message in made] == [[]] * len(made)
    assert " ".join(quoted) == said
    assert [block["type"] for block in made[-1]][-2:] == ["context", "actions"]


def test_a_form_in_a_message_shows_what_it_holds_and_a_button_for_it() -> None:
    title, question, name, opens = blocks(FORM)

    assert [rich(block) for block in (title, question, name)] == [
        "Ask the headteacher",
        "What you want to ask: May I?",
        "Your name: With it",
    ]
    assert opens["elements"][0]["text"]["text"] == "Open the form"
    assert opens["elements"][0]["value"] == "open:" + encode(SEND.action)


def test_a_reply_with_a_form_is_known_as_one() -> None:
    assert is_form(Reply((Paragraph("Write."), FORM), ""))
    assert form_of(Reply((FORM,), "")) == FORM
    assert not is_form(Reply((Paragraph("Write."),), ""))


def test_a_form_as_a_modal_has_its_fields_filled_in() -> None:
    view = modal(Paragraph("Write."), FORM, Choices("", (DISCARD,)))
    lead, question, name = view["blocks"]

    assert view["title"]["text"] == "Ask the headteacher"
    assert view["submit"]["text"] == "See what will be sent"
    assert view["close"]["text"] == "Do not send"
    assert view["private_metadata"] == "1:away:until"
    assert rich(lead) == "Write."
    assert question["element"] == {
        "type": "plain_text_input",
        "action_id": "question",
        "initial_value": "May I?",
        "multiline": True,
        "max_length": 3000,
    }
    assert name["element"]["type"] == "radio_buttons"
    assert name["element"]["initial_option"]["text"]["text"] == "With it"


def test_a_title_too_long_for_a_modal_is_said_in_full_inside_it() -> None:
    long = Form("What do you want to ask the headteacher?", (QUESTION,), SEND)
    view = modal(long)

    assert view["title"]["text"] == "What do you want to ask…"
    assert rich(view["blocks"][0]) == long.title


def test_a_button_that_does_something_is_never_what_closing_is_called() -> None:
    assert modal(FORM, Choices("", (ASK,)))["close"]["text"] == "Close"


def test_clauses_and_notices_are_words_in_a_modal() -> None:
    view = modal(Notice(Tone.INFO, "Too long"), Quotation(CLAUSE), FOOT, FORM)

    assert [block["type"] for block in view["blocks"][:3]] == ["rich_text"] * 3
    assert rich(view["blocks"][1]) == "No friends.Clause 5.3, Friends (our summary)"


def test_more_words_than_a_form_holds_are_cut_and_it_says_so() -> None:
    field = Field("words", "Your words", "word " * 900, lines=5)
    (made,) = modal(Form("Reply", (field,), SEND))["blocks"]

    assert len(made["element"]["initial_value"]) <= 3000
    assert "3,000 characters" in made["hint"]["text"]


def holders(count: int) -> Form:
    options = tuple((f"holder-{n}", f"Holder {n}") for n in range(count))
    return Form("Ping", (Field("about", "Who?", "holder-3", options=options),), SEND)


def test_more_than_a_few_options_are_folded_into_a_menu() -> None:
    few, many, most = (modal(holders(n))["blocks"][0]["element"] for n in (4, 5, 100))

    assert [each["type"] for each in (few, many, most)] == [
        "radio_buttons",
        "static_select",
        "static_select",
    ]
    assert many["initial_option"]["value"] == "=holder-3"
    assert len(most["options"]) == 100


def test_more_options_than_a_menu_takes_are_grouped() -> None:
    view = to_modal(Reply((holders(130),), ""), callback_id="c", private_metadata="")
    element = view.to_dict()["blocks"][0]["element"]

    assert [len(group["options"]) for group in element["option_groups"]] == [100, 30]
    assert [g["label"]["text"] for g in element["option_groups"]] == [
        "From 1",
        "From 101",
    ]
    assert element["initial_option"]["value"] == "=holder-3"


def test_a_modal_without_a_form_can_only_be_closed() -> None:
    view = modal(Paragraph("Nothing was sent."))

    assert "submit" not in view
    assert view["title"]["text"] == "Headnote"


def test_a_hundred_paragraphs_and_a_form_still_make_one_modal() -> None:
    parts = [
        part
        for number in range(60)
        for part in (
            Notice(Tone.INFO, f"Notice {number}"),
            Paragraph(f"Words {number}"),
        )
    ]
    view = modal(*parts, FORM)

    assert len(view["blocks"]) == 3
    assert rich(view["blocks"][0]).endswith("Words 59")


def test_words_too_many_for_any_modal_leave_its_fields_standing() -> None:
    view = modal(*(Notice(Tone.INFO, "word " * 4000),) * 15, FORM)
    kinds = [block["type"] for block in view["blocks"]]

    assert kinds[-3:] == ["input", "input", "context"]
    assert view["blocks"][-1]["elements"][0]["text"].startswith("The rest is too long")


def test_metadata_too_long_for_slack_is_refused_before_it_is_sent() -> None:
    view = to_modal(Reply((FORM,), ""), callback_id="c", private_metadata="x" * 3001)

    with pytest.raises(SlackObjectFormationError):
        view.to_dict()


def test_what_was_filled_in_comes_back_by_name_in_the_forms_order() -> None:
    chosen = {"type": "radio_buttons", "selected_option": {"value": "=named"}}
    none = {"type": "static_select", "selected_option": {"value": "="}}
    state = {
        "field:2": {"about": none},
        "field:10": {"empty": {"type": "plain_text_input", "value": None}},
        "field:1": {"name": chosen},
        "field:0": {"question": {"type": "plain_text_input", "value": "=May I?"}},
    }

    assert values_of({"values": state}) == (
        ("question", "=May I?"),
        ("name", "named"),
        ("about", ""),
        ("empty", ""),
    )


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"values": None},
        {"values": []},
        {"values": {"other": {"a": {"value": "x"}}}},
        {"values": {"field:x": {"a": {"value": "x"}}}},
        {"values": {"field:0": None}},
    ],
)
def test_a_state_that_is_no_form_of_ours_holds_nothing(state: dict[str, Any]) -> None:
    assert values_of(state) == ()


@pytest.mark.parametrize(
    "element",
    [
        None,
        {},
        {"value": 3},
        {"selected_option": None},
        {"selected_option": {"value": 3}},
        {"selected_option": []},
    ],
)
def test_a_field_that_holds_no_words_is_empty(element: object) -> None:
    assert values_of({"values": {"field:0": {"a": element}}}) == (("a", ""),)


def test_the_home_tab_shows_cards_under_headings() -> None:
    card = Reply((Notice(Tone.INFO, "K7M2"), Choices("", (ACK,))), "K7M2")
    view = home([("Your open questions", [card, card]), ("Waiting for you", [])])
    made = view.to_dict()

    assert check_view(made) == []
    assert [block["type"] for block in made["blocks"]] == [
        *("header", "header", "actions", "divider", "header", "actions", "divider"),
        *("header", "context"),
    ]
    pressed = [b["elements"][0] for b in made["blocks"] if b["type"] == "actions"]
    assert [each["action_id"] for each in pressed] == ["headnote:0", "headnote:1"]


def test_the_home_tab_says_how_many_it_has_no_room_for() -> None:
    card = Reply((Paragraph("Words"), Choices("", (ACK,))), "K7M2")
    made = home([("Your open questions", [card] * 40)]).to_dict()

    assert check_view(made) == []
    assert made["blocks"][-1]["elements"][0]["text"] == "8 more cannot be shown here."


def test_an_emergency_on_the_home_tab_is_a_header() -> None:
    made = home([("Waiting", [Reply((Notice(Tone.URGENT, "Now."),), "")])]).to_dict()

    assert [block["type"] for block in made["blocks"][:2]] == ["header", "header"]


def test_an_empty_home_tab_says_so() -> None:
    assert check_view(home([]).to_dict()) == []


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("News of your question K7M2", "News of your question K7M2"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("two\nlines", "two lines"),
        (" \u200b", "Headnote"),
    ],
)
def test_a_notification_is_the_summary_escaped(summary: str, shown: str) -> None:
    assert fallback(Reply((Paragraph("Secret"),), summary)) == shown
