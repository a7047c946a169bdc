"""What Slack delivers to the app, and how it signs it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from tests.slack.elements import Json

FORM = "application/x-www-form-urlencoded"


class Kind(StrEnum):
    """What sort of thing is delivered, in Socket Mode's words."""

    EVENT = "events_api"
    INTERACTION = "interactive"
    COMMAND = "slash_commands"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something to be delivered, by HTTP or through a socket."""

    kind: Kind
    payload: Json

    @property
    def ts(self) -> str:
        """The time stamp of the message that it tells of."""
        return str(self.payload["event"]["ts"])

    def with_event(self, event_id: str | None = None, **changed: Any) -> "Envelope":  # noqa: ANN401
        """The same with another event id, or with other things said of the event."""
        event = {**self.payload["event"], **changed}
        event_id = event_id or self.payload["event_id"]
        fresh = {**self.payload, "event_id": event_id, "event": event}
        return replace(self, payload=fresh)

    def body(self) -> tuple[bytes, str]:
        """The body of the request by HTTP, and its content type."""
        match self.kind:
            case Kind.EVENT:
                return json.dumps(self.payload).encode(), "application/json"
            case Kind.INTERACTION:
                form = urlencode({"payload": json.dumps(self.payload)})
                return form.encode(), FORM
            case Kind.COMMAND:
                return urlencode(self.payload).encode(), FORM


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How the app answered a delivery.

    Attributes:
        status: Of HTTP; in Socket Mode 200 if it was acknowledged, otherwise 0.
        seconds: How long it took.

    """

    status: int
    text: str
    headers: Mapping[str, str]
    seconds: float

    @property
    def json(self) -> Json:
        """The body, if it is an object; otherwise an empty one."""
        try:
            body = json.loads(self.text or "{}")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


def signed(body: bytes, secret: str, at: float) -> dict[str, str]:
    """Slack's two headers for a body, at a time in seconds."""
    stamp = str(int(at))
    base = b":".join((b"v0", stamp.encode(), body))
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }
