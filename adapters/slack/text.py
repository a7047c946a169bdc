"""Words for Slack: literal on every surface, and cut to its limits.

People's and policies' words go out as rich text or as plain text without emoji, which
Slack does not read for mentions, links or markup. Only a message's fallback is read
so, and is escaped here.
"""

import re
import unicodedata

from slack_sdk.models.blocks import PlainTextObject

LONGEST = 3000
"""Bytes of UTF-8 in one piece; Slack counts at most as many characters."""

_NEWLINES = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Control characters; and marks that turn the words after them round, with which one
# text could be made to read as another.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAKS = tuple(
    re.compile(each) for each in (r"\n\s*\n", r"\n", r"[.!?…;][\"”’)\]]*\s+", r"\s+")
)
_EMPTY = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"  # letters by category, yet nothing is seen


def words(text: str) -> str:
    """The text as it can be shown, without outer space; empty if nothing is seen.

    Control characters and marks that override the direction of writing are dropped;
    half of a pair of surrogates becomes the replacement character.
    """
    shown = _SURROGATES.sub("\ufffd", text)
    shown = _UNSEEN.sub("", _NEWLINES.sub("\n", shown)).strip()
    seen = (
        unicodedata.category(char) not in _EMPTY and char not in _BLANK
        for char in shown
    )
    return shown if any(seen) else ""


def pieces(text: str, most: int = LONGEST) -> list[str]:
    """The words in pieces, in order, with nothing but space lost between them.

    Cut after a paragraph, else a line, a sentence, a word; within a word only where
    it is longer than a piece.

    Args:
        text: As written; none of it seen gives no piece.
        most: Bytes of UTF-8 in a piece, at least 40.

    """
    found: list[str] = []
    rest = words(text)
    while len(rest.encode()) > most:
        at = _cut(rest.encode()[:most].decode(errors="ignore"), rest)
        found.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [piece for piece in (*found, rest) if words(piece)]


def _cut(head: str, rest: str) -> int:
    """Where to cut: a good break in the head's second half, else at its end."""
    for wanted in _BREAKS:
        ends = [found.end() for found in wanted.finditer(head)]
        if ends and ends[-1] > len(head) // 2:
            return ends[-1]
    at = len(head)
    while at > len(head) // 2 and unicodedata.category(rest[at])[0] in "MC":
        at -= 1  # an accent or a joiner stays with its letter
    return at


def cut(text: str, most: int, instead: str = "…") -> str:
    """The words on one line, ended by an ellipsis if there are more than fit.

    Args:
        text: As written.
        most: Characters, as Slack's servers count them (UTF-16).
        instead: What is shown where nothing of the text would be seen.

    """
    line = " ".join(words(text).split()) or instead
    return shortened(line, most)


def shortened(text: str, most: int) -> str:
    """The text, ended by an ellipsis if it is longer than so many characters."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    kept = units[: 2 * (most - 1)].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + "…"


def plain(text: str, most: int) -> PlainTextObject:
    """One line of at most so many characters, with `:smile:` left as it is."""
    return PlainTextObject(text=cut(text, most), emoji=False)


def escaped(text: str) -> str:
    """For the one place that Slack reads as markup: no mention or link survives."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
