"""Pupils' names masked in a text before it leaves for somebody else.

What belongs here is telling likely names from other words. It is a guess by rule, from
the lists in `given_names.txt`, capitals, and the words around. Nothing is looked up, so
whoever typed the text is shown both versions before it goes.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, product
from pathlib import Path
from string import ascii_uppercase
from typing import NamedTuple

LISTS = Path(__file__).with_name("given_names.txt")
ALSO_A_WORD, MOSTLY_SOMETHING_ELSE = "*", "?"
MOST_WORDS = 5
"""Words that one name can have; more are taken for a list without commas."""
SHORTEST = 4
"""Letters of a name, at least, that is heard in "jaydens" without an apostrophe."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES = _set("mr mrs miss ms mx dr doctor sir madam prof professor rev st saint cllr")
RANKS = _set("king queen prince princess lord dame president pope")
"""Titles only with a capital: there are drama queens."""
MISSED = _set("and dont i ill ll might must really still they to we will you")
"""Before "miss": then it is what somebody does."""
CUES = _set("pupil student child called named")
PARTICLES = _set("abu al bin bint da das de del der di dos el ibn mac mc van von")
ENDINGS = _set("s ll d ve re m")
MONTHS = _set("april may june august jan")
BEFORE_MONTHS = _set(
    "after before between by during each early every from in last late mid next since the"
    " this through till until"
)
PARTS_OF_MONTHS = _set("beginning end middle nd rd st start th")
SEASONS = _set("summer autumn winter art")
BEFORE_SEASONS = _set("each every during in last next over the this")

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_WORD = re.compile(f"{_LETTER}+(?:['’‘ʼ`]{_LETTER}+)*")
_SPACE = re.compile(r"[ \t\u00a0]+")
_AFTER_TITLE = re.compile(r"\.?[ \t\u00a0]+|\.")
_AFTER_CUE = re.compile(r"[ \t\u00a0,:(\"'“‘]{1,4}")
_SENTENCE = re.compile(r"[.!?…:•\n\r]|(?:^|[\s(])[\"'“‘]$")
_STAND_IN = re.compile(r"\[pupil ([a-z]+)\]", re.IGNORECASE)
_PLAIN = str.maketrans("’‘ʼ`łøđıŁØĐ", "''''lodilod")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without likely names.

    Attributes:
        text: The text with a stand-in, like "[pupil A]", for every name.
        names: Every way in which a name was typed, with its stand-in, in order of first
            appearance. A pupil who was typed in two ways has two entries.

    """

    text: str
    names: tuple[tuple[str, str], ...]


def mask(text: str) -> Masked:
    """The text with likely names of pupils masked, and nothing else changed."""
    reading = _read(text)
    letters = _letters(text)
    people: dict[str, dict[str, str]] = {}
    names: dict[tuple[str, str], None] = {}
    pieces: list[str] = []
    done = 0
    for first, last in reading.names():
        given, surname = reading.parts(first, last)
        stand_in = _known(people, given, surname) or f"[pupil {next(letters)}]"
        people.setdefault(given, {}).setdefault(surname, stand_in)
        start, end = reading.words[first].start, reading.words[last].end
        names[text[start:end], stand_in] = None
        pieces += (text[done:start], stand_in)
        done = end
    return Masked("".join((*pieces, text[done:])), tuple(names))


def _letters(text: str) -> Iterator[str]:
    """A, B, ... Z, AA, ... without those that somebody typed as a stand-in."""
    typed = {letters.upper() for letters in _STAND_IN.findall(text)}
    for length in count(1):
        for letters in map("".join, product(ascii_uppercase, repeat=length)):
            if letters not in typed:
                yield letters


def _known(
    people: Mapping[str, Mapping[str, str]], given: str, surname: str
) -> str | None:
    """The stand-in of a name met before, with its surname or without.

    A given name alone is the first of that name; a surname is added to a given name
    that so far stood alone.
    """
    same = people.get(given, {})
    if surname in same:
        return same[surname]
    return next(iter(same.values()), None) if not surname or set(same) == {""} else None


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The lists of the file by their headings."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in LISTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    return {heading: frozenset(listed) for heading, listed in found.items()}


@cache
def _marks() -> dict[str, str]:
    """Each given name and its mark: see the head of the file."""
    marks = ALSO_A_WORD + MOSTLY_SOMETHING_ELSE
    return {n.rstrip(marks): n[len(n.rstrip(marks)) :] for n in _lists()["names"]}


class _Word(NamedTuple):
    """One of up to thousands, so no dataclass: those take three times as long."""

    start: int
    end: int  # without the ending of "Jayden's" or "Jayden'll"
    key: str  # without case, accents and apostrophes
    gap: str  # what stands between it and the word before
    capital: bool  # the first letter, and not all of several
    owns: bool  # whether it had such an ending
    glued: bool  # whether it touches a digit, as in 8B


def _key(word: str) -> str:
    plain = word.lower().replace("'", "")
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return "".join(char for char in apart if not unicodedata.combining(char))


def _read(text: str) -> "_Reading":
    words = []
    done = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        typed = match[0].translate(_PLAIN)
        head, _, ending = typed.rpartition("'")
        owns = bool(head) and ending.lower() in ENDINGS
        bare = head if owns else typed
        key = _key(bare)
        if _is_plural(key):
            bare, key, owns = bare[:-1], key[:-1], True
        words.append(
            _Word(
                start=start,
                end=start + len(bare),
                key=key,
                gap=text[done:start],
                capital=bare[0].isupper() and (len(bare) == 1 or not bare.isupper()),
                owns=owns,
                glued=text[start - 1 : start].isdigit()
                or text[end : end + 1].isdigit(),
            )
        )
        done = end
    reading = _Reading(words=tuple(words))
    reading = replace(reading, adults=frozenset(reading.titled()))
    return replace(reading, met=frozenset(reading.meetings()))


def _is_plural(key: str) -> bool:
    """Whether a word is a name with an s, of which the apostrophe was forgotten."""
    if key[-1:] != "s" or len(key) <= SHORTEST or _marks().get(key[:-1]) != "":
        return False
    return key not in _marks() and key not in _lists()["surnames"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The words of a text, and what is known of them so far."""

    words: tuple[_Word, ...]
    adults: frozenset[int] = frozenset()
    met: frozenset[str] = frozenset()

    def names(self) -> Iterator[tuple[int, int]]:
        """The first and the last word of each name, in order."""
        at = 0
        while at < len(self.words):
            last = at
            if self._is_known_to_all(at):
                last += 1
            elif at not in self.adults and self._is_given(at):
                last = self._last(at, at)
                if not self._is_place(at, last):
                    yield at, last
            at = last + 1

    def parts(self, first: int, last: int) -> tuple[str, str]:
        """The given name and the surname of a name, as they are compared."""
        surname = first + 1
        while surname <= last and self.words[surname].gap == "-":
            surname += 1
        keys = [word.key for word in self.words[first : last + 1]]
        return "-".join(keys[: surname - first]), " ".join(keys[surname - first :])

    def titled(self) -> Iterator[int]:
        """The words that name an adult with a title."""
        for at in range(len(self.words) - 1):
            if self._is_title(at):
                yield from range(at + 1, self._last(at + 1, at) + 1)

    def meetings(self) -> Iterator[str]:
        """Names that the list lacks or does not trust, which this text shows to be."""
        for first, _ in self.names():
            key = self.words[first].key
            if _marks().get(key) not in {"", ALSO_A_WORD}:
                yield key

    def _word(self, at: int) -> str:
        return self.words[at].key if 0 <= at < len(self.words) else ""

    def _is_spaced(self, at: int) -> bool:
        """Whether only space is between a word and the word before."""
        return 0 < at < len(self.words) and bool(_SPACE.fullmatch(self.words[at].gap))

    def _is_start(self, at: int) -> bool:
        """Whether a word begins a sentence, or what somebody said."""
        return at == 0 or bool(_SENTENCE.search(self.words[at].gap))

    def _is_title(self, at: int) -> bool:
        word = self.words[at]
        if word.glued or not _AFTER_TITLE.fullmatch(self.words[at + 1].gap):
            return False
        if word.key == "miss":
            return word.capital or self._word(at - 1) not in MISSED
        return word.key in TITLES or (word.key in RANKS and word.capital)

    def _is_given(self, at: int) -> bool:
        """Whether a word is likely to be a given name where it stands."""
        word = self.words[at]
        mark = _marks().get(word.key)
        if mark is None:
            return word.key in self.met or self._is_called(at)
        if not mark or not word.capital:
            return not mark
        if self._has_surname(at) or self._is_cued(at):
            return True
        trusted = mark == ALSO_A_WORD or word.key in self.met
        return trusted and not self._is_start(at) and not self._is_word(at)

    def _has_surname(self, at: int) -> bool:
        # In "Will Jayden be told?" the second word is the name.
        if not self._goes_on(at + 1):
            return False
        return self.words[at + 1].gap == "-" or _marks().get(self._word(at + 1)) != ""

    def _is_called(self, at: int) -> bool:
        """Whether a word that nobody knows is a name because of the word before."""
        word = self.words[at]
        if not word.capital or word.glued or len(word.key) == 1:
            return False
        return not self._is_no_name(word.key) and self._is_cued(at)

    def _is_cued(self, at: int) -> bool:
        """Whether the word before says that a name follows."""
        if self._word(at - 1) not in CUES or not _AFTER_CUE.fullmatch(
            self.words[at].gap
        ):
            return False
        if self.words[at - 1].capital and not self._is_start(at - 1):
            return False  # Pupil Premium, Child Protection
        if self._word(at - 1) not in {"called", "named"}:
            return True
        return _lists()["things"].isdisjoint(map(self._word, range(at - 4, at - 1)))

    def _is_no_name(self, key: str) -> bool:
        lists = _lists()
        if key in lists["no names"] or key in lists["institutions"]:
            return True
        return key in TITLES or key in CUES or key in lists["after words"]

    def _is_word(self, at: int) -> bool:
        """Whether what could be a name or a word is a word where it stands."""
        word, before, earlier = self.words[at], self._word(at - 1), self._word(at - 2)
        if self._is_spaced(at + 1) and not word.owns:
            after = self._word(at + 1)
            if after in _lists()["after words"]:
                return True
            if word.key in {"will", "may"} and after in {"i", "we", "you"}:
                return True
        if word.key == "eve":
            return before in {"christmas", "year", "years"}
        if word.key in SEASONS:
            return before in BEFORE_SEASONS
        if word.key not in MONTHS:
            return False
        gaps = "".join(near.gap for near in self.words[at : at + 2])
        if before in BEFORE_MONTHS or any(char.isdigit() for char in gaps):
            return True
        if before == "of":
            return earlier in PARTS_OF_MONTHS
        return before in {"and", "or", "to"} and earlier in _lists()["no names"]

    def _goes_on(self, at: int) -> bool:
        """Whether a word goes on with the name that the word before began."""
        if not 0 < at < len(self.words) or self.words[at - 1].owns:
            return False
        word = self.words[at]
        if word.gap == "-":
            return word.capital or word.key in _marks()
        if not self._is_spaced(at) or word.glued or self._is_no_name(word.key):
            return False
        if word.key in PARTICLES and not word.capital:
            return self._is_spaced(at + 1) and self.words[at + 1].capital
        return word.capital or word.key in _lists()["surnames"]

    def _last(self, first: int, since: int) -> int:
        """The last word of a name: the surname, where it goes on so far."""
        last = first
        while last - since < MOST_WORDS and self._goes_on(last + 1):
            key, hyphen = self._word(last), self.words[last + 1].gap == "-"
            given = key in _marks() or key in PARTICLES or len(key) == 1
            if not given and not hyphen and (last > first or since < first):
                break
            last += 1
        return last

    def _is_place(self, first: int, last: int) -> bool:
        """Whether what looked like a name is that of a place, a class or a law."""
        if not self._is_spaced(last + 1):
            return False
        after = self.words[last + 1]
        if after.key == "law":
            return True
        if after.key not in _lists()["institutions"] or self.words[last].owns:
            return False
        return after.capital or (after.key == "class" and self.words[first].capital)

    def _is_known_to_all(self, at: int) -> bool:
        if not self._is_spaced(at + 1):
            return False
        return f"{self._word(at)}-{self._word(at + 1)}" in _lists()["known to all"]
