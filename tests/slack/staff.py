"""What people do in Slack, as the envelopes that tell the app of it."""

import copy
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.slack import forms
from tests.slack.elements import Json
from tests.slack.envelope import Envelope, Kind
from tests.slack.reading import buttons
from tests.slack.world import APP, Message, ResponseUrl, Room, Workspace, World


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody in a workspace. What they do is sent with `SlackDouble.send`.

    What they say stays in its channel at once, whether or not it is delivered.
    """

    world: World
    workspace: Workspace
    id: str

    @property
    def direct(self) -> str:
        """Their direct message with the app."""
        return self.workspace.direct(self.id).id

    def dm(self, text: str, *, thread: str | None = None, **more: Any) -> Envelope:  # noqa: ANN401
        """Writes to the app, under a message of its thread if one is given."""
        room = self.workspace.direct(self.id)
        return self._said(room, escape(text, quote=False), thread, **more)

    def mention(self, text: str, channel: str = "C1") -> Envelope:
        """Writes to the app where others read it, who is a member there."""
        room = room_of(self.workspace, channel, self.id, self.workspace.bot)
        text = f"<@{self.workspace.bot}> {escape(text, quote=False)}"
        told = self._said(room, text, None)
        event = {k: v for k, v in told.payload["event"].items() if k != "channel_type"}
        fresh = {**told.payload, "event": {**event, "type": "app_mention"}}
        return Envelope(Kind.EVENT, fresh)

    def _said(self, room: Room, text: str, thread: str | None, **more: Any) -> Envelope:  # noqa: ANN401
        said = Message(
            channel=room.id,
            ts=self.world.ts(),
            by=self.id,
            team=self.workspace.team,
            text=text,
            thread_ts=thread,
        )
        self.workspace.messages.append(said)
        kind = "im" if room.direct else "group" if room.private else "channel"
        where = {"channel": room.id, "channel_type": kind}
        return event(self.world, self.workspace, {**said.as_json(), **where, **more})

    def changes(self, ts: str, text: str, channel: str | None = None) -> Envelope:
        """Edits what they wrote."""
        message = self._mine(ts, channel)
        before = message.as_json()
        message.text = escape(text, quote=False)
        edited = {"user": self.id, "ts": self.world.ts()}
        told = {"message": {**message.as_json(), "edited": edited}}
        return self._about(message, "message_changed", told, before)

    def deletes(self, ts: str, channel: str | None = None) -> Envelope:
        """Takes back what they wrote."""
        message = self._mine(ts, channel)
        self.workspace.messages.remove(message)
        told = {"deleted_ts": ts}
        return self._about(message, "message_deleted", told, message.as_json())

    def _mine(self, ts: str, channel: str | None) -> Message:
        message = self.workspace.find(channel or self.direct, ts)
        if message is None or message.by != self.id:
            raise AssertionError(f"{self.id} wrote no {ts}")
        return message

    def _about(
        self, message: Message, subtype: str, told: Json, before: Json
    ) -> Envelope:
        kind = "im" if self.workspace.rooms[message.channel].direct else "channel"
        where = {"channel": message.channel, "channel_type": kind, "hidden": True}
        fresh = {"type": "message", "subtype": subtype, "ts": self.world.ts()}
        told = {**fresh, **where, **told, "previous_message": before}
        return event(self.world, self.workspace, told)

    def click(self, on: Message | Json, label: str) -> Envelope:
        """Presses the button of that label, on a message, a modal or the App Home."""
        button = next((b for b in buttons(on) if b.label == label), None)
        if button is None:
            shown = [b.label for b in buttons(on)]
            raise AssertionError(f"no button {label!r} among {shown}")
        action: Json = {
            "type": button.kind,
            "action_id": button.action_id,
            "block_id": button.block_id,
            "text": {"type": "plain_text", "text": button.label},
            "value": button.value,
            "action_ts": self.world.ts(),
        }
        if isinstance(on, Message):
            more = self._on_message(on)
        else:
            container = {"type": "view", "view_id": on["id"]}
            more = {"container": container, "view": copy.deepcopy(on)}
        told = {"type": "block_actions", "actions": [action], **more}
        return self._interaction({**told, "state": {"values": {}}})

    def _on_message(self, on: Message) -> Json:
        container: Json = {
            "type": "message",
            "message_ts": on.ts,
            "channel_id": on.channel,
            "is_ephemeral": on.only_for is not None,
        }
        if on.thread_ts:
            container["thread_ts"] = on.thread_ts
        told = {"container": container, **self._where(on.channel, on.ts)}
        if on.only_for is None:  # Slack does not repeat what only one person saw
            told["message"] = on.as_json()
        return told

    def submit(self, view: Json, values: dict[str, str | list[str]]) -> Envelope:
        """Fills in a modal, its fields by block id, action id or label, and sends it.

        Raises:
            AssertionError: Slack would not have let them.

        """
        filled = {**copy.deepcopy(view), "state": forms.state(view, values)}
        told = {"type": "view_submission", "view": filled, "response_urls": []}
        return self._interaction(told)

    def closes(self, view: Json) -> Envelope:
        """Closes a modal that wants to hear of it."""
        self.workspace.stacks.pop(self.id, None)
        told = {"view": copy.deepcopy(view), "is_cleared": False}
        return self._interaction({"type": "view_closed", **told})

    def check(self, message: Message, callback_id: str = "check_message") -> Envelope:
        """Takes the message shortcut on what somebody wrote."""
        told = {"type": "message_action", "callback_id": callback_id}
        where = self._where(message.channel, message.ts)
        about = {"message_ts": message.ts, "message": message.as_json()}
        stamp = {"action_ts": self.world.ts()}
        return self._interaction({**told, **where, **about, **stamp})

    def shortcut(self, callback_id: str = "ask_policy") -> Envelope:
        """Takes the global shortcut."""
        told = {"type": "shortcut", "callback_id": callback_id}
        return self._interaction({**told, "action_ts": self.world.ts()})

    def command(
        self, text: str, channel: str | None = None, command: str = "/headnote"
    ) -> Envelope:
        """Types a slash command, in their direct message unless a channel is named.

        The app need not be a member there.
        """
        channel = channel or self.direct
        room = room_of(self.workspace, channel, self.id)
        to = ResponseUrl(self.workspace.team, channel, self.id, self.world.clock())
        told = {
            "token": "verification",
            "team_id": self.workspace.team,
            "team_domain": "school",
            "channel_id": channel,
            "channel_name": "directmessage" if room.direct else "general",
            "user_id": self.id,
            "user_name": self.id.lower(),
            "command": command,
            "text": escape(text, quote=False),
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.world.response_url(to),
            "trigger_id": self.world.trigger(self.id),
        }
        return Envelope(Kind.COMMAND, told)

    def opens(self, tab: str = "home") -> Envelope:
        """Opens the app's home, or its messages."""
        told = {"type": "app_home_opened", "user": self.id, "tab": tab}
        told |= {"channel": self.direct}
        home = self.workspace.homes.get(self.id)
        seen = {"view": copy.deepcopy(home)} if home and tab == "home" else {}
        return event(self.world, self.workspace, {**told, **seen})

    def _where(self, channel: str, ts: str) -> Json:
        room = self.workspace.rooms[channel]
        to = ResponseUrl(self.workspace.team, channel, self.id, self.world.clock(), ts)
        name = "directmessage" if room.direct else "general"
        url = self.world.response_url(to)
        return {"channel": {"id": channel, "name": name}, "response_url": url}

    def _interaction(self, told: Json) -> Envelope:
        team = {"id": self.workspace.team, "domain": "school"}
        named = {"username": self.id.lower(), "name": self.id.lower()}
        told = {
            "team": team,
            "user": {"id": self.id, "team_id": self.workspace.team, **named},
            "api_app_id": APP,
            "token": "verification",
            "trigger_id": self.world.trigger(self.id),
            "enterprise": None,
            "is_enterprise_install": False,
            **told,
        }
        return Envelope(Kind.INTERACTION, told)


def room_of(workspace: Workspace, channel: str, *members: str) -> Room:
    """A channel with at least these members; a public one if it is new."""
    room = workspace.rooms.setdefault(channel, Room(id=channel, members=set()))
    room.members.update(members)
    return room


def event(world: World, workspace: Workspace, told: Json) -> Envelope:
    """An event of the Events API."""
    bot = {"user_id": workspace.bot, "is_bot": True, "is_enterprise_install": False}
    payload = {
        "token": "verification",
        "team_id": workspace.team,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": f"Ev{next(world.numbers):08}",
        "event_time": int(world.clock()),
        "is_ext_shared_channel": False,
        "authorizations": [{"enterprise_id": None, "team_id": workspace.team, **bot}],
        "event": {"event_ts": told.get("ts", world.ts()), **told},
    }
    return Envelope(Kind.EVENT, payload)
