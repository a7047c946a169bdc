"""Signs of an emergency: word patterns with high recall, read before any matching.

A sign holds groups of wordings; it is seen when every group has a hit and none of
its exceptions has. A trailing `*` on a word stands for any ending.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge import model as m

_UNLESS = -1
"""The group that holds a sign's exceptions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign that was seen, and the words that showed it."""

    topic: m.TopicId
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wording:
    words: tuple[str, ...]
    sign: int
    group: int


class Lookout:
    """Looks for the bank's signs of emergency.

    Wordings are filed under their first word, so that a text is read once however
    many signs there are.
    """

    def __init__(self, signs: Sequence[m.Sign]) -> None:
        self._signs = tuple(signs)
        self._whole: dict[str, list[_Wording]] = {}
        self._stems: dict[str, list[_Wording]] = {}
        for number, sign in enumerate(self._signs):
            for group, wordings in ((_UNLESS, sign.unless), *enumerate(sign.groups)):
                for wording in wordings:
                    self._file(wording, number, group)

    def _file(self, wording: str, sign: int, group: int) -> None:
        words = tuple(wording.casefold().replace("'", "").split())
        first = words[0]
        shelf = self._stems if first.endswith("*") else self._whole
        filed = shelf.setdefault(first.removesuffix("*"), [])
        filed.append(_Wording(words, sign, group))

    def look(self, tokens: Sequence[str]) -> tuple[Seen, ...]:
        """The signs seen in the words, in the bank's order."""
        hits: dict[int, dict[int, str]] = {}
        for at in range(len(tokens)):
            for wording in self._starting(tokens[at]):
                if _says(tokens, at, wording.words):
                    said = " ".join(tokens[at : at + len(wording.words)])
                    hits.setdefault(wording.sign, {}).setdefault(wording.group, said)
        seen: list[Seen] = []
        for number in sorted(hits):
            found = hits[number]
            groups = range(len(self._signs[number].groups))
            if _UNLESS not in found and all(group in found for group in groups):
                words = tuple(dict.fromkeys(found[group] for group in groups))
                seen.append(Seen(self._signs[number].topic, words))
        return tuple(seen)

    def _starting(self, token: str) -> Iterator[_Wording]:
        yield from self._whole.get(token, ())
        for size in range(1, len(token) + 1):
            yield from self._stems.get(token[:size], ())


def _says(tokens: Sequence[str], at: int, words: Sequence[str]) -> bool:
    """Whether the words after the first stand where they must."""
    if at + len(words) > len(tokens):
        return False
    for ahead in range(1, len(words)):
        token, word = tokens[at + ahead], words[ahead]
        if token != word and not (word[-1] == "*" and token.startswith(word[:-1])):
            return False
    return True
