"""Modals, the App Home, the agent's view, people and installations."""

import secrets

from tests.slack.block_kit import check_view
from tests.slack.elements import Json
from tests.slack.world import (
    APP,
    Asked,
    Grant,
    Message,
    Refused,
    Token,
    Workspace,
    World,
    with_ids,
)

MOST_VIEWS = 3
"""In a stack of modals."""
MOST_PROMPTS = 4
MOST_LOADING_MESSAGES = 10
MOST_TITLE = 200
_SESSION = {"active", "processing", "suspended", "closed"}


def open_view(asked: Asked) -> Json:
    """`views.open`: for a trigger that is fresh and unspent."""
    view = _a_modal(asked)
    user = asked.world.pull(asked.args.get("trigger_id"))
    return {"view": _stacked(asked, view, user, [])}


def push_view(asked: Asked) -> Json:
    """`views.push`: on top of a modal that is open."""
    view = _a_modal(asked)
    user = asked.world.pull(asked.args.get("trigger_id"))
    stack = asked.workspace.stacks.get(user, [])
    if not stack:
        raise Refused("not_found")
    if len(stack) >= MOST_VIEWS:
        raise Refused("push_limit_reached")
    return {"view": _stacked(asked, view, user, stack)}


def update_view(asked: Asked) -> Json:
    """`views.update`: one that is open, unless it changed in the meantime."""
    view = _a_modal(asked)
    known = asked.workspace.views.get(asked.need("view_id"))
    if known is None or not any(
        known["id"] in stack for stack in asked.workspace.stacks.values()
    ):
        raise Refused("not_found")
    if asked.args.get("hash") not in {None, known["hash"]}:
        raise Refused("hash_conflict")
    replace(asked.world, known, view)
    return {"view": known}


def publish_view(asked: Asked) -> Json:
    """`views.publish`: somebody's App Home."""
    view = _checked(asked, "home")
    user = asked.need("user_id")
    if user not in asked.workspace.people:
        raise Refused("user_not_found")
    asked.workspace.homes[user] = home = kept(asked.world, asked.workspace, view)
    return {"view": home}


def _a_modal(asked: Asked) -> Json:
    return _checked(asked, "modal")


def _checked(asked: Asked, kind: str) -> Json:
    view: Json = asked.args.get("view") or {}
    said = check_view(view)
    if view.get("type") != kind:
        said.append(f"must be one of: {kind} [json-pointer:/view/type]")
    if said:
        messages = [f"[ERROR] {each}" for each in said]
        raise Refused("invalid_arguments", response_metadata={"messages": messages})
    return view


def _stacked(asked: Asked, view: Json, user: str, stack: list[str]) -> Json:
    known = kept(asked.world, asked.workspace, view)
    asked.workspace.views[known["id"]] = known
    asked.workspace.stacks[user] = [*stack, known["id"]]
    return known


def kept(world: World, workspace: Workspace, view: Json) -> Json:
    """A view as Slack gives it back."""
    known = {"id": f"V{next(world.numbers)}", "team_id": workspace.team, "app_id": APP}
    replace(world, known, view)
    return known


def replace(world: World, known: Json, view: Json) -> None:
    """Put a view in the place of an earlier one."""
    blocks = with_ids(view["blocks"], world.ts)
    fresh = {"callback_id": "", "private_metadata": "", **view, "blocks": blocks}
    known.update(fresh, state={"values": {}}, hash=world.ts())


def set_prompts(asked: Asked) -> Json:
    """`assistant.threads.setSuggestedPrompts`: for an agent, without a thread.

    With one Slack fails silently; the double says so.
    """
    if asked.world.agent_view and asked.args.get("thread_ts"):
        raise Refused("the_double_refuses_thread_ts_under_agent_view")
    channel, prompts = _direct(asked), asked.args.get("prompts")
    good = isinstance(prompts, list) and 1 <= len(prompts) <= MOST_PROMPTS
    if not good or not all(_prompt(each) for each in prompts or ()):
        raise Refused("invalid_arguments")
    asked.workspace.prompts[channel] = prompts or []
    return {}


def _prompt(of: object) -> bool:
    return (
        isinstance(of, dict)
        and set(of) == {"title", "message"}
        and all(isinstance(value, str) and value for value in of.values())
    )


