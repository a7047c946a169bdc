"""Reads an utterance with a bank's index: words, repairs, signs, chances, votes.

One reader serves all schools; what a school makes of it is the matcher's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge import model as m
from knowledge.matching.emergency import Lookout, Seen
from knowledge.matching.features import Floats, Vector, grams
from knowledge.matching.index import Index
from knowledge.matching.meaning import Encoder
from knowledge.matching.normalise import numberless, tokens
from knowledge.matching.repair import Repaired, Repairer

MOST_VOTES = 3
MOST_WATCHED = 200_000
"""Characters in which signs of emergency are looked for."""


@dataclass(frozen=True, slots=True)
class Sense:
    """An utterance as the index sees it: its words, and its meaning if that is read."""

    words: Vector
    meaning: Floats | None


@dataclass(frozen=True, slots=True)
class Vote:
    """A phrasing that spoke for the topic, and how loudly.

    Attributes:
        phrasing: As its author wrote it.
        weight: Its part of the topic's score.
        by_words: How alike the words are, -1 to 1.
        by_meaning: How alike the meanings are, -1 to 1; None without an encoder.

    """

    phrasing: str
    weight: float
    by_words: float
    by_meaning: float | None


class Reader:
    """Reads utterances with a bank's index; shared by all schools.

    Raises:
        ValueError: The index was built with an encoder and none is given.

    """

    def __init__(
        self, bank: m.Bank, index: Index, encoder: Encoder | None = None
    ) -> None:
        if (index.meanings is None) != (encoder is None):
            raise ValueError("the index and its reader need the same encoder")
        self.bank = bank
        self.index = index
        self._encoder = encoder
        self._repairer = Repairer(index.words)
        self._lookout = Lookout(bank.signs)

    def words(self, text: str) -> tuple[str, ...]:
        """A text's tokens, not repaired."""
        return tokens(text, self.bank.lexicon.short)

    def repaired(self, text: str) -> Repaired:
        """A text's tokens after repair."""
        return self._repairer.repair(self.words(text))

    def signs(self, said: Repaired, text: str) -> tuple[Seen, ...]:
        """Signs of emergency, in the words as typed or as repaired."""
        whole = tokens(text, self.bank.lexicon.short, MOST_WATCHED)
        seen = self._lookout.look(numberless(whole))
        if not seen and said.changes:
            seen = self._lookout.look(numberless(said.tokens))
        return seen

    def sense(self, said: Repaired) -> Sense:
        """The features of what was said."""
        words = self.index.vectoriser.vector(grams(numberless(said.tokens)))
        meaning = None
        if self._encoder and self.index.meanings:
            encoding = self._encoder.encode([" ".join(said.tokens)])[0]
            meaning = self.index.meanings.of(encoding)
        return Sense(words, meaning)

    def chances(self, sense: Sense) -> Floats:
        """The chance of each class."""
        words = sense.words
        scores = words.values @ self.index.weights[words.ids].astype(np.float32)
        scores = scores + self.index.bias
        if sense.meaning is not None and self.index.meanings:
            scores = scores + sense.meaning @ self.index.meanings.weights
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def votes(self, sense: Sense, label: int) -> tuple[Vote, ...]:
        """The phrasings of a class that speak loudest for it."""
        dense = np.zeros(len(self.index.vectoriser.keys), np.float32)
        dense[sense.words.ids] = sense.words.values
        by_words = self.index.likenesses(dense, label)
        where = self.index.phrasings_of(label)
        alike, by_meaning = by_words, None
        if sense.meaning is not None and self.index.meanings:
            rows = self.index.meanings.phrasings[where].astype(np.float32)
            by_meaning = rows @ sense.meaning
            share = self.index.share
            alike = (1 - share) * by_words + share * by_meaning
        weights = alike * self.index.votes[where]
        loudest = np.argsort(-weights.round(4), kind="stable")[:MOST_VOTES]
        return tuple(
            Vote(
                self.index.phrasings[where.start + at],
                round(float(weights[at]), 3),
                round(float(by_words[at]), 2),
                None if by_meaning is None else round(float(by_meaning[at]), 2),
            )
            for at in map(int, loudest)
            if weights[at] > 0
        )

    def among(
        self, text: str, topics: Sequence[m.TopicId]
    ) -> tuple[tuple[m.TopicId, float], ...]:
        """The chances of some topics, best first."""
        chances = self.chances(self.sense(self.repaired(text)))
        at = self.index.classes.index
        found = [(topic, float(chances[at(topic)])) for topic in topics]
        return tuple(sorted(found, key=lambda pair: -pair[1]))
