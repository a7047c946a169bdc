"""Calls to Slack: one session for all, and what each failure means for a delivery.

The SDK repeats nothing by itself: a post whose answer was lost may have gone out, so
whether and when it is repeated is the outbox's to decide.
"""

import asyncio
import logging
import re

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installations import Installations
from bot.ports import DeliveryError

PATIENCE = 10.0
"""Seconds for one call; less than a courier allows a channel."""
API = "https://slack.com/api/"
MOST_WAIT = 3600.0
_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""Slack's errors that may be gone by the next try."""
GONE = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
"""Slack's errors that say that an installation is no longer one."""
_CODE = re.compile(r"[a-z0-9_]{1,60}")

Failure = SlackClientError | aiohttp.ClientError | TimeoutError | ValueError
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, ValueError)
"""All that a call to Slack raises; a ValueError is an answer that cannot be read."""

log = logging.getLogger("adapters.slack.sdk")
"""What the SDK logs to: at its own levels it would write bodies, with words in them."""
log.setLevel(logging.CRITICAL)


class Clients:
    """A client for each workspace, all on one session."""

    def __init__(self, installations: Installations, *, api: str = API) -> None:
        self._installations = installations
        self._api = api
        self._session: aiohttp.ClientSession | None = None

    async def of(self, team: str) -> AsyncWebClient:
        """The client of a workspace.

        Raises:
            DeliveryError: The workspace has not installed Headnote, or that could not
                be found out.

        """
        try:
            found = await self._installations.find(team)
        except FAILURES as error:
            raise failure(error) from error
        if found is None:
            raise DeliveryError("the workspace has no installation", retryable=False)
        return self.bare(found.token)

    def bare(self, token: str | None = None) -> AsyncWebClient:
        """A client of no workspace, or with a token of one."""
        return AsyncWebClient(
            token=token,
            base_url=self._api,
            session=self._running(),
            logger=log,
            retry_handlers=[],
        )

    def _running(self) -> aiohttp.ClientSession:
        # Begun with the first call, since a session belongs to a running loop.
        if self._session is None or self._session.closed:
            limit = aiohttp.ClientTimeout(total=PATIENCE)
            self._session = aiohttp.ClientSession(timeout=limit)
        return self._session

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    def failed(self, team: str, error: Failure) -> DeliveryError:
        """What a failed call means; an installation that is gone is looked up anew."""
        if code(error) in GONE:
            self._installations.doubt(team)
        return failure(error)


def code(error: BaseException) -> str:
    """Slack's short name for what went wrong; empty where it gave none.

    Never its whole answer, which may hold words.
    """
    if not isinstance(error, SlackApiError):
        return ""
    data = getattr(error.response, "data", None)
    named = data.get("error") if isinstance(data, dict) else None
    fits = isinstance(named, str) and _CODE.fullmatch(named)
    return str(named) if fits else ""


def failure(error: Failure) -> DeliveryError:
    """What a failed call means for a delivery."""
    if isinstance(error, asyncio.TimeoutError):
        return DeliveryError("Slack did not answer in time", retryable=True)
    if not isinstance(error, SlackApiError):
        kind = type(error).__name__
        return DeliveryError(f"Slack was not reached: {kind}", retryable=True)
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    named = code(error)
    if status == 429 or named in {"ratelimited", "rate_limited"}:  # noqa: PLR2004
        after = _seconds(dict(getattr(response, "headers", None) or {}))
        return DeliveryError("rate limited", retryable=True, retry_after=after)
    if status >= 500 or not named or named in _PASSING:  # noqa: PLR2004
        said = named or f"status {status}"
        return DeliveryError(f"Slack failed: {said}", retryable=True)
    return DeliveryError(f"refused by Slack: {named}", retryable=False)


def _seconds(headers: dict[str, str]) -> float | None:
    named = {name.lower(): value for name, value in headers.items()}
    try:
        wait = float(named.get("retry-after", ""))
    except ValueError:
        return None
    return min(max(wait, 0.0), MOST_WAIT)
