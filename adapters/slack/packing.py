"""Blocks put into messages, each within what Slack takes.

The limit on a message as a whole is documented nowhere. Slack's developers name 12,000
characters of text with some room for what holds it, and messages with less text but
many blocks were refused (slackapi/bolt-js, issues 2509 and 2867): so the blocks' JSON
is counted, all of it, in bytes.
"""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ContextActionsBlock

MOST_BLOCKS = 50
MOST_BYTES = 12_000


def size(block: Block) -> int:
    """Bytes of a block's JSON, and of what parts it from the next."""
    written = json.dumps(block.to_dict(), ensure_ascii=False, separators=(",", ":"))
    return len(written.encode()) + 1


def messages(shown: Sequence[Block]) -> list[list[Block]]:
    """Blocks as messages, in order.

    Where one message cannot hold them all, what can be pressed comes last, with the
    words before it if they fit: whoever has read to the end finds it there.

    Args:
        shown: The blocks; each by itself fits in a message.

    """
    if _fit(shown):
        return [list(shown)]
    read = [block for block in shown if not _pressed(block)]
    pressed = [block for block in shown if _pressed(block)]
    end = [*read[-1:], *pressed]
    if _fit(end):
        return _packed([*([block] for block in read[:-1]), end])
    return _packed([[block] for block in (*read, *pressed)])


def _fit(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MOST_BLOCKS and sum(map(size, blocks)) < MOST_BYTES


def _packed(groups: Sequence[list[Block]]) -> list[list[Block]]:
    """Groups in as few messages as their order allows; none is torn apart."""
    packed: list[list[Block]] = []
    room = 0
    for group in groups:
        needed = sum(map(size, group))
        if packed and needed < room and len(packed[-1]) + len(group) <= MOST_BLOCKS:
            packed[-1] += group
            room -= needed
        else:
            packed.append(list(group))
            room = MOST_BYTES - needed
    return packed


def _pressed(block: Block) -> bool:
    return isinstance(block, ActionsBlock | ContextActionsBlock)
