"""Replies as Slack takes them, ready to be posted.

An answer out of the policy reads the same for everybody who asks: it is put together
once. What anybody has written is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from adapters.slack.render import fallback, to_messages
from bot.reply import Reply

MOST_KEPT = 1024

Blocks: TypeAlias = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What notifications show of a reply, and its messages' blocks."""

    text: str
    messages: tuple[Blocks, ...]


def rendered(reply: Reply) -> Rendered:
    """A reply as Slack takes it."""
    return _kept(reply) if reply.ratable else _rendered(reply)


def _rendered(reply: Reply) -> Rendered:
    messages = to_messages(reply)
    blocks = tuple([each.written for each in message] for message in messages)
    return Rendered(fallback(reply), blocks)


_kept = lru_cache(MOST_KEPT)(_rendered)
