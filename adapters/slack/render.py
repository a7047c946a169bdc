"""Reply to Slack's blocks: messages, modals and the home tab. Text is text.

Nothing that a person or a policy says is read as markup: there is not one mrkdwn
object in what this builds. Shown less than whole are labels (of buttons and options
75 characters, of a modal's button 24), which end in an ellipsis; what the policies'
clauses in Sources say; and characters that cannot be seen.
"""

from itertools import count

from slack_sdk.models.blocks import Block

from adapters.slack.modals import (
    NAME,
    form_of,
    home,
    is_form,
    to_modal,
    values_of,
)
from adapters.slack.packing import Piece, messages
from adapters.slack.parts import ACTION, OPEN, folded, part_blocks, rates, small
from adapters.slack.text import cut, escaped
from bot.actions import Explain
from bot.reply import Button, Choices, Notice, Part, Reply, Tone

__all__ = [
    "ACTION",
    "OPEN",
    "fallback",
    "form_of",
    "home",
    "is_form",
    "to_blocks",
    "to_messages",
    "to_modal",
    "values_of",
]

MOST_FALLBACK = 150
_WHY = Button("Why this answer?", Explain())


def to_blocks(reply: Reply) -> list[list[Block]]:
    """A reply's messages as blocks; see `to_messages`."""
    return [[each.block for each in message] for message in to_messages(reply)]


def to_messages(reply: Reply) -> list[list[Piece]]:
    """A reply as one message, or as several where Slack takes no more in one.

    Every message holds something. Words are parted where they pause, a quotation too,
    and never cut short; where there are several messages, what can be pressed is at
    the end of the last. An action id is `headnote:` and a number; the value is the
    action, encoded; that of a button for a form is `open:` before it.
    """
    numbers = count()
    foot = reply.parts[-1:] if _is_footer(reply.parts[-1:]) else ()
    body = _explained(reply.parts[: len(reply.parts) - len(foot)], reply)
    above, below = (
        [b for part in parts for b in part_blocks(part, numbers, message=True)]
        for parts in (body, foot)
    )
    thumbs = [rates(numbers)] if reply.ratable else []
    shown = [*above, *thumbs, *below]
    return messages(shown or small(cut(reply.summary, MOST_FALLBACK, NAME)))


def _is_footer(parts: tuple[Part, ...]) -> bool:
    match parts:
        case (Notice(Tone.FOOTER, _),):
            return True
        case _:
            return False


def _explained(parts: tuple[Part, ...], reply: Reply) -> list[Part]:
    """The parts above the footer, with the button that asks why.

    It stands beside other buttons only where nothing is urgent about them.
    """
    found = folded(parts)
    if not reply.why:
        return found
    why = Choices("", (_WHY,))
    return folded([*found, why]) if reply.ratable else [*found, why]


def fallback(reply: Reply) -> str:
    """What notifications show: the summary, which holds no detail of a case.

    Escaped, since Slack reads it as markup where it is sent without `mrkdwn: false`;
    at most 150 characters before that, and never empty.
    """
    return escaped(cut(reply.summary, MOST_FALLBACK, NAME))
