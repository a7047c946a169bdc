"""Words as staff type them, brought to one form: a sequence of plain tokens.

Nothing here corrects spelling (see `repair`); it only removes differences that
never matter: case, quotes, text-speak, how a year group is written.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST = 2000
"""Characters of an utterance that matching looks at; the rest is not read."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"'})
_LINK = re.compile(r"https?://\S+|www\.\S+")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_YEAR = re.compile(r"\b(?:y|yr|yrs|year)\s?(1[0-3]|[1-9])(?:'?s)?\b(?! old| ago|\d)")
_TOKEN = re.compile(r"[a-z0-9']+")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Readable text: one line, no control or invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in folded
        if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn")
    )
    return _SPACE.sub(" ", kept).strip()


def tokens(text: str, short: Mapping[str, str], most: int = LONGEST) -> tuple[str, ...]:
    """The words of a text in plain form.

    Args:
        text: As typed.
        short: Text-speak and contractions, spelt out (`u` -> `you`).
        most: Characters that are read.

    """
    plain = clean(text[:most]).casefold().translate(_QUOTES)
    plain = _EMAIL.sub(" emailaddress ", _LINK.sub(" weblink ", plain))
    plain = _YEAR.sub(" yeargroup ", plain)
    found: list[str] = []
    for word in _TOKEN.findall(plain):
        spelt = short.get(word) or short.get(word.replace("'", ""))
        for part in (spelt or word).split():
            bare = part.removesuffix("'s").replace("'", "")
            if bare:
                found.append(bare)
    return tuple(found)


def numberless(words: Iterable[str]) -> tuple[str, ...]:
    """The words with every number alike: which one it is, is for trees to hear."""
    return tuple("number" if word.isdigit() else word for word in words)
