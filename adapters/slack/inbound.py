"""What Slack sends, as what somebody did. Pure: a payload in, no I/O.

A payload was signed by Slack, but what is in it was written by strangers and by other
apps: everything is looked at before it is used. What is not for us is None, which is
acknowledged and left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.slack.reading import plain_words
from adapters.slack.render import values_of
from adapters.slack.scene import NOWHERE, Scene, scene
from bot.actions import (
    Action,
    ActionError,
    Away,
    Draft,
    Drafting,
    Handle,
    Step,
    decode,
)
from bot.turn import Activity, Press, Submission, Turn, Utterance
from knowledge.model import SchoolId

FORM = "headnote_form"
"""The callback id of a form of the adviser's."""
ASK = "headnote_ask"
"""The callback id of the form of the global shortcut."""
ASK_FIELD = "question"
OPENS = "open:"
"""What the value of a button begins with that opens a form again."""

ONLY_WORDS = "I can only read words. Type your question as a message, please."
HOW_TO_ASK = (
    "Ask me what your school's policy says, in your own words. For example: "
    "may I accept a parent's friend request?"
)
OUTDATED = "That button is from an earlier version of Headnote. Please ask again."
NO_SCHOOL = (
    "Headnote is not set up for a school in this workspace. Whoever looks after it "
    "can name the workspace in the settings file."
)

