"""Signs of an emergency: word patterns with high recall, read before any matching.

A sign holds groups of wordings; it is seen when every group has a hit and none of
its exceptions has. A trailing `*` stands for any ending.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge import model as m


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign that was seen, and the words that showed it."""

    topic: m.TopicId
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    topic: m.TopicId
    groups: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


def _either(wordings: Sequence[str]) -> re.Pattern[str]:
    def one(wording: str) -> str:
        parts = []
        for word in wording.casefold().replace("'", "").split():
            stem = re.escape(word.removesuffix("*"))
            parts.append(stem + (r"\w*" if word.endswith("*") else ""))
        return " ".join(parts)

    return re.compile(r"\b(?:" + "|".join(one(w) for w in wordings) + r")\b")


class Lookout:
    """Looks for the bank's signs of emergency."""

    def __init__(self, signs: Sequence[m.Sign]) -> None:
        self._signs = tuple(
            _Compiled(
                sign.topic,
                tuple(_either(group) for group in sign.groups),
                _either(sign.unless) if sign.unless else None,
            )
            for sign in signs
        )

    def look(self, tokens: Sequence[str]) -> Seen | None:
        """The first sign seen in the words, in the bank's order of urgency."""
        text = " ".join(tokens)
        for sign in self._signs:
            hits = [group.search(text) for group in sign.groups]
            if all(hits) and not (sign.unless and sign.unless.search(text)):
                return Seen(sign.topic, tuple(hit[0] for hit in hits if hit))
        return None
