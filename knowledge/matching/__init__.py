"""Utterance to content, with the evidence for it."""

from knowledge.matching.bands import BANDS, Band, Bands
from knowledge.matching.hearing import Choice, answered, choices, heard, unsure
from knowledge.matching.index import Index, build
from knowledge.matching.matcher import (
    Ambiguous,
    Emergency,
    Evidence,
    Match,
    Matched,
    Matcher,
    Unmatched,
)
from knowledge.matching.meaning import Encoder
from knowledge.matching.normalise import LONGEST, clean
from knowledge.matching.parts import parts
from knowledge.matching.reader import Reader, Vote
from knowledge.matching.vague import vague

__all__ = [
    "BANDS",
    "LONGEST",
    "Ambiguous",
    "Band",
    "Bands",
    "Choice",
    "Emergency",
    "Encoder",
    "Evidence",
    "Index",
    "Match",
    "Matched",
    "Matcher",
    "Reader",
    "Unmatched",
    "Vote",
    "answered",
    "build",
    "choices",
    "clean",
    "heard",
    "parts",
    "unsure",
    "vague",
]
