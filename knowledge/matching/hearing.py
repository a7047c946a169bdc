"""Hearing an option in what a person said, so that it is not asked again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from knowledge import model as m
from knowledge.matching.normalise import tokens

GAP = 2
"""Words that may stand between two words of a wording."""
MOST_WORDS = 8
"""Words up to which an answer may be a label with slips."""
LIKE_ENOUGH, LEAD_ENOUGH = 78.0, 12.0
"""How like a label a direct answer must be, and by how much more than the next."""

_DENIALS = frozenset({"not", "no", "never", "without", "nor", "neither"})
_YES = frozenset({"yes", "yeah", "yep", "yh", "yup", "ye", "aye", "correct", "true"})
_NO = frozenset({"no", "nope", "nah", "negative"})
_UNSURE = frozenset(
    {"not sure", "unsure", "do not know", "i do not know", "no idea", "maybe",
     "dunno", "not certain", "hard to say", "could be either", "either"}
)  # fmt: skip
_FILLERS = frozenset({"i", "it", "is", "am", "a", "the", "so", "well", "just", "um",
                      "erm", "think", "probably", "really", "im", "its"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that may be heard: its label and the ways to say it."""

    id: m.OptionId
    label: str
    said_as: tuple[str, ...]


def choices(options: Iterable[m.Option | m.Lead]) -> tuple[Choice, ...]:
    """Options of a tree or leads of an unclear topic, as choices."""
    return tuple(Choice(o.id, o.label, o.said_as) for o in options)


def heard(
    offered: Sequence[Choice], said: Sequence[str], short: Mapping[str, str]
) -> m.OptionId | None:
    """The one option that the words imply, or None where none or two do.

    Args:
        offered: The options.
        said: The person's words, as tokens.
        short: Text-speak, for reading the options' wordings alike.

    """
    lengths: dict[m.OptionId, int] = {}
    for choice in offered:
        for wording in choice.said_as:
            wanted = tokens(wording, short)
            if wanted and _says(said, wanted):
                lengths[choice.id] = max(lengths.get(choice.id, 0), len(wanted))
    if not lengths:
        return None
    longest = max(lengths.values())
    best = [option for option, length in lengths.items() if length == longest]
    return best[0] if len(best) == 1 else None


def _says(said: Sequence[str], wanted: Sequence[str]) -> bool:
    for start, word in enumerate(said):
        if word == wanted[0]:
            at = _rest(said, wanted, start)
            if at is not None and not _denied(said, wanted, start, at):
                return True
    return False


def _rest(said: Sequence[str], wanted: Sequence[str], start: int) -> int | None:
    at = start
    for word in wanted[1:]:
        reach = list(said[at + 1 : at + 2 + GAP])
        if word not in reach:
            return None
        at += 1 + reach.index(word)
    return at


def _denied(said: Sequence[str], wanted: Sequence[str], start: int, end: int) -> bool:
    around = set(said[max(0, start - 3) : end + 1]) - set(wanted)
    return bool(around & _DENIALS) and not _DENIALS & set(wanted)


def unsure(text: str, short: Mapping[str, str]) -> bool:
    """Whether somebody says no more than that they do not know."""
    said = tokens(text, short)
    bare = " ".join(word for word in said if word not in _FILLERS)
    return " ".join(said) in _UNSURE or bare in _UNSURE


def answered(
    offered: Sequence[Choice], text: str, short: Mapping[str, str]
) -> m.OptionId | None:
    """The option that a direct answer to the question names, or None.

    Understands the label itself, its number in the list, yes and no, "not sure",
    the options' other wordings, and labels with slips.
    """
    said = tokens(text, short)
    plain = " ".join(said)
    bare = " ".join(word for word in said if word not in _FILLERS)
    by_label = {" ".join(tokens(c.label, short)): c.id for c in offered}
    if plain in by_label:
        return by_label[plain]
    digits = text.strip().rstrip(".)")
    if digits.isdigit() and 1 <= int(digits[:3]) <= len(offered):
        return offered[int(digits[:3]) - 1].id
    if unsure(text, short):
        return next((c.id for c in offered if c.id == m.UNSURE), None)
    for words, starts in ((_YES, "yes"), (_NO, "no")):
        if said and (bare in words or said[0] in words):
            named = [c.id for c in offered if c.id == starts]
            named = named or [
                c.id for c in offered if tokens(c.label, short)[:1] == (starts,)
            ]
            if len(named) == 1:
                return named[0]
    implied = heard(offered, said, short)
    if implied is not None:
        return implied
    if not 0 < len(said) <= MOST_WORDS:
        return None
    likes = sorted(
        ((fuzz.ratio(plain, label), str(option)) for label, option in by_label.items()),
        reverse=True,
    )
    clear = all(likes[0][0] - like >= LEAD_ENOUGH for like, _ in likes[1:])
    if likes and likes[0][0] >= LIKE_ENOUGH and clear:
        return m.OptionId(likes[0][1])
    return None
