"""Installing Headnote in a workspace by OAuth: two pages, in plain text.

A state is good once, for ten minutes, and only in the browser that began: it is in a
cookie there, and its hash in the database.
"""

import datetime as dt
import hmac
import re
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.slack.clients import FAILURES, Clients, code
from adapters.slack.installations import Installation, ManyWorkspaces
from bot.ports import Clock

LASTS = dt.timedelta(minutes=10)
COOKIE = "headnote_slack_state"
AUTHORIZE = "https://slack.com/oauth/v2/authorize"
SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
"""What Headnote asks a workspace for; deploy/slack tells what for."""

_SHAPE = re.compile(r"[A-Za-z0-9._-]{1,300}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_log = structlog.get_logger()


class Installing:
    """The pages `/slack/install` and `/slack/oauth_redirect`.

    Args:
        serves: Whether the settings file places a school in a workspace; others are
            turned away.
        redirect: The second page's address, as it is registered with Slack.

    """

    def __init__(
        self,
        workspaces: ManyWorkspaces,
        clients: Clients,
        *,
        client_id: str,
        client_secret: str,
        redirect: str,
        serves: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._clients = clients
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect = redirect
        self._serves = serves
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        """What they answer to."""
        return [
            web.get("/slack/install", self._begin),
            web.get("/slack/oauth_redirect", self._finish),
        ]

    async def _begin(self, _: web.Request) -> web.Response:
        state = secrets.token_urlsafe(32)
        await self._workspaces.begin(state, self._clock() + LASTS)
        asked = {
            "client_id": self._client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            "redirect_uri": self._redirect,
        }
        to = f"{AUTHORIZE}?{urlencode(asked)}"
        response = web.Response(status=302, headers={"Location": to, **_HEADERS})
        response.set_cookie(
            COOKIE,
            state,
            max_age=int(LASTS.total_seconds()),
            path="/slack",
            httponly=True,
            secure=True,
            samesite="Lax",  # Strict would not come back from Slack's page
        )
        return response

    async def _finish(self, request: web.Request) -> web.Response:
        state, held = request.query.get("state", ""), request.cookies.get(COOKIE, "")
        same = hmac.compare_digest(state.encode(), held.encode())
        if not (_SHAPE.fullmatch(state) and same):
            return _page(401, "This link was not begun in this browser. Start again.")
        if not await self._workspaces.finish(state):
            return _page(401, "This link was used before, or is too old. Start again.")
        given = request.query.get("code", "")
        if not _SHAPE.fullmatch(given):
            return _page(400, "Headnote was not installed: Slack gave no permission.")
        try:
            told, found = await self._exchanged(given)
        except FAILURES as error:
            why = code(error) or type(error).__name__
            _log.warning("slack.not_installed", why=why)
            return _page(502, "Slack did not complete the installation. Start again.")
        if found is None:
            return _page(403, told)
        await self._workspaces.keep(found)
        return _page(200, told)

    async def _exchanged(self, given: str) -> tuple[str, Installation | None]:
        """What to say, and the installation if it is one that is wanted."""
        # In the body, where Slack takes it too: the SDK's own method sends it by a
        # means that aiohttp is about to drop.
        exchange = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": given,
            "redirect_uri": self._redirect,
        }
        done = await self._clients.bare().api_call("oauth.v2.access", data=exchange)
        token, team = done.get("access_token"), (done.get("team") or {}).get("id")
        if not isinstance(token, str) or not isinstance(team, str):
            return "Headnote is installed in one workspace at a time.", None
        if not self._serves(team):
            await self._clients.bare(token).auth_revoke()
            _log.warning("slack.stranger_turned_away", team=team)
            return "No school is set up for this workspace: nothing was kept.", None
        tested = await self._clients.bare(token).auth_test()
        return "Headnote is installed. You can close this page.", Installation(
            team=team,
            token=token,
            bot=str(tested.get("bot_id") or ""),
            bot_user=str(done.get("bot_user_id") or tested.get("user_id") or ""),
            scopes=str(done.get("scope") or ""),
        )


def _page(status: int, text: str) -> web.Response:
    response = web.Response(status=status, text=f"{text}\n", headers=_HEADERS)
    response.del_cookie(COOKIE, path="/slack", secure=True, httponly=True)
    return response
