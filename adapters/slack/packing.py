"""Blocks put into messages, each within what Slack takes.

The limit on a message as a whole is documented nowhere. Slack's developers name 12,000
characters of text with some room for what holds it, and messages with less text but
many blocks were refused (slackapi/bolt-js, issues 2509 and 2867): so the blocks' JSON
is counted, all of it, in bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ContextActionsBlock

MOST_BLOCKS = 50
MOST_BYTES = 12_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, as Slack takes it.

    Attributes:
        written: The block as JSON has it; writing it checks it, and takes a while.
        size: Bytes of its JSON, and of what parts it from the next.

    """

    block: Block
    written: dict[str, Any]
    size: int


def piece(block: Block) -> Piece:
    """A block, written once."""
    written = block.to_dict()
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    return Piece(block, written, len(text.encode()) + 1)


def messages(blocks: Sequence[Block]) -> list[list[Piece]]:
    """Blocks as messages, in order.

    Where one message cannot hold them all, what can be pressed comes last, with the
    words before it if they fit: whoever has read to the end finds it there.

    Args:
        blocks: Each by itself fits in a message.

    """
    shown = [piece(block) for block in blocks]
    if _fit(shown):
        return [shown]
    read = [each for each in shown if not _pressed(each)]
    pressed = [each for each in shown if _pressed(each)]
    end = [*read[-1:], *pressed]
    if _fit(end):
        return _packed([*([each] for each in read[:-1]), end])
    return _packed([[each] for each in (*read, *pressed)])


def _fit(pieces: Sequence[Piece]) -> bool:
    small = sum(each.size for each in pieces) < MOST_BYTES
    return small and len(pieces) <= MOST_BLOCKS


def _packed(groups: Sequence[list[Piece]]) -> list[list[Piece]]:
    """Groups in as few messages as their order allows; none is torn apart."""
    packed: list[list[Piece]] = []
    room = 0
    for group in groups:
        needed = sum(each.size for each in group)
        if packed and needed < room and len(packed[-1]) + len(group) <= MOST_BLOCKS:
            packed[-1] += group
            room -= needed
        else:
            packed.append(list(group))
            room = MOST_BYTES - needed
    return packed


def _pressed(each: Piece) -> bool:
    return isinstance(each.block, ActionsBlock | ContextActionsBlock)
