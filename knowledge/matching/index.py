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
from knowledge.matching.features import Floats, Ints, Vector, Vectoriser, grams
from knowledge.matching.meaning import Encoder, Meanings, share, unit
from knowledge.matching.normalise import numberless, tokens

NEVER = -50.0
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
        meanings: What an encoder adds; None where matching goes by words alone.
        share: The meaning's share of the likeness of two texts, 0 to 1.

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
    meanings: Meanings | None
    share: float

    def phrasings_of(self, label: int) -> slice:
        """Where the phrasings of a class stand: together, in one run."""
        first, end = np.searchsorted(self.labels, [label, label + 1])
        return slice(int(first), int(end))

    def likenesses(self, dense: Floats, label: int) -> Floats:
        """How like a text each phrasing of one class is, by its words: cosines.

        Args:
            dense: The text's vector, with a place for every feature.
            label: The class.

        """
        where = self.phrasings_of(label)
        starts = self.rows[where.start : where.stop + 1]
        span = slice(starts[0], starts[-1])
        products = np.append(dense[self.ids[span]] * self.values[span], 0)
        sums = np.add.reduceat(products, starts[:-1] - starts[0])
        # An empty row would take its neighbour's first product.
        return np.where(starts[1:] > starts[:-1], sums, 0)


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


def build(
    bank: m.Bank, said: training.Progress, encoder: Encoder | None = None
) -> Index:
    """Train an index on all phrasings of a bank.

    Args:
        bank: The question bank.
        said: Called with work done and work in all, for a progress bar.
        encoder: Reads meanings; whoever asks the index must bring the same one.

    """
    # Only building needs it, and it takes a while to load.
    from knowledge.matching.kernel import SummedKernel  # noqa: PLC0415

    classes, phrasings = labelled(bank)
    read = [tokens(text, bank.lexicon.short) for text, _ in phrasings]
    spelt = [numberless(words) for words in read]
    vectoriser, vectors = _vectors(spelt)
    labels = np.array([label for _, label in phrasings], np.int64)
    centre, meant = _meant([" ".join(words) for words in read], encoder)
    by = share(len(phrasings), len(classes)) if encoder else 0.0
    kernel = SummedKernel.of(vectors, len(vectoriser.keys), meant, by)
    learnt = training.train(kernel, labels, len(classes), said=said)
    # How many phrasings authors wrote is no sign of how often a thing is asked (the
    # background has twenty times a topic's): every class is taken to be as likely.
    counts = np.bincount(labels, minlength=len(classes)).astype(np.float64)
    prior = np.log(np.maximum(counts, 1) / np.median(counts)).astype(np.float32)
    # A class without phrasings (a bank needs no background) is never likely.
    bias = np.where(counts > 0, learnt.bias - prior, np.float32(NEVER))
    weights = (1 - by) * (kernel.features @ learnt.alpha)
    by_meaning = np.asarray(by * (meant.T @ learnt.alpha), np.float32)
    said(1, 1)
    return Index(
        classes=classes,
        vectoriser=vectoriser,
        weights=weights.astype(np.float16),
        bias=bias,
        phrasings=tuple(text for text, _ in phrasings),
        labels=labels,
        votes=learnt.alpha[np.arange(len(labels)), labels],
        rows=np.concatenate([[0], np.cumsum([len(v.ids) for v in vectors])]),
        ids=np.concatenate([v.ids for v in vectors]).astype(np.int32),
        values=np.concatenate([v.values for v in vectors]),
        words=Counter(word for words in spelt for word in words),
        meanings=Meanings(centre, by_meaning, meant.astype(np.float16))
        if encoder
        else None,
        share=by,
    )


def _vectors(spelt: list[tuple[str, ...]]) -> tuple[Vectoriser, list[Vector]]:
    """Every phrasing's vector; the counts, ten times their size, are not kept."""
    counted = [grams(words) for words in spelt]
    vectoriser = Vectoriser.fitted(counted)
    return vectoriser, [vectoriser.vector(blocks) for blocks in counted]


def _meant(texts: list[str], encoder: Encoder | None) -> tuple[Floats, Floats]:
    """The encodings' centre, and each text's centred encoding."""
    if encoder is None:
        return np.zeros(0, np.float32), np.zeros((len(texts), 0), np.float32)
    encodings = unit(encoder.encode(texts))
    centre = encodings.mean(axis=0)
    return centre, unit(encodings - centre)