_SPOKEN = frozenset({"file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages in which a person says something."""

Payload: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that the adviser is to hear of.

    Attributes:
        trigger: What opens a form for this person, for a few seconds; or empty.
        called: The person's user name, where the payload tells it.

    """

    scene: Scene
    activity: Activity
    trigger: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that needs a word back, but not the adviser's."""

    scene: Scene
    text: str


Noticed: TypeAlias = Heard | Aside | None


def turn(heard: Heard, schools: tuple[SchoolId, ...]) -> Turn:
    """The turn that was heard, of a person who may ask about those schools."""
    return Turn(
        id=heard.scene.turn,
        person=heard.scene.person,
        address=heard.scene.home,
        activity=heard.activity,
        place=heard.scene.place,
        schools=schools,
    )


def from_message(body: Payload, *, own: str = "") -> Noticed:
    """A message to us, or one in a channel that mentions us.

    Edits, deletions, other bots' messages, calls, and messages of people from another
    organisation in a shared channel are not for us.
    """
    event = _map(body.get("event"))
    channel = event.get("channel")
    direct = isinstance(channel, str) and channel.startswith("D")
    if not direct and event.get("type") != "app_mention":
        return None
    if event.get("bot_id") or event.get("hidden") or _foreign(body, event):
        return None
    if event.get("subtype") and _text(event["subtype"]) not in _SPOKEN:
        return None
    thread = event.get("thread_ts") or (event.get("ts") if direct else None)
    found = scene(
        team=body.get("team_id"),
        channel=channel,
        user=event.get("user"),
        what=event.get("ts"),
        thread=thread,
    )
    if found is None:
        return None
    text = plain_words(event.get("text"), own=own)
    if text:
        return Heard(scene=found, activity=Utterance(text))
    enclosed = event.get("files") or event.get("attachments")
    return Aside(found, ONLY_WORDS if enclosed else HOW_TO_ASK)


def _foreign(body: Payload, event: Payload) -> bool:
    """Whether it was said by somebody of another organisation."""
    from_team = event.get("user_team") or event.get("source_team")
    shared = bool(body.get("is_ext_shared_channel"))
    return shared and bool(from_team) and from_team != body.get("team_id")


def from_press(body: Payload) -> Noticed:
    """A button in a message or in the Home tab."""
    pressed = _pressed(body)
    container, message = _map(body.get("container")), _map(body.get("message"))
    channel = container.get("channel_id") or _map(body.get("channel")).get("id")
    thread = None
    if isinstance(channel, str) and channel.startswith("D"):
        # A reply to a button stands under the message that has it.
        thread = (
            container.get("thread_ts")
            or message.get("thread_ts")
            or container.get("message_ts")
        )
    found = scene(
        team=_team(body),
        channel=channel or NOWHERE,
        user=_map(body.get("user")).get("id"),
        what=pressed.get("action_ts"),
        thread=thread,
    )
    if found is None:
        return None
    value = pressed.get("value")
    if not isinstance(value, str):
        return None
    try:
        again = value.startswith(OPENS)
        action = decode(value.removeprefix(OPENS))
    except ActionError:
        return Aside(found, OUTDATED)
    return Heard(
        scene=found,
        activity=Press(reopening(action) if again else action),
        trigger=_text(body.get("trigger_id")),
        called=_called(body),
    )


def pressed_at(body: Payload) -> tuple[str, float] | None:
    """What names a button that was pressed by somebody, and when (seconds)."""
    pressed = _pressed(body)
    container = _map(body.get("container"))
    names = (
        _team(body),
        _map(body.get("user")).get("id"),
        container.get("message_ts") or container.get("view_id"),
        pressed.get("value"),
    )
    try:
        return "|".join(map(str, names)), float(_text(pressed.get("action_ts")))
    except ValueError:
        return None


def reopening(action: Action) -> Action:
    """What leads to the form that a button sends."""
    match action:
        case Draft(Drafting.PREVIEW):
            return Draft(Drafting.CHANGE)
        case Draft(Drafting.PING):
            return Draft(Drafting.LEAVE_OUT)
        case Handle(escalation, count, step) if step in _FORMS:
            return Handle(escalation, count, _FORMS[step])
        case Away():
            return Away(back=False)
        case _:
            return action


_FORMS = {
    Step.ANSWER: Step.WRITE,
    Step.ADD: Step.WRITE_MORE,
    Step.REOPEN: Step.WRITE_AGAIN,
}


def private(thread: str, action: str) -> str:
    """What a form carries with it: the thread it belongs to, and what it sends."""
    return f"{thread}|{action}"


def from_form(body: Payload) -> Noticed:
    """A form that was sent."""
    view = _map(body.get("view"))
    thread, _, sends = _text(view.get("private_metadata")).partition("|")
    found = scene(
        team=_team(body),
        channel=NOWHERE,
        user=_map(body.get("user")).get("id"),
        what=f"{view.get('id')}-{view.get('hash')}",
        thread=thread,
    )
    if found is None:
        return None
    activity: Activity
    if view.get("callback_id") == ASK:
        text = dict(values_of(_map(view.get("state")))).get(ASK_FIELD, "").strip()
        if not text:
            return Aside(found, HOW_TO_ASK)
        activity = Utterance(text)
    elif view.get("callback_id") == FORM:
        try:
            action = decode(sends)
        except ActionError:
            return Aside(found, OUTDATED)
        activity = Submission(action, values_of(_map(view.get("state"))))
    else:
        return None
    trigger = _text(body.get("trigger_id"))
    return Heard(scene=found, activity=activity, trigger=trigger, called=_called(body))


def from_command(body: Payload) -> Noticed:
    """`/headnote`, with a question or without."""
    found = scene(
        team=body.get("team_id"),
        channel=body.get("channel_id"),
        user=body.get("user_id"),
        what=f"{COMMANDED}{body.get('trigger_id')}",
    )
    if found is None:
        return None
    text = plain_words(body.get("text"))
    if not text:
        return Aside(found, HOW_TO_ASK)
    called = _text(body.get("user_name"))
    return Heard(scene=found, activity=Utterance(text), called=called)


COMMANDED = "command-"
"""What the id of a turn by command begins with: it was answered where it was typed."""


def from_shortcut(body: Payload) -> Noticed:
    """A message that somebody wants to be checked; they alone are answered."""
    found = scene(
        team=_team(body),
        channel=NOWHERE,
        user=_map(body.get("user")).get("id"),
        what=body.get("action_ts") or body.get("trigger_id"),
    )
    if found is None:
        return None
    text = plain_words(_map(body.get("message")).get("text"))
    if not text:
        return Aside(found, ONLY_WORDS)
    return Heard(scene=found, activity=Utterance(text), called=_called(body))


def _pressed(body: Payload) -> Payload:
    actions = body.get("actions")
    return _map(actions[0]) if isinstance(actions, list) and actions else {}


def _team(body: Payload) -> object:
    return _map(body.get("team")).get("id") or _map(body.get("user")).get("team_id")


def _called(body: Payload) -> str:
    user = _map(body.get("user"))
    return _text(user.get("name") or user.get("username"))


def _map(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value[:20_000] if isinstance(value, str) else ""
