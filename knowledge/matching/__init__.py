"""Utterance to content, with the evidence for it."""

from knowledge.matching.hearing import Choice, answered, choices, heard, unsure
from knowledge.matching.index import Index, build
from knowledge.matching.matcher import (
    Ambiguous,
    Emergency,
    Evidence,
    Match,
    Matched,
    Matcher,
    Reader,
    Unmatched,
    Vote,
)
from knowledge.matching.normalise import LONGEST, clean

__all__ = [
    "LONGEST",
    "Ambiguous",
    "Choice",
    "Emergency",
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
    "unsure",
]
