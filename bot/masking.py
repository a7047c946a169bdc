"""Pupils' names masked in a text before it leaves for somebody else.

What belongs here is telling likely names from other words. It is a guess by rule, from
the lists in `given_names.txt`, capitals, and the words around. Nothing is looked up, so
whoever typed the text is shown both versions before it goes.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, count, product
from pathlib import Path
from string import ascii_uppercase
from typing import NamedTuple

LISTS = Path(__file__).with_name("given_names.txt")
MOST_WORDS = 5  # that one name can have, a title included
SHORTEST = 4  # letters of a name, at least, heard in "jaydens" without an apostrophe

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
        text: It has a stand-in, like "[pupil A]", for every name.
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
        same = people.setdefault(given, {})
        stand_in = _known(same, surname) or f"[pupil {next(letters)}]"
        same.setdefault(surname, stand_in)
        start, end = reading.words[first].start, reading.words[last].end
        names[text[start:end], stand_in] = None
        pieces += (text[done:start], stand_in)
        done = end
    return Masked("".join((*pieces, text[done:])), tuple(names))


def _letters(text: str) -> Iterator[str]:
    """A, B, ... Z, AA, ... without those that somebody typed as a stand-in."""
    typed = {letters.upper() for letters in _STAND_IN.findall(text)}
    every = (product(ascii_uppercase, repeat=length) for length in count(1))
    letters = map("".join, chain.from_iterable(every))
    return (some for some in letters if some not in typed)


def _known(same: dict[str, str], surname: str) -> str | None:
    """The stand-in of a name met before; either may have been without a surname."""
    if surname in same:
        return same[surname]
    return next(iter(same.values()), None) if not surname or set(same) == {""} else None


@cache
def _lists() -> dict[str, set[str]]:
    """The lists of the file by their headings; marked names, with the mark."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    heading = ""
    for line in LISTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        for word in () if line.startswith(("[", "#")) else line.split():
            bare = word.rstrip("*?")
            found[heading + word.removeprefix(bare)].add(bare)
    found["trusted"] = found["names"] | found["names*"]
    found["all names"] = found["trusted"] | found["names?"]
    found["first parts"] = found["all names"] | found["particles"]
    for heading in ("cues", "institutions", "after words", "titles"):
        found["no names"] |= found[heading]
    found["no plurals"] |= found["all names"] | found["surnames"]
    return found


class _Word(NamedTuple):
    """One of up to thousands, so no dataclass: those take three times as long."""

    start: int
    end: int  # without the ending of "Jayden's" or "Jayden'll"
    key: str  # without case, accents and apostrophes
    gap: str  # what stands between it and the word before
    capital: bool  # its first letter only, or a single letter
    owns: bool  # whether it had such an ending
    glued: bool  # whether it touches a digit, as in 8B


def _read(text: str) -> "_Reading":
    words = []
    done = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        typed = match[0].translate(_PLAIN)
        head, _, ending = typed.rpartition("'")
        owns = bool(head) and ending.lower() in _lists()["endings"]
        bare = head if owns else typed
        key = _key(bare)
        if _is_plural(key):
            bare, key, owns = bare[:-1], key[:-1], True
        capital = bare[0].isupper() and not bare[1:2].isupper()
        glued = text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()
        gap, end = text[done:start], start + len(bare)
        words.append(_Word(start, end, key, gap, capital, owns, glued))
        done = match.end()
    reading = _Reading(words=tuple(words))
    reading = replace(reading, adults=frozenset(reading.titled()))
    return replace(reading, met=frozenset(reading.meetings()))


def _key(word: str) -> str:
    plain = word.lower().replace("'", "")
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return "".join(char for char in apart if not unicodedata.combining(char))


def _is_plural(key: str) -> bool:
    """Whether a word is a name with an s, of which the apostrophe was forgotten."""
    name = len(key) > SHORTEST and key[-1] == "s" and key[:-1] in _lists()["names"]
    return name and key not in _lists()["no plurals"]


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

    def titled(self) -> Iterator[int]:
        """The words that name an adult with a title."""
        for at in range(len(self.words) - 1):
            if self._is_title(at):
                yield from range(at + 1, self._last(at + 1, at) + 1)

    def meetings(self) -> Iterator[str]:
        """Names that the list lacks or does not trust, which this text shows to be."""
        keys = (self.words[first].key for first, _ in self.names())
        return (key for key in keys if key not in _lists()["trusted"])

    def parts(self, first: int, last: int) -> tuple[str, str]:
        """The given name and the surname of a name, as they are compared."""
        rest = self.words[first + 1 : last + 1]
        more = "".join(("-" if word.gap == "-" else " ") + word.key for word in rest)
        given, _, surname = f"{self.words[first].key}{more}".partition(" ")
        return given, surname

    def _key(self, at: int) -> str:
        return self.words[at].key if 0 <= at < len(self.words) else ""

    def _is_spaced(self, at: int) -> bool:
        """Whether only space is between a word and the word before."""
        return 0 < at < len(self.words) and bool(_SPACE.fullmatch(self.words[at].gap))

    def _is_start(self, at: int) -> bool:
        """Whether a word begins a sentence, or what somebody said."""
        return at == 0 or bool(_SENTENCE.search(self.words[at].gap))

    def _is_title(self, at: int) -> bool:
        word, lists = self.words[at], _lists()
        gap = self.words[at + 1].gap
        whole = word.key in {"miss", "sir", "madam"}  # no stop shortens them
        if word.glued or not (_SPACE if whole else _AFTER_TITLE).fullmatch(gap):
            return False
        if word.key == "miss":
            return word.capital or self._key(at - 1) not in lists["before miss"]
        ranked = word.capital and word.key in lists["capital titles"]
        return ranked or word.key in lists["titles"]

    def _is_given(self, at: int) -> bool:
        """Whether a word is likely to be a given name where it stands."""
        word, lists = self.words[at], _lists()
        if word.key in lists["names"]:
            return True
        if not word.capital or word.glued:
            return word.key in self.met - lists["all names"]
        if word.key not in lists["all names"]:
            unknown = len(word.key) > 1 and word.key not in lists["no names"]
            return word.key in self.met or (unknown and self._is_cued(at))
        if self._goes_on(at + 1):
            # In "Will Jayden be told?" the second word is the name.
            hyphen = self.words[at + 1].gap == "-"
            if hyphen or self._key(at + 1) not in lists["names"]:
                return True
        trusted = word.key in lists["names*"] or word.key in self.met
        trusted = trusted and not self._is_start(at) and not self._is_word(at)
        return trusted or self._is_cued(at)

    def _is_cued(self, at: int) -> bool:
        """Whether the word before says that a name follows."""
        before, gap = self._key(at - 1), self.words[at].gap
        if before not in _lists()["cues"] or not _AFTER_CUE.fullmatch(gap):
            return False
        cue = self.words[at - 1]
        if cue.owns or (cue.capital and not self._is_start(at - 1)):
            return False  # a pupil's Strava; Pupil Premium
        things = set(map(self._key, range(at - 4, at - 1))) & _lists()["things"]
        return not things or before not in {"called", "named"}

    def _is_word(self, at: int) -> bool:
        """Whether what could be a name or a word is a word where it stands."""
        word, before, earlier = self.words[at], self._key(at - 1), self._key(at - 2)
        after = self._key(at + 1) if self._is_spaced(at + 1) and not word.owns else ""
        modal = word.key in {"will", "may"} and after in {"i", "we", "you"}
        if modal or after in _lists()["after words"]:
            return True
        if word.key == "eve":
            return before in {"christmas", "year", "years"}
        if word.key in _lists()["seasons"]:
            return before in _lists()["before seasons"]
        if word.key not in _lists()["months"]:
            return False
        gaps = "".join(near.gap for near in self.words[at : at + 2])
        if before in _lists()["before months"] or any(map(str.isdigit, gaps)):
            return True
        listed = before in {"and", "or", "to"} and earlier in _lists()["no names"]
        return listed or (before == "of" and earlier in _lists()["parts of months"])

    def _goes_on(self, at: int) -> bool:
        """Whether a word goes on with the name that the word before began."""
        if not 0 < at < len(self.words) or self.words[at - 1].owns:
            return False
        word = self.words[at]
        if word.gap == "-":
            return word.capital or word.key in _lists()["all names"]
        if not self._is_spaced(at) or word.glued or word.key in _lists()["no names"]:
            return False
        if word.key in _lists()["particles"] and not word.capital:
            return self._is_spaced(at + 1) and self.words[at + 1].capital
        return word.capital or word.key in _lists()["surnames"]

    def _last(self, first: int, since: int) -> int:
        """The last word of a name, or of a title with a name since an earlier word."""
        last = first
        while last - since < MOST_WORDS and self._goes_on(last + 1):
            key, hyphen = self._key(last), self.words[last + 1].gap == "-"
            given = key in _lists()["first parts"] or len(key) == 1
            if not given and not hyphen and last > since:
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
        proper = after.capital or (after.key == "class" and self.words[first].capital)
        owns = self.words[last].owns
        return proper and not owns and after.key in _lists()["institutions"]

    def _is_known_to_all(self, at: int) -> bool:
        near = at + 1 < len(self.words) and self.words[at + 1].gap in {" ", "-"}
        both = f"{self._key(at)}-{self._key(at + 1)}"
        return near and both in _lists()["known to all"]
