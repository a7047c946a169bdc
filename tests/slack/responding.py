"""Answers that need no token: to a response URL, or in the body of a command's ack."""

from aiohttp import web

from tests.slack.elements import Json
from tests.slack.envelope import Answered
from tests.slack.posting import refuse_blocks
from tests.slack.world import Message, Refused, ResponseUrl, World, with_ids

LASTS = 30 * 60
"""Seconds."""
MOST_USES = 5


def responded(world: World, name: str, told: Json) -> web.Response:
    """Carry out what was posted to a response URL."""
    to = world.response_urls.get(name)
    if to is None or world.clock() - to.at > LASTS:
        return web.json_response({"ok": False, "error": "expired_url"}, status=404)
    if to.uses >= MOST_USES:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    try:
        _carry_out(world, to, told)
    except Refused as refused:
        return web.json_response({"ok": False, "error": refused.error}, status=400)
    to.uses += 1
    return web.json_response({"ok": True})


def _carry_out(world: World, to: ResponseUrl, told: Json) -> None:
    workspace = world.workspace(to.team)
    shown = [m for m in workspace.messages if (m.channel, m.ts) == (to.channel, to.ts)]
    if told.get("delete_original"):
        for message in shown:
            workspace.messages.remove(message)
        return
    fresh = _message(world, to, told)
    if told.get("replace_original") and shown:
        shown[0].text, shown[0].blocks = fresh.text, fresh.blocks
        shown[0].edits += 1
        return
    workspace.messages.append(fresh)


def _message(world: World, to: ResponseUrl, told: Json) -> Message:
    blocks, words = told.get("blocks") or [], str(told.get("text") or "")
    refuse_blocks(blocks)
    if not blocks and not words:
        raise Refused("no_text")
    workspace = world.workspace(to.team)
    everybody = told.get("response_type") == "in_channel"
    return Message(
        channel=to.channel,
        ts=world.ts(),
        by=workspace.bot,
        team=to.team,
        text=words,
        blocks=with_ids(blocks, world.ts),
        thread_ts=told.get("thread_ts"),
        only_for=None if everybody else to.user,
    )


def shown_by_command(world: World, sent: Json, answered: Answered) -> None:
    """Show what the app answered a command with, if it answered with anything.

    Raises:
        Refused: Slack does not take it.

    """
    told = answered.json or ({"text": answered.text} if answered.text else {})
    if answered.status != 200 or not (told.get("text") or told.get("blocks")):
        return
    team, channel = sent["team_id"], sent["channel_id"]
    to = ResponseUrl(team, channel, sent["user_id"], world.clock())
    world.workspace(team).messages.append(_message(world, to, told))
