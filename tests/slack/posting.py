"""Messages and conversations: what Slack does, and what it does not."""

import json

from tests.slack.block_kit import MOST_CHARACTERS, characters, check
from tests.slack.elements import Json
from tests.slack.world import Asked, Message, Refused, Room, with_ids

MOST_TEXT = 40_000
MOST_METADATA = 16_000
"""Bytes."""


def post(asked: Asked) -> Json:
    """`chat.postMessage`: to a channel, a direct message or a person."""
    room = _room(asked, asked.need("channel"))
    message = _written(asked, room)
    message.thread_ts = _thread(asked, room)
    message.metadata = _metadata(asked)
    asked.workspace.messages.append(message)
    asked.workspace.statuses.pop((room.id, message.thread_ts or ""), None)
    return {"channel": room.id, "ts": message.ts, "message": message.as_json()}


def post_ephemeral(asked: Asked) -> Json:
    """`chat.postEphemeral`: never in the history, and never to be updated."""
    room = _room(asked, asked.need("channel"))
    user = asked.need("user")
    if user not in room.members:
        raise Refused("user_not_in_channel")
    message = _written(asked, room)
    message.thread_ts = _thread(asked, room)
    message.only_for = user
    asked.workspace.messages.append(message)
    return {"message_ts": message.ts}


def update(asked: Asked) -> Json:
    """`chat.update`: what is not given stays as it was."""
    message = _own(asked, "cant_update_message")
    if "text" not in asked.args and "blocks" not in asked.args:
        raise Refused("no_text")
    room = asked.workspace.rooms[message.channel]
    fresh = _written(asked, room, previous=message)
    if "metadata" in asked.args:
        message.metadata = _metadata(asked)
    message.text, message.blocks = fresh.text, fresh.blocks
    message.edits += 1
    done = {"channel": message.channel, "ts": message.ts, "text": message.text}
    return {**done, "message": message.as_json()}


def delete(asked: Asked) -> Json:
    """`chat.delete`."""
    message = _own(asked, "cant_delete_message")
    asked.workspace.messages.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _own(asked: Asked, otherwise: str) -> Message:
    message = asked.workspace.find(asked.need("channel"), asked.need("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.by != asked.workspace.bot:
        raise Refused(otherwise)
    return message


def _room(asked: Asked, channel: str) -> Room:
    """Where to, as far as the app may write there."""
    if channel in asked.workspace.people:
        return asked.workspace.direct(channel)
    room = asked.workspace.rooms.get(channel)
    away = room is not None and asked.workspace.bot not in room.members
    if room is None or (away and room.private):
        raise Refused("channel_not_found")
    if away:
        raise Refused("not_in_channel")
    return room


def _written(asked: Asked, room: Room, previous: Message | None = None) -> Message:
    args, before = asked.args, previous.blocks if previous else []
    blocks = before if args.get("blocks") is None else args["blocks"]
    words = str(args.get("text") or "")
    refuse_blocks(blocks)
    if not words and not blocks:
        raise Refused("no_text")
    if len(words) > MOST_TEXT:
        raise Refused("msg_too_long")
    return Message(
        channel=room.id,
        ts=asked.world.ts(),
        by=asked.workspace.bot,
        team=asked.workspace.team,
        text=words,
        blocks=with_ids(blocks, asked.world.ts),
    )


def refuse_blocks(blocks: object) -> None:
    """Refuse what a message may not hold.

    Raises:
        Refused: As Slack would, with a pointer to each fault.

    """
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if characters(blocks) > MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    if said := check(blocks):
        messages = [f"[ERROR] {each}" for each in said]
        more = {"errors": said, "response_metadata": {"messages": messages}}
        raise Refused("invalid_blocks", **more)


def _thread(asked: Asked, room: Room) -> str | None:
    ts = asked.args.get("thread_ts")
    if ts is None:
        return None
    root = asked.workspace.find(room.id, str(ts))
    if root is None or root.thread_ts not in {None, root.ts}:
        raise Refused("thread_not_found")
    return root.ts


def _metadata(asked: Asked) -> Json | None:
    given = asked.args.get("metadata")
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    kind, payload = given["event_type"], given["event_payload"]
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(given).encode()) > MOST_METADATA:
        raise Refused("metadata_too_large")
    return given


def open_direct(asked: Asked) -> Json:
    """`conversations.open`, with one person; more would need another scope."""
    users = asked.need("users").split(",")
    if len(users) > 1:
        raise missing_scope(asked, "mpim:write")
    if users[0] not in asked.workspace.people:
        raise Refused("user_not_found")
    return {"channel": {"id": asked.workspace.direct(users[0]).id}}


def history(asked: Asked) -> Json:
    """`conversations.history`: newest first, without the replies in threads."""
    room = _readable(asked, "history")
    roots = [m for m in _seen(asked, room) if m.thread_ts in {None, m.ts}]
    return _page(asked, roots[::-1])


def replies(asked: Asked) -> Json:
    """`conversations.replies`: a thread from its root on, oldest first."""
    room = _readable(asked, "history")
    ts = asked.need("ts")
    if asked.workspace.find(room.id, ts) is None:
        raise Refused("thread_not_found")
    return _page(asked, [m for m in _seen(asked, room) if ts in {m.ts, m.thread_ts}])


def info(asked: Asked) -> Json:
    """`conversations.info`."""
    room = _readable(asked, "read")
    kinds = {"is_im": room.direct, "is_private": room.private or room.direct}
    return {"channel": {"id": room.id, **kinds, "user": room.person}}


def _readable(asked: Asked, what: str) -> Room:
    room = asked.workspace.rooms.get(asked.need("channel"))
    if room is None:
        raise Refused("channel_not_found")
    kind = "im" if room.direct else "groups" if room.private else "channels"
    if f"{kind}:{what}" not in asked.scopes:
        raise missing_scope(asked, f"{kind}:{what}")
    if asked.workspace.bot not in room.members:
        raise Refused("not_in_channel")
    return room


def _seen(asked: Asked, room: Room) -> list[Message]:
    return [
        message
        for message in asked.workspace.messages
        if message.channel == room.id and message.only_for is None
    ]


def _page(asked: Asked, found: list[Message]) -> Json:
    oldest, latest = asked.args.get("oldest"), asked.args.get("latest")
    inclusive = asked.flag("inclusive")

    def within(ts: str) -> bool:
        if inclusive and ts in {oldest, latest}:
            return True
        low, high = float(oldest or 0), float(latest or "inf")
        return low < float(ts) < high

    found = [message for message in found if within(message.ts)]
    most, begin = asked.number("limit", 100), asked.number("cursor", 0)
    with_metadata = asked.flag("include_all_metadata")
    more = begin + most < len(found)
    return {
        "messages": [
            message.as_json(with_metadata=with_metadata)
            for message in found[begin : begin + most]
        ],
        "has_more": more,
        "response_metadata": {"next_cursor": str(begin + most) if more else ""},
    }


def missing_scope(asked: Asked, needed: str) -> Refused:
    """What Slack says where a token may not."""
    provided = ",".join(sorted(asked.scopes))
    return Refused("missing_scope", needed=needed, provided=provided)