def set_status(asked: Asked) -> Json:
    """`assistant.threads.setStatus`; a message in the thread takes it away."""
    channel, root = asked.need("channel_id"), _root(asked)
    if not isinstance(asked.args.get("status"), str):
        raise Refused("invalid_arguments")
    if len(asked.args.get("loading_messages") or ()) > MOST_LOADING_MESSAGES:
        raise Refused("invalid_arguments")
    asked.workspace.statuses[channel, root.ts] = asked.args["status"]
    return {}


def set_title(asked: Asked) -> Json:
    """`assistant.threads.setTitle`."""
    channel, root = asked.need("channel_id"), _root(asked)
    asked.workspace.titles[channel, root.ts] = asked.need("title")
    return {}


def set_session(asked: Asked) -> Json:
    """`agents.sessions.setStatus`."""
    channel, root = asked.need("channel_id"), _root(asked)
    status, title = asked.need("status"), str(asked.args.get("title") or "")
    if status not in _SESSION or len(title) > MOST_TITLE:
        raise Refused("invalid_arguments")
    asked.workspace.sessions[channel, root.ts] = status
    return {"agent_status": status, "title": title}


def _direct(asked: Asked) -> str:
    channel = asked.need("channel_id")
    room = asked.workspace.rooms.get(channel)
    if room is None or not room.direct:
        raise Refused("channel_not_found")
    return channel


def _root(asked: Asked) -> Message:
    if asked.need("channel_id") not in asked.workspace.rooms:
        raise Refused("channel_not_found")
    found = asked.workspace.find(asked.need("channel_id"), asked.need("thread_ts"))
    if found is None or found.thread_ts not in {None, found.ts}:
        raise Refused("invalid_thread_ts")
    return found


def who(asked: Asked) -> Json:
    """`users.info`; the e-mail address needs a scope of its own."""
    person = asked.workspace.people.get(asked.need("user"))
    if person is None:
        raise Refused("user_not_found")
    profile = {"real_name": person.name, "display_name": person.name}
    if "users:read.email" in asked.scopes:
        profile["email"] = person.email
    names = {"id": person.id, "name": person.id.lower(), "real_name": person.name}
    flags = {"is_bot": False, "deleted": False}
    return {"user": {**names, **flags, "profile": profile}}


def in_group(asked: Asked) -> Json:
    """`usergroups.users.list`."""
    users = asked.workspace.groups.get(asked.need("usergroup"))
    if users is None:
        raise Refused("no_such_subteam")
    return {"users": list(users)}


def whose(asked: Asked) -> Json:
    """`auth.test`."""
    bot = {"user": "headnote", "user_id": asked.workspace.bot, "bot_id": "B1"}
    team = {"team": asked.workspace.team, "team_id": asked.workspace.team}
    return {"url": f"{asked.world.url}/", **team, **bot, "is_enterprise_install": False}


def revoke(asked: Asked) -> Json:
    """`auth.revoke`."""
    asked.world.tokens[asked.token].dead = "token_revoked"
    return {"revoked": True}


def uninstall(asked: Asked) -> Json:
    """`apps.uninstall`."""
    _secret(asked.world, asked.args)
    remove(asked.world, asked.workspace)
    return {}


def remove(world: World, workspace: Workspace) -> None:
    """Take the app out of a workspace: none of its tokens works any more."""
    for token in world.tokens.values():
        if token.workspace is workspace:
            token.dead = "account_inactive"


def _secret(world: World, args: Json) -> None:
    if args.get("client_id") != world.client_id:
        raise Refused("invalid_client_id")
    if args.get("client_secret") != world.client_secret:
        raise Refused("bad_client_secret")


def grant(world: World, given: Grant) -> str:
    """A code for what an administrator has consented to."""
    code = secrets.token_hex(12)
    world.grants[code] = given
    return code


def exchange(world: World, args: Json) -> Json:
    """`oauth.v2.access`: a code for a token, once."""
    _secret(world, args)
    given = world.grants.get(str(args.get("code")))
    if given is None:
        raise Refused("invalid_code")
    if given.used:
        raise Refused("code_already_used")
    if (args.get("redirect_uri") or "") != given.redirect_uri:
        raise Refused("bad_redirect_uri")
    given.used = True
    workspace = world.workspace(given.team)
    token = f"xoxb-{given.team}-{next(world.numbers)}"
    world.tokens[token] = Token(workspace=workspace, scopes=given.scopes)
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(given.scopes)),
        "bot_user_id": workspace.bot,
        "app_id": APP,
        "team": {"id": given.team, "name": given.team},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "UADMIN"},
    }
