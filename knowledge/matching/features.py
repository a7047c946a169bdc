"""Text to a sparse vector: words and characters, each TF-IDF weighted.

Two blocks share the cosine: words and pairs of words (what is said), and characters
3-5 inside words (so that a slip or another ending costs little).
A gram is known by the CRC-32 of its text, so the vocabulary is one sorted array.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

SHORTEST_GRAM, LONGEST_GRAM = 3, 5
BLOCKS = ("w", "c")


@dataclass(frozen=True, slots=True)
class Vector:
    """A sparse unit vector: feature numbers and their values."""

    ids: Ints
    values: Floats


def grams(tokens: Sequence[str]) -> dict[str, Counter[int]]:
    """How often each gram occurs, by block."""
    words: Counter[int] = Counter()
    for token in tokens:
        words[_key("w", token)] += 1
    for pair in pairwise(tokens):
        words[_key("w", " ".join(pair))] += 1
    chars: Counter[int] = Counter()
    for token in tokens:
        padded = f" {token} "
        for size in range(SHORTEST_GRAM, LONGEST_GRAM + 1):
            if len(padded) < size:
                break
            for at in range(len(padded) - size + 1):
                chars[_key("c", padded[at : at + size])] += 1
    return {"w": words, "c": chars}


def _key(block: str, gram: str) -> int:
    return crc32(f"{block}{gram}".encode())


class Vectoriser:
    """Turns tokens into vectors over the grams that the bank uses."""

    def __init__(self, keys: NDArray[np.uint32], idf: Floats, unseen: float) -> None:
        self.keys = keys
        self.idf = idf
        self.unseen = unseen

    @classmethod
    def fitted(cls, counted: Sequence[Mapping[str, Counter[int]]]) -> "Vectoriser":
        """A vectoriser for these texts' grams; those seen once carry no signal."""
        in_texts: Counter[int] = Counter()
        for blocks in counted:
            for block in BLOCKS:
                in_texts.update(blocks[block].keys())
        kept = sorted(key for key, count in in_texts.items() if count > 1)
        keys = np.array(kept, dtype=np.uint32)
        df = np.array([in_texts[key] for key in kept], dtype=np.float64)
        total = 1.0 + len(counted)
        idf = (np.log(total / (1.0 + df)) + 1.0).astype(np.float32)
        return cls(keys, idf, math.log(total / 2.0) + 1.0)

    def vector(self, counted: Mapping[str, Counter[int]]) -> Vector:
        """The unit vector of a text's grams.

        Grams that the bank never uses count in the length, so that a text full of
        unknown words lies near nothing.
        """
        ids: list[Ints] = []
        values: list[Floats] = []
        for block in BLOCKS:
            found, weights = self._block(counted[block])
            ids.append(found)
            values.append(weights / np.float32(math.sqrt(len(BLOCKS))))
        return Vector(np.concatenate(ids), np.concatenate(values))

    def _block(self, counts: Counter[int]) -> tuple[Ints, Floats]:
        if not counts or not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        wanted = np.fromiter(counts.keys(), np.uint32, len(counts))
        often = np.fromiter(counts.values(), np.float32, len(counts))
        at = np.searchsorted(self.keys, wanted)
        at[at == len(self.keys)] = 0
        known = self.keys[at] == wanted
        weight = 1.0 + np.log(often)
        weight *= np.where(known, self.idf[at], np.float32(self.unseen))
        length = float(np.sqrt(np.sum(weight * weight))) or 1.0
        kept = at[known].astype(np.int64)
        return kept, (weight[known] / length).astype(np.float32)
