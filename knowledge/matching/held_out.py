"""How a bank's phrasings fare when they are not among what was learnt.

A phrasing's own vote is loud: asked back, a bank recognises itself. So each quarter
of the phrasings is read by an index that learnt the other three.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge import model as m
from knowledge.matching.index import Index, build
from knowledge.matching.meaning import Encoder
from knowledge.matching.reader import Reader
from knowledge.matching.training import Progress

FOLDS = 4


@dataclass(frozen=True, slots=True)
class Read:
    """A phrasing, its topic, and what an index that did not know it took it for."""

    phrasing: str
    topic: m.TopicId
    taken_for: m.TopicId
    chance: float

    @property
    def recognised(self) -> bool:
        """Whether it was taken for its own topic."""
        return self.topic == self.taken_for


def held_out(bank: m.Bank, encoder: Encoder | None, said: Progress) -> Iterator[Read]:
    """Every phrasing of the bank, read by an index that did not learn it.

    Args:
        bank: The question bank.
        encoder: Reads meanings, if that is to be measured.
        said: Told how far the trainings are.

    """
    for fold in range(FOLDS):
        kept = replace(
            bank,
            topics={
                topic.id: replace(topic, phrasings=_without(topic.phrasings, fold))
                for topic in bank.topics.values()
            },
        )

        def told(done: int, of: int, fold: int = fold) -> None:
            said(fold * of + done, FOLDS * of)

        index = build(kept, told, encoder)
        yield from _read(bank, index, encoder, fold)


def _without(phrasings: tuple[str, ...], fold: int) -> tuple[str, ...]:
    return tuple(p for at, p in enumerate(phrasings) if at % FOLDS != fold)


def _read(
    bank: m.Bank, index: Index, encoder: Encoder | None, fold: int
) -> Iterator[Read]:
    reader = Reader(bank, index, encoder)
    for topic in bank.topics.values():
        for phrasing in topic.phrasings[fold::FOLDS]:
            chances = reader.chances(reader.sense(reader.repaired(phrasing)))
            best = int(chances.argmax())
            taken_for = index.classes[best]
            yield Read(phrasing, topic.id, taken_for, float(chances[best]))
