"""The checker takes what Slack takes, and points at what Slack refuses."""

from typing import Any

import pytest

from tests.slack.block_kit import check, check_view
from tests.slack.elements import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:  # noqa: ANN401 - JSON
    return {"type": "section", "text": mrkdwn("x"), **more}


def button(number: int = 1, **more: Any) -> Json:  # noqa: ANN401 - JSON
    action = f"headnote:{number}"
    return {"type": "button", "action_id": action, "text": plain("Ask"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asking(element: Json) -> Json:
    return {"type": "input", "label": plain("Say"), "element": element}


def rich(*words: Json) -> Json:
    quote = {"type": "rich_text_quote", "elements": list(words)}
    return {"type": "rich_text", "elements": [quote]}


def modal(*blocks: Json, **more: Any) -> Json:  # noqa: ANN401 - JSON
    view = {"type": "modal", "title": plain("Ask"), "submit": plain("Send")}
    return {**view, "blocks": list(blocks), **more}


FEEDBACK: Json = {
    "type": "feedback_buttons",
    "action_id": "headnote:9",
    "positive_button": {"text": plain("Helpful"), "value": "yes"},
    "negative_button": {"text": plain("Not helpful"), "value": "no"},
}
OPTION: Json = {"text": plain("By name"), "value": "named"}
CHOICE: Json = {"type": "radio_buttons", "action_id": "who", "options": [OPTION]}
TYPED: Json = {"type": "plain_text_input", "action_id": "it"}


def test_what_headnote_sends_is_taken() -> None:
    blocks: list[Json] = [
        {"type": "header", "text": plain("No")},
        {"type": "alert", "level": "error", "text": plain("Ring 999")},
        section(fields=[mrkdwn("a"), plain("b")], accessory=button()),
        rich({"type": "text", "text": "Clause", "style": {"bold": True}}),
        {"type": "context", "elements": [plain("Clause 5.3")]},
        {"type": "divider"},
        actions(button(1, style="primary", value="1:none"), button(2)),
        {"type": "context_actions", "elements": [FEEDBACK]},
        {"type": "markdown", "text": "words"},
        {"type": "image", "image_url": "https://x.example/i", "alt_text": "a rule"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    ]

    assert check(blocks) == []


def test_a_form_and_a_home_are_taken() -> None:
    form = modal(section(), asking({**TYPED, "multiline": True}), asking(CHOICE))
    home = {"type": "home", "blocks": [section(), actions(button())]}

    assert check_view(form) == []
    assert check_view(home) == []


@pytest.mark.parametrize(
    ("pointer", "blocks"),
    [
        ("/blocks", [{"type": "divider"}] * 51),
        ("/blocks", [section(text=mrkdwn("x" * 2700)) for _ in range(5)]),
        ("/blocks/0/type", [{"type": "shout"}]),
        ("/blocks/0", [{"type": "section"}]),
        ("/blocks/0/text/text", [section(text=mrkdwn(""))]),
        ("/blocks/0/text/text", [section(text=mrkdwn("x" * 3001))]),
        ("/blocks/0/text/emoji", [section(text={**mrkdwn("x"), "emoji": True})]),
        ("/blocks/0/text/type", [{"type": "header", "text": mrkdwn("x")}]),
        ("/blocks/0/text/text", [{"type": "header", "text": plain("x" * 151)}]),
        ("/blocks/0/colour", [section(colour="red")]),
        ("/blocks/0/fields", [section(fields=[plain("x")] * 11)]),
        ("/blocks/0/fields/0/text", [section(fields=[plain("x" * 2001)])]),
        ("/blocks/1/block_id", [section(block_id="a"), section(block_id="a")]),
        ("/blocks/0/elements", [actions()]),
        ("/blocks/0/elements", [actions(*(button(n) for n in range(26)))]),
        ("/blocks/0/elements/1/action_id", [actions(button(), button())]),
        ("/blocks/0/elements/0/text/text", [actions(button(text=plain("x" * 76)))]),
        ("/blocks/0/elements/0/text/type", [actions(button(text=mrkdwn("x")))]),
        ("/blocks/0/elements/0/value", [actions(button(value="x" * 2001))]),
        ("/blocks/0/elements/0/style", [actions(button(style="loud"))]),
        ("/blocks/0/elements/0/type", [actions(TYPED)]),
        ("/blocks/0/elements", [{"type": "context", "elements": [plain("x")] * 11}]),
        ("/blocks/0/elements/0/elements", [rich()]),
        ("/blocks/0/elements/0/elements/0/text", [rich({"type": "text", "text": ""})]),
        ("/blocks/0/elements/0/elements/0/type", [rich({"type": "shout"})]),
        ("/blocks/0/level", [{"type": "alert", "text": plain("x"), "level": "mad"}]),
        ("/blocks", [{"type": "markdown", "text": "x" * 6001}] * 2),
        (
            "/blocks/0/elements/0/negative_button",
            [
                {
                    "type": "context_actions",
                    "elements": [{**FEEDBACK, "negative_button": None}],
                }
            ],
        ),
    ],
)
def test_what_slack_refuses_of_a_message_is_pointed_at(
    pointer: str, blocks: list[Json]
) -> None:
    said = check(blocks)

    assert [each.partition("[json-pointer:")[2] for each in said] == [f"{pointer}]"]


@pytest.mark.parametrize(
    ("pointer", "view"),
    [
        ("/view/title/text", modal(section(), title=plain("x" * 25))),
        ("/view/submit/text", modal(section(), submit=plain("x" * 25))),
        ("/view/blocks", modal()),
        ("/view/private_metadata", modal(section(), private_metadata="x" * 3001)),
        ("/view/callback_id", modal(section(), callback_id="x" * 256)),
        ("/view/colour", modal(section(), colour="red")),
        ("/blocks", modal(*[{"type": "divider"}] * 101)),
        ("/blocks/0/type", modal({"type": "context_actions", "elements": [FEEDBACK]})),
        ("/blocks/0/element/type", modal(asking(button()))),
        ("/blocks/0/element/type", modal({"type": "input", "label": plain("Say")})),
        (
            "/blocks/0/element/initial_value",
            modal(asking({**TYPED, "max_length": 3, "initial_value": "four"})),
        ),
        ("/blocks/0/element/max_length", modal(asking({**TYPED, "max_length": 3001}))),
        (
            "/blocks/0/element/options",
            modal(asking({**CHOICE, "options": [OPTION] * 11})),
        ),
        (
            "/blocks/0/element/initial_option",
            modal(asking({**CHOICE, "initial_option": {**OPTION, "value": "other"}})),
        ),
        (
            "/view/blocks",
            modal(*[asking({**TYPED, "focus_on_load": True}) for _ in range(2)]),
        ),
        ("/view/title", {"type": "home", "title": plain("x"), "blocks": [section()]}),
    ],
)
def test_what_slack_refuses_of_a_view_is_pointed_at(pointer: str, view: Json) -> None:
    said = check_view(view)

    assert [each.partition("[json-pointer:")[2] for each in said] == [f"{pointer}]"]


def test_a_form_without_a_way_to_send_it_is_refused() -> None:
    view = modal(asking(TYPED))
    del view["submit"]

    assert check_view(view) == [
        "missing required field: submit [json-pointer:/view/submit]"
    ]
