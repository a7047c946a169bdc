"""Whether a request is Slack's: looked at before anything in it is read.

Sizes and headers first, then the signature of the raw body, and only then its form.
What is refused is not logged: it would let anybody write into the log.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

MOST_BYTES = 1024 * 1024
MOST_FIELDS = 60
_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class RefusedError(Exception):
    """A request that is not Slack's, or is malformed.

    Attributes:
        status: 400, 401 or 413.

    """

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class _Clock(Clock):
    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time

    def now(self) -> float:
        return self._time()


class Verifier:
    """Tells Slack's requests from others.

    Args:
        secret: The app's signing secret.
        time: Seconds since 1970; a request may be five minutes off it.

    """

    def __init__(self, secret: str, time: Callable[[], float]) -> None:
        self._verifier = SignatureVerifier(secret, clock=_Clock(time))

    async def read(self, request: web.Request) -> str:
        """The body of a request, once it is known to be Slack's and well-formed.

        Raises:
            RefusedError: It is not.

        """
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (_TIME.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)):
            raise RefusedError(400)
        raw = await _read(request)
        try:
            body = raw.decode()
        except UnicodeDecodeError as error:
            raise RefusedError(400) from error
        if not self._verifier.is_valid(body, stamp, signature):
            raise RefusedError(401)
        if payload(body, request.content_type) is None:
            raise RefusedError(400)
        return body


async def _read(request: web.Request) -> bytes:
    if (request.content_length or 0) > MOST_BYTES:
        raise RefusedError(413)
    raw = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise RefusedError(413)
    return bytes(raw)


def payload(body: str, content_type: str) -> Mapping[str, Any] | None:
    """What a body holds; None where it is not of Slack's form."""
    try:
        match content_type:
            case str() if content_type == JSON:
                found = json.loads(body)
            case str() if content_type == FORM:
                pairs = dict(_pairs(body))
                found = json.loads(pairs["payload"]) if "payload" in pairs else pairs
            case _:
                return None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _pairs(body: str) -> list[tuple[str, str]]:
    return parse_qsl(
        body, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS
    )
