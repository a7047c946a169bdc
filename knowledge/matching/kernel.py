"""Likeness between all phrasings at once, never written out.

With unit rows X (words, sparse) and E (meanings) the likenesses are
K = (1 - share) X Xᵀ + share E Eᵀ. Training only ever needs products K S, and these
go through the features: a hundredth of the work of an n x n table, and no memory.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from knowledge.matching.features import Floats, Vector

COLUMNS = 128
"""Columns multiplied at a time: enough for the arithmetic, few enough for the cache."""


@dataclass(frozen=True, slots=True)
class SummedKernel:
    """The likenesses of a list of phrasings.

    Attributes:
        words: A sparse unit row a phrasing.
        features: The same, turned round.
        meanings: A unit row a phrasing; no columns where there is no encoder.
        share: The meanings' share of the likeness, 0 to 1.

    """

    words: csr_array
    features: csr_array
    meanings: Floats
    share: float

    @classmethod
    def of(
        cls, vectors: Sequence[Vector], features: int, meanings: Floats, share: float
    ) -> "SummedKernel":
        """The kernel of these vectors, which have so many features."""
        starts = np.concatenate([[0], np.cumsum([len(v.ids) for v in vectors])])
        values = np.concatenate([v.values for v in vectors])
        ids = np.concatenate([v.ids for v in vectors])
        words = csr_array((values, ids, starts), shape=(len(vectors), features))
        return cls(words, words.T.tocsr(), meanings, share)

    def __matmul__(self, votes: Floats) -> Floats:
        """K times the votes; columns in parallel, since they are independent."""
        spans = [slice(a, a + COLUMNS) for a in range(0, votes.shape[1], COLUMNS)]
        with ThreadPoolExecutor() as pool:
            return np.hstack(list(pool.map(lambda s: self._times(votes[:, s]), spans)))

    def _times(self, votes: Floats) -> Floats:
        columns = np.ascontiguousarray(votes)
        by_words = self.words @ (self.features @ columns)
        by_meaning = self.meanings @ (self.meanings.T @ columns)
        total = (1 - self.share) * by_words + self.share * by_meaning
        return np.asarray(total, np.float32)
