"""The trained index: built from a bank once, kept as plain arrays, never stale.

Its arrays are written and read by the shell; here is what they mean. The index
belongs to the content whose hash it carries: another hash, another index.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge import model as m
from knowledge.matching import training
from knowledge.matching.features import Floats, Ints, Vectoriser, grams
from knowledge.matching.normalise import numberless, tokens

BACKGROUND = m.TopicId("")
"""The class of everything that is no business of a school policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What matching needs to know of a bank.

    Attributes:
        classes: The topic of each class; the background comes last.
        vectoriser: Text to features.
        weights: Features by classes, half precision.
        bias: One a class.
        phrasings: Each phrasing's text, in the order of `labels`.
        labels: Each phrasing's class.
        votes: Each phrasing's vote for its own class.
        rows, ids, values: The phrasings' vectors, row after row.
        words: The bank's vocabulary and how often each word occurs.

    """

    classes: tuple[m.TopicId, ...]
    vectoriser: Vectoriser
    weights: NDArray[np.float16]
    bias: Floats
    phrasings: tuple[str, ...]
    labels: Ints
    votes: Floats
    rows: Ints
    ids: NDArray[np.int32]
    values: Floats
    words: Mapping[str, int]

    def likenesses(self, dense: Floats, label: int) -> tuple[int, Floats]:
        """How like a text each phrasing of one class is.

        Args:
            dense: The text's vector, with a place for every feature.
            label: The class; its phrasings stand together.

        Returns:
            The number of the class's first phrasing, and a cosine for each.

        """
        first, end = np.searchsorted(self.labels, [label, label + 1])
        starts = self.rows[first : end + 1]
        span = slice(starts[0], starts[-1])
        products = np.append(dense[self.ids[span]] * self.values[span], 0)
        sums = np.add.reduceat(products, starts[:-1] - starts[0])
        # An empty row would take its neighbour's first product.
        return int(first), np.where(starts[1:] > starts[:-1], sums, 0)


def labelled(bank: m.Bank) -> tuple[tuple[m.TopicId, ...], list[tuple[str, int]]]:
    """The classes, and every phrasing with the number of its class."""
    classes = (*bank.topics, BACKGROUND)
    said = [
        (phrasing, number)
        for number, topic in enumerate(bank.topics.values())
        for phrasing in (*topic.phrasings, topic.title)
    ]
    said += [(phrasing, len(bank.topics)) for phrasing in bank.background]
    return classes, said


def build(bank: m.Bank, said: training.Progress) -> Index:
    """Train an index on all phrasings of a bank.

    Args:
        bank: The question bank.
        said: Called with work done and work in all, for a progress bar.

    """
    classes, phrasings = labelled(bank)
    spelt = [numberless(tokens(text, bank.lexicon.short)) for text, _ in phrasings]
    counted = [grams(words) for words in spelt]
    vectoriser = Vectoriser.fitted(counted)
    vectors = [vectoriser.vector(blocks) for blocks in counted]
    labels = np.array([label for _, label in phrasings], np.int64)
    features = len(vectoriser.keys)
    products = training.kernel(vectors, features, lambda done, of: said(done, 2 * of))
    learnt = training.train(
        products,
        labels,
        len(classes),
        said=lambda done, of: said(of + done, 2 * of),
    )
    # How many phrasings authors wrote is no sign of how often a thing is asked (the
    # background has twenty times a topic's): every class is taken to be as likely.
    shares = np.bincount(labels, minlength=len(classes)).astype(np.float64)
    weights = np.zeros((features, len(classes)), np.float32)
    for vector, votes in zip(vectors, learnt.alpha, strict=True):
        weights[vector.ids] += vector.values[:, None] * votes
    said(1, 1)
    return Index(
        classes=classes,
        vectoriser=vectoriser,
        weights=weights.astype(np.float16),
        bias=learnt.bias - np.log(shares / np.median(shares)).astype(np.float32),
        phrasings=tuple(text for text, _ in phrasings),
        labels=labels,
        votes=learnt.alpha[np.arange(len(labels)), labels],
        rows=np.concatenate([[0], np.cumsum([len(v.ids) for v in vectors])]),
        ids=np.concatenate([v.ids for v in vectors]).astype(np.int32),
        values=np.concatenate([v.values for v in vectors]),
        words=Counter(word for words in spelt for word in words),
    )
