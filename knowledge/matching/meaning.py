"""What texts mean, as vectors of a sentence encoder that the shell may bring.

Word likeness misses that "socials" are social media and "sacked" is dismissed; an
encoder trained on a billion sentence pairs does not. It is optional: without one,
matching goes by words alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.features import Floats

FEW = 30
"""Phrasings a topic below which words alone rarely coincide."""
SHARE_OF_FEW, SHARE_OF_MANY = 2 / 3, 1 / 3


def share(phrasings: int, topics: int) -> float:
    """How much of the likeness of two texts is their meaning; the rest is words.

    The more ways of putting a thing are known, the more their very words tell: two
    thirds were best at ten phrasings a topic (public benchmarks), one third at sixty
    (one writer's phrasings, by an index trained on two others').
    """
    return SHARE_OF_FEW if phrasings < FEW * topics else SHARE_OF_MANY


class Encoder(Protocol):
    """Turns texts into vectors that lie close where the texts mean alike."""

    @property
    def name(self) -> str:
        """Names the weights exactly: an index belongs to one encoder."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text; rows need not have length one."""
        ...


@dataclass(frozen=True, slots=True)
class Meanings:
    """What an index knows of its phrasings' meanings.

    Attributes:
        centre: The mean of all encodings: what they share tells no topics apart.
        weights: Dimensions by classes.
        phrasings: A unit row a phrasing, half precision.

    """

    centre: Floats
    weights: Floats
    phrasings: NDArray[np.float16]

    def of(self, encoding: Floats) -> Floats:
        """A text's encoding, centred and of length one, whatever its length was."""
        return np.asarray(unit(unit(encoding[None]) - self.centre)[0])


def unit(rows: Floats) -> Floats:
    """The rows, each of length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
