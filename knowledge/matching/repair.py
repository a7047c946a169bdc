"""Repair of unknown words, against the words of the question bank.

A word that the bank knows is never touched. An unknown one becomes the nearest
known word where it is one slip away (two for long words); otherwise it stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
TWO_SLIPS_FROM = 8
MOST_REPAIRS = 60
"""Unknown words looked at in one text: a bound on the work, not on quality."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Tokens after repair, and what was changed, in order."""

    tokens: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


class Repairer:
    """Repairs tokens against a vocabulary of words and how often each occurs."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = words
        by_length: dict[int, list[str]] = {}
        for word in sorted(words, key=lambda w: (-words[w], w)):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                by_length.setdefault(len(word), []).append(word)
        self._near = {
            length: tuple(
                word
                for size in range(length - 2, length + 3)
                for word in by_length.get(size, ())
            )
            for length in range(SHORTEST, 25)
        }

    def repair(self, tokens: tuple[str, ...]) -> Repaired:
        """Replace unknown words by their near neighbours in the vocabulary."""
        fixed: list[str] = []
        changes: list[tuple[str, str]] = []
        unknown: list[str] = []
        tried = 0
        for token in tokens:
            if token in self._words or token.isdigit():
                fixed.append(token)
                continue
            tried += 1
            better = self._nearest(token) if tried <= MOST_REPAIRS else None
            if better:
                changes.append((token, better))
            else:
                unknown.append(token)
            fixed.append(better or token)
        return Repaired(tuple(fixed), tuple(changes), tuple(unknown))

    def _nearest(self, word: str) -> str | None:
        if not word.isalpha() or (word not in self._words and len(word) < SHORTEST):
            return None
        near = self._near.get(len(word))
        if not near:
            return None
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        found = process.extract(
            word, near, scorer=OSA.distance, score_cutoff=slips, limit=8
        )
        if not found:
            return None
        # Fewest slips; then the same first letter (people rarely mistype it); then
        # the commoner word. `near` is in that last order only within one length.
        best = min(
            found,
            key=lambda f: (f[1], f[0][0] != word[0], -self._words[f[0]], f[0]),
        )
        if best[1] > 1 and best[0][0] != word[0]:
            return None
        return str(best[0])
