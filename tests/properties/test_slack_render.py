"""Any reply at all is one that Slack takes, with every word there, none as markup."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from adapters.slack.render import (
    ACTION,
    OPEN,
    fallback,
    home,
    is_form,
    to_blocks,
    to_modal,
    values_of,
)
from bot.actions import (
    Action,
    ChooseOption,
    ChooseTopic,
    Draft,
    Drafting,
    EscalationId,
    Explain,
    Handle,
    NoneOfThese,
    Rate,
    Step,
    decode,
)
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
from knowledge.model import (
    Citation,
    ClauseId,
    OptionId,
    QuestionId,
    TopicId,
    Wording,
)
from tests.slack.block_kit import check, check_view

NASTY = (
    "",
    " ",
    "\n\n",
    "<!channel>",
    "<@U123>",
    "<!subteam^S1>",
    "&lt;",
    "*bold* _it_ ~no~",
    "```",
    "http://x|y",
    "<http://x|y>",
    "[y](http://x)",
    ":smile:",
    "\x00\x1b[31m\x07",
    "\ud800",
    "\u202egnp.exe",
    "\u2067שלום\u2069",
    "مرحبا ",
    "👩‍👩‍👧‍👦",
    "e\u0301\u0302",
    "\u200b\u2060\ufeff",
    "\u3164",
    '"\\',
    "\r\n\u2028\x85",
    "word. ",
    "𝔘",
    "Ünï",
)
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(NASTY), max_size=6).map("".join),
    st.builds(
        lambda one, other, often: (one + other) * often,
        st.sampled_from(NASTY),
        st.text(max_size=12),
        st.sampled_from((1, 40, 700, 1700)),
    ).map(lambda text: text[:20_000]),
)
SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(ChooseTopic, SLUGS.map(TopicId)),
    st.builds(
        ChooseOption, SLUGS.map(TopicId), SLUGS.map(QuestionId), SLUGS.map(OptionId)
    ),
    st.just(NoneOfThese()),
    st.builds(Draft, st.sampled_from(Drafting)),
    st.builds(
        Handle,
        SLUGS.map(EscalationId),
        st.integers(0, 999),
        st.sampled_from([step for step in Step if step is not Step.HAND_ON]),
    ),
)
BUTTONS = st.builds(Button, HOSTILE, ACTIONS)
CITATIONS = st.builds(
    Citation, HOSTILE.map(ClauseId), HOSTILE, HOSTILE, st.sampled_from(Wording)
)
CHOICES = st.builds(Choices, HOSTILE, st.lists(BUTTONS, max_size=30).map(tuple))
OPTIONS = st.lists(st.tuples(SLUGS | st.just(""), HOSTILE), max_size=100).map(tuple)
FIELDS = st.builds(
    Field,
    st.sampled_from(("question", "concern", "about", "name", "words")),
    HOSTILE,
    HOSTILE,
    st.integers(1, 6),
    st.just(()) | OPTIONS,
)
FORMS = st.builds(Form, HOSTILE, st.lists(FIELDS, max_size=5).map(tuple), BUTTONS)
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(Paragraph, HOSTILE),
    st.builds(Quotation, CITATIONS),
    st.builds(Sources, HOSTILE, st.lists(CITATIONS, max_size=4).map(tuple)),
    CHOICES,
    FORMS,
    st.builds(Notice, st.sampled_from(Tone), HOSTILE),
)
REPLIES = st.builds(
    Reply,
    st.lists(PARTS, max_size=6).map(tuple),
    HOSTILE,
    st.sampled_from(((), ("Read as: a thing.",))),
    st.booleans(),
)
CHECKED = settings(deadline=None, max_examples=60)


def seen(text: str) -> str:
    """What of a text leaves a mark: neither space nor what cannot be seen."""
    return "".join(
        "\ufffd" if unicodedata.category(char) == "Cs" else char
        for char in text
        if not char.isspace()
        and unicodedata.category(char) not in {"Cc", "Cf", "Mn"}
        and char not in "\u115f\u1160\u3164\uffa0\u2800"
    )


def dicts(blocks: list[Block]) -> list[dict[str, Any]]:
    return [block.to_dict() for block in blocks]


def objects(of: object) -> Iterator[dict[str, Any]]:
    """Every object in some JSON, in order."""
    if isinstance(of, dict):
        yield of
        for value in of.values():
            yield from objects(value)
    elif isinstance(of, list):
        for value in of:
            yield from objects(value)


def shown(of: object) -> str:
    texts = (each.get("text") for each in objects(of))
    return seen("".join(text for text in texts if isinstance(text, str)))


def said(part: Part) -> list[str]:
    """The words of a part that have to be there, each of them whole."""
    match part:
        case Paragraph(text) | Notice(_, text):
            return [text]
        case Quotation(citation):
            return [citation.text, citation.clause]
        case Sources(lead, citations):
            return [lead, *(c.clause + c.section for c in citations)]
        case Choices(question, _):
            return [question]
        case Form(title, fields, _):
            held = [f.value for f in fields if not f.options]
            return [title, *(field.label for field in fields), *held]


@CHECKED
@given(REPLIES)
def test_any_reply_is_messages_that_slack_takes(reply: Reply) -> None:
    messages = [dicts(blocks) for blocks in to_blocks(reply)]

    assert messages
    assert all(messages)
    assert [check(blocks, "message") for blocks in messages] == [[]] * len(messages)


@CHECKED
@given(REPLIES)
def test_no_word_is_lost_on_the_way_to_slack(reply: Reply) -> None:
    text = shown([dicts(blocks) for blocks in to_blocks(reply)])

    for part in reply.parts:
        for words in said(part):
            plain = words.replace("(", "").replace(")", "")

            assert seen(plain) in text.replace("(", "").replace(")", "")


@CHECKED
@given(REPLIES)
def test_nothing_is_ever_read_as_markup(reply: Reply) -> None:
    made = [
        *(dicts(blocks) for blocks in to_blocks(reply)),
        to_modal(reply, callback_id="c", private_metadata="p").to_dict(),
        home([("Open", [reply])]).to_dict(),
    ]
    kinds = {each.get("type") for each in objects(made)}
    emoji = {each.get("emoji") for each in objects(made)}

    assert not kinds & {"mrkdwn", "markdown", "link", "user", "broadcast", "emoji"}
    assert emoji <= {False, None}


@CHECKED
@given(REPLIES)
def test_every_button_is_there_and_leads_to_its_own_action(reply: Reply) -> None:
    pressed = [
        each
        for blocks in to_blocks(reply)
        for each in objects(dicts(blocks))
        if str(each.get("action_id", "")).startswith(ACTION)
    ]
    values = [each["value"] for each in pressed if each["type"] == "button"]
    wanted: list[Action] = []
    for part in reply.parts:
        if isinstance(part, Choices):
            wanted += [button.action for button in part.buttons]
        if isinstance(part, Form):
            wanted.append(part.send.action)
    wanted += [Explain()] if reply.why else []

    assert [decode(value.removeprefix(OPEN)) for value in values] == wanted
    assert len({each["action_id"] for each in pressed}) == len(pressed)
    assert len(pressed) == len(wanted) + reply.ratable


@CHECKED
@given(REPLIES)
def test_thumbs_rate_the_answer(reply: Reply) -> None:
    thumbs = [
        (each["positive_button"]["value"], each["negative_button"]["value"])
        for blocks in to_blocks(reply)
        for each in objects(dicts(blocks))
        if each.get("type") == "feedback_buttons"
    ]
    rated = [(decode(yes), decode(no)) for yes, no in thumbs]

    assert rated == [(Rate(helpful=True), Rate(helpful=False))] * reply.ratable


@CHECKED
@given(REPLIES)
def test_where_there_are_several_messages_buttons_end_the_last(reply: Reply) -> None:
    messages = [dicts(blocks) for blocks in to_blocks(reply)]
    flat = [
        block["type"] in {"actions", "context_actions"} for m in messages for block in m
    ]

    assert len(messages) == 1 or flat == sorted(flat)


@CHECKED
@given(REPLIES)
def test_any_reply_is_a_modal_that_slack_takes(reply: Reply) -> None:
    view = to_modal(reply, callback_id="c", private_metadata="p").to_dict()

    assert check_view(view) == []
    assert ("submit" in view) == is_form(reply)


@CHECKED
@given(st.lists(st.tuples(HOSTILE, st.lists(REPLIES, max_size=4)), max_size=3))
def test_any_replies_are_a_home_tab_that_slack_takes(
    sections: list[tuple[str, list[Reply]]],
) -> None:
    assert check_view(home(sections).to_dict()) == []


@CHECKED
@given(FORMS)
def test_a_form_sent_as_it_was_opened_comes_back_as_it_was(form: Form) -> None:
    view = to_modal(Reply((form,), ""), callback_id="c", private_metadata="").to_dict()
    state = {
        block["block_id"]: {
            block["element"]["action_id"]: as_submitted(block["element"])
        }
        for block in reversed(view["blocks"])
        if block["type"] == "input"
    }
    values = values_of({"values": state})

    assert [name for name, _ in values] == [field.name for field in form.fields]
    for (_, value), field in zip(values, form.fields, strict=True):
        if not field.options:
            assert len(value) <= 3000
            assert seen(field.value).startswith(seen(value.removesuffix("…")))
        elif field.value in dict(field.options):
            assert value == field.value
        else:
            assert value == ""


def as_submitted(element: dict[str, Any]) -> dict[str, Any]:
    """An input left as it was, as Slack sends it."""
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": element.get("initial_value")}
    held = element.get("initial_option")
    return {"type": element["type"], "selected_option": held}


@given(HOSTILE)
def test_a_fallback_is_never_empty_and_never_markup(summary: str) -> None:
    text = fallback(Reply((), summary))

    assert text
    assert not set("<>\n") & set(text)
