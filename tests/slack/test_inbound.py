"""Slack's payloads as turns: pure, whatever strangers put into them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import inbound
from adapters.slack.inbound import Aside, Heard
from adapters.slack.reading import plain_words
from adapters.slack.scene import Scene, scene_of
from bot.actions import (
    Action,
    Away,
    Draft,
    Drafting,
    EscalationId,
    Handle,
    Step,
    Undo,
    encode,
)
from bot.people import Address
from bot.turn import Press, Submission, Utterance
from knowledge.model import SchoolId, TopicId

CASE = EscalationId("esc00001")
NAMES = st.sampled_from(
    [
        *("event", "type", "team", "team_id", "user", "user_id", "id", "channel"),
        *("channel_id", "ts", "thread_ts", "text", "subtype", "bot_id", "files"),
        *("actions", "action_ts", "value", "container", "message", "message_ts"),
        *("view", "hash", "callback_id", "private_metadata", "state", "values"),
        *("trigger_id", "command", "hidden", "attachments", "user_team"),
    ]
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8)
    ),
    max_leaves=25,
)
READERS = (
    inbound.from_message,
    inbound.from_press,
    inbound.from_form,
    inbound.from_command,
    inbound.from_shortcut,
    inbound.pressed_at,
)


def message(**changed: object) -> dict[str, object]:
    event = {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": "U1",
        "text": "hello",
        "ts": "1.2",
    }
    return {"team_id": "T1", "event": {**event, **changed}}


def press(value: object, **changed: object) -> dict[str, object]:
    body = {
        "team": {"id": "T1"},
        "user": {"id": "U1", "name": "ann"},
        "container": {"type": "message", "message_ts": "3.1", "channel_id": "D1"},
        "actions": [{"value": value, "action_ts": "4.5"}],
        "trigger_id": "12.34.ab",
    }
    return {**body, **changed}


@given(st.dictionaries(NAMES, ANYTHING, max_size=10))
def test_no_payload_breaks_a_reader(body: dict[str, object]) -> None:
    for read in READERS:
        read(body)


def test_a_message_is_one_turn_however_it_arrives() -> None:
    first = inbound.from_message(message())
    again = inbound.from_message({**message(), "event_id": "Ev2", "event_time": 5})

    assert isinstance(first, Heard)
    assert isinstance(again, Heard)
    assert first.scene.turn == again.scene.turn == "slack:T1:D1:U1:1.2:1.2"


def test_a_mention_and_its_message_have_the_same_id() -> None:
    told = {"channel": "C1", "text": "<@UBOT> hello", "thread_ts": "0.9"}
    mention = inbound.from_message(message(type="app_mention", **told), own="UBOT")

    assert isinstance(mention, Heard)
    assert mention.activity == Utterance("hello")
    assert mention.scene.turn == "slack:T1:C1:U1:1.2:0.9"
    assert mention.scene.place == Address("slack", "T1/C1/U1")


def test_a_direct_message_has_no_place_where_others_read() -> None:
    heard = inbound.from_message(message())
    assert isinstance(heard, Heard)

    turn = inbound.turn(heard, (SchoolId("oakfield"),))

    assert turn.place is None
    assert turn.person == "slack:T1/U1"
    assert turn.address == Address("slack", "T1/U1")
    assert turn.schools == ("oakfield",)


@pytest.mark.parametrize(
    "changed",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"subtype": "huddle_thread"},
        {"hidden": True},
        {"channel": "C1"},
        {"user": "someone"},
        {"user": None},
        {"ts": "now"},
        {"ts": "1.2:3"},
        {"thread_ts": "<!here>"},
    ],
)
def test_what_nobody_said_to_us_is_not_heard(changed: dict[str, object]) -> None:
    assert inbound.from_message(message(**changed)) is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("may I &lt;b&gt; &amp; &amp;lt;", "may I <b> & &lt;"),
        ("<@UBOT> may I?", "may I?"),
        ("ask <@U2> or <@U3|sam>", "ask @someone or @sam"),
        ("in <#C1|general> or <#C2>", "in #general or #a channel"),
        ("<!here> <!subteam^S1|@office> <!channel>", "@here @office @channel"),
        ("see <https://x.example/a|this>", "see this"),
        ("see <https://x.example/a>", "see https://x.example/a"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!date^1^{date}|today>", "today"),
        ("&lt;@UBOT&gt;", "<@UBOT>"),
        ("a <b", "a <b"),
        (None, ""),
        (7, ""),
    ],
)
def test_marks_are_read_as_people_see_them(sent: object, read: str) -> None:
    assert plain_words(sent, own="UBOT") == read


@given(st.text(max_size=200))
def test_typed_text_comes_out_as_typed(typed: str) -> None:
    typed = " ".join(typed.split())
    sent = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert plain_words(sent) == typed


def test_a_button_is_pressed_in_the_thread_of_its_message() -> None:
    heard = inbound.from_press(press(encode(Undo(TopicId("a-topic")))))

    assert isinstance(heard, Heard)
    assert heard.activity == Press(Undo(TopicId("a-topic")))
    assert heard.scene.turn == "slack:T1:D1:U1:4.5:3.1"
    assert heard.trigger == "12.34.ab"


def test_a_button_in_the_home_tab_is_answered_in_the_direct_message() -> None:
    container = {"type": "view", "view_id": "V1"}
    body = press(encode(Away(back=True)), container=container)

    heard = inbound.from_press(body)

    assert isinstance(heard, Heard)
    assert heard.scene == Scene(team="T1", channel="-", user="U1", what="4.5")
    assert heard.scene.place is None


@pytest.mark.parametrize("value", ["", "0:none", "1:no-such", "open:", "x" * 3000])
def test_a_button_of_another_version_is_told_so(value: str) -> None:
    found = inbound.from_press(press(value))

    assert isinstance(found, Aside)
    assert found.text == inbound.OUTDATED


@pytest.mark.parametrize(
    ("sends", "leads_to"),
    [
        (Draft(Drafting.PREVIEW), Draft(Drafting.CHANGE)),
        (Draft(Drafting.PING), Draft(Drafting.LEAVE_OUT)),
        (Handle(CASE, 1, Step.ANSWER), Handle(CASE, 1, Step.WRITE)),
        (Handle(CASE, 2, Step.ADD), Handle(CASE, 2, Step.WRITE_MORE)),
        (Handle(CASE, 2, Step.REOPEN), Handle(CASE, 2, Step.WRITE_AGAIN)),
        (Away(back=False), Away(back=False)),
    ],
)
def test_opening_a_form_again_never_sends_it(sends: Action, leads_to: Action) -> None:
    heard = inbound.from_press(press(f"open:{encode(sends)}"))

    assert isinstance(heard, Heard)
    assert heard.activity == Press(leads_to)


def test_a_form_carries_its_thread_and_what_it_sends() -> None:
    action = Handle(CASE, 1, Step.ANSWER)
    view = {
        "id": "V1",
        "hash": "9.ab",
        "callback_id": inbound.FORM,
        "private_metadata": inbound.private("3.1", encode(action)),
        "state": {
            "values": {
                "field:0": {"words": {"type": "plain_text_input", "value": "No."}},
            }
        },
    }

    heard = inbound.from_form(press("", view=view))

    assert isinstance(heard, Heard)
    assert heard.activity == Submission(action, (("words", "No."),))
    assert heard.scene.turn == "slack:T1:-:U1:V1-9.ab:3.1"


def test_a_command_has_an_id_of_its_own_and_a_place() -> None:
    body = {
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "user_name": "ann",
        "text": "may I &amp; may they?",
        "trigger_id": "12.34.ab",
    }

    heard = inbound.from_command(body)

    assert isinstance(heard, Heard)
    assert heard.activity == Utterance("may I & may they?")
    assert heard.scene.place == Address("slack", "T1/C1/U1")
    assert heard.scene.turn == "slack:T1:C1:U1:command-12.34.ab:"


@pytest.mark.parametrize("thread", ["", "1.2"])
@pytest.mark.parametrize("channel", ["D1", "C1", "-"])
def test_where_a_reply_belongs_is_read_from_its_key(channel: str, thread: str) -> None:
    where = Scene(team="T1", channel=channel, user="U1", what="V1-9.ab", thread=thread)

    assert scene_of(f"reply:{where.turn}") == where
    assert scene_of(f"place:{where.turn}") == where


@pytest.mark.parametrize(
    "key", ["", "reply:", "esc00001:1:raise:head", "reply:web:1", "reply:slack:T1:D1"]
)
def test_other_keys_belong_to_no_thread(key: str) -> None:
    assert scene_of(key) is None


def test_what_is_long_is_cut() -> None:
    heard = inbound.from_message(message(text="a" * 100_000))

    assert isinstance(heard, Heard)
    assert heard.activity == Utterance("a" * 20_000)
    assert replace(heard, trigger="") == heard
