"""Slack's text as the words that were typed. Pure.

Slack marks mentions and links with `<…>` and writes `&`, `<`, `>` as entities. Both
are undone once, here; from here on text is plain.
"""

import re

LONGEST = 20_000
"""Characters of a message that are looked at; Slack cuts at twice as many."""

_MARK = re.compile(r"<([^<>]*)>")
_SPACES = re.compile(r"[ \t]{2,}")


def plain_words(text: object, *, own: str = "") -> str:
    """The words of a message.

    Args:
        text: As Slack sent it.
        own: Our own user, whose mention is the way to us and no part of the words.

    """
    if not isinstance(text, str):
        return ""
    marked = _MARK.sub(lambda found: _said(found[1], own), text[:LONGEST])
    plain = marked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _SPACES.sub(" ", plain).strip()


def _said(mark: str, own: str) -> str:
    """What a person sees of a mention or link."""
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        if own and target[1:] == own:
            return ""
        return f"@{label.removeprefix('@')}" if label else "@someone"
    if target.startswith("#"):
        return f"#{label or 'a channel'}"
    if target.startswith("!subteam"):
        return label or "@a group"
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return f"@{label.removeprefix('@') or target[1:]}"
    return label or target.removeprefix("mailto:")
