"""A person's thread, as the page shows it.

The web is pulled: a reply is delivered when it is in the outbox, for the person comes
and looks. So there is nothing to send here; this is the view of what is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.actions import Away, Handle, Rate, encode
from bot.persistence.outbox import Entry
from bot.reply import Button, Choices, Form, Reply

RATING = (
    Button("It helped", Rate(helpful=True)),
    Button("It did not help", Rate(helpful=False)),
)
"""What an answer can be rated with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry of a thread, and what the page makes of it.

    Attributes:
        live: Whether its topical buttons and drafts can still be pressed.
        latest: Whether it is what the page leads to.

    """

    entry: Entry
    live: bool
    latest: bool


def view(entries: Sequence[Entry], after: int = 0) -> tuple[Shown, ...]:
    """A thread with what is live in it.

    Live is everything since the person last did something: news that comes in between
    must not take away the buttons of the reply before it.

    Args:
        entries: The thread, oldest first.
        after: The newest entry that the person had seen when they asked for news.

    """
    since = _since(entries)
    latest = _latest(entries, since, after)
    return tuple(
        Shown(entry=entry, live=at >= since, latest=at == latest)
        for at, entry in enumerate(entries)
    )


def _latest(entries: Sequence[Entry], since: int, after: int) -> int:
    """What the page leads to: the first of the news, or the reply to the last turn."""
    if after:
        for at, entry in enumerate(entries):
            if entry.id > after and not entry.mine:
                return at
    return since if 0 < since < len(entries) else len(entries) - 1


def _since(entries: Sequence[Entry]) -> int:
    said = (at for at, entry in enumerate(entries) if entry.mine)
    return max(said, default=-1) + 1


def answer(entries: Sequence[Entry]) -> Entry | None:
    """The reply to what the person did last, if it is there."""
    since = _since(entries)
    return entries[since] if 0 < since < len(entries) else None


def newest(entries: Sequence[Entry]) -> int:
    """The number of the newest entry; 0 where there is none."""
    return entries[-1].id if entries else 0


def news(entries: Sequence[Entry], after: int) -> int:
    """How many replies came after an entry."""
    return sum(1 for entry in entries if entry.id > after and not entry.mine)


def lasting(button: Button) -> bool:
    """Whether a button works for as long as it is there: the bot knows a late press."""
    return isinstance(button.action, Handle | Away)


def labels(replies: Iterable[Reply]) -> dict[str, str]:
    """The words on every button of some replies, by action; of two the later."""
    found = {encode(button.action): button.label for button in RATING}
    for reply in replies:
        for part in reply.parts:
            match part:
                case Choices(_, buttons):
                    found |= {encode(b.action): b.label for b in buttons}
                case Form(_, _, send):
                    found[encode(send.action)] = send.label
                case _:
                    pass
    return found
