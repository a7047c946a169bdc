"""One school's knowledge, ready to be asked."""

from dataclasses import dataclass

from knowledge import model as m
from knowledge.matching import Matcher


@dataclass(frozen=True, slots=True)
class School:
    """A pack, the bank that it takes positions on, and the matcher for both."""

    pack: m.Pack
    bank: m.Bank
    matcher: Matcher
