"""Which topics come to the same answer at one school.

Two topics that a school answers alike need not be told apart: being torn between
them is no reason to ask. What counts is what would be said, not how it is filed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge import model as m


def agreement(
    pack: m.Pack, bank: m.Bank, classes: Sequence[m.TopicId]
) -> NDArray[np.bool_]:
    """Tell which classes come to the same answer, as a square table."""
    told = [_said(pack, bank, topic) for topic in classes]
    count = len(classes)
    table = np.eye(count, dtype=bool)
    for i in range(count):
        for j in range(i):
            table[i, j] = table[j, i] = _alike(told[i], told[j])
    return table


def _said(pack: m.Pack, bank: m.Bank, topic: m.TopicId) -> object:
    known = bank.topics.get(topic)
    if known is None or known.narrowing:
        return None
    if known.emergency:
        return "emergency"
    match pack.positions.get(topic):
        case m.Guided(tree):
            return pack.trees[tree].in_general or tree
        case position:
            return position


def _alike(one: object, other: object) -> bool:
    match one, other:
        case (m.Silent(), m.Silent()):
            return True
        case (m.Answer(), m.Answer()):
            return (
                one.verdict is other.verdict
                and one.clauses[0] in other.clauses[:2]
                and other.clauses[0] in one.clauses[:2]
            )
        case (None, _) | (_, None):
            return False
        case _:
            return one == other
