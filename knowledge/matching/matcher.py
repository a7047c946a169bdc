"""Utterance to content: Matched, Ambiguous, Unmatched or Emergency, with evidence.

Emergencies first; then normalising, repair, scores for every topic of the bank, and
the three bands. The index is the bank's; what is sure is a matter of one school,
because topics that the school answers alike count as one (see `agreement`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from knowledge import model as m
from knowledge.matching import bands
from knowledge.matching.agreement import agreement
from knowledge.matching.emergency import Lookout, Seen
from knowledge.matching.features import Floats, Vector, grams
from knowledge.matching.hearing import Choice, heard
from knowledge.matching.index import BACKGROUND, Index
from knowledge.matching.normalise import numberless, tokens
from knowledge.matching.repair import Repaired, Repairer

MOST_BUTTONS = 3
MOST_VOTES = 3
FEWEST_TOLD = 5
"""Words from which statistics alone may see an emergency; signs need none."""
MOST_WATCHED = 200_000
"""Characters in which signs of emergency are looked for."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A phrasing that spoke for the topic, and how loudly."""

    phrasing: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a match came out as it did.

    Attributes:
        chances: The likeliest topics with their chances, best first.
        score: The chance of the best one with all that agree with it.
        threshold: What the score had to reach.
        votes: The phrasings that spoke for the best topic.
        repairs: Words taken as slips, as typed and as read.
        unknown: Words that the bank does not know.
        sign: Words that showed an emergency.

    """

    chances: tuple[tuple[m.TopicId, float], ...] = ()
    score: float = 0.0
    threshold: float = 0.0
    votes: tuple[Vote, ...] = ()
    repairs: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    sign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """Sure: this topic."""

    topic: m.TopicId
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two or three topics; the person is to choose."""

    topics: tuple[m.TopicId, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Unmatched:
    """No topic; `off_topic` where it is none of the policy's business."""

    off_topic: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Emergency:
    """Somebody may be in danger."""

    topic: m.TopicId
    evidence: Evidence


Match: TypeAlias = Matched | Ambiguous | Unmatched | Emergency


class Reader:
    """Reads utterances with a bank's index; shared by all schools."""

    def __init__(self, bank: m.Bank, index: Index) -> None:
        self.bank = bank
        self.index = index
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

    def vector(self, said: Repaired) -> Vector:
        """The features of what was said."""
        return self.index.vectoriser.vector(grams(numberless(said.tokens)))

    def chances(self, vector: Vector) -> Floats:
        """The chance of each class."""
        logits = vector.values @ self.index.weights[vector.ids].astype(np.float32)
        logits = logits + self.index.bias
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def votes(self, vector: Vector, label: int) -> tuple[Vote, ...]:
        """The phrasings of a class that speak loudest for it."""
        dense = np.zeros(len(self.index.vectoriser.keys), np.float32)
        dense[vector.ids] = vector.values
        first, likenesses = self.index.likenesses(dense, label)
        weights = likenesses * self.index.votes[first : first + len(likenesses)]
        loudest = np.argsort(-weights.round(4), kind="stable")[:MOST_VOTES]
        return tuple(
            Vote(self.index.phrasings[first + at], round(float(weights[at]), 3))
            for at in map(int, loudest)
            if weights[at] > 0
        )

    def among(
        self, text: str, topics: Sequence[m.TopicId]
    ) -> tuple[tuple[m.TopicId, float], ...]:
        """The chances of some topics, best first."""
        chances = self.chances(self.vector(self.repaired(text)))
        at = self.index.classes.index
        found = [(topic, float(chances[at(topic)])) for topic in topics]
        return tuple(sorted(found, key=lambda pair: -pair[1]))


class Matcher:
    """Matches utterances for one school."""

    def __init__(self, reader: Reader, pack: m.Pack) -> None:
        self.reader = reader
        self.pack = pack
        self._classes = reader.index.classes
        self._agree = agreement(pack, reader.bank, self._classes).astype(np.float32)
        topics = reader.bank.topics
        self._urgent = np.array(
            [c in topics and topics[c].emergency for c in self._classes]
        )
        self._background = self._classes.index(BACKGROUND)
        number = {topic: at for at, topic in enumerate(self._classes)}
        # Leads as choices, each by the number of the class that it leads on to.
        self._leads = {
            number[topic.id]: tuple(
                Choice(m.OptionId(str(number[lead.topic])), lead.label, lead.said_as)
                for lead in topic.narrowing.leads
            )
            for topic in topics.values()
            if topic.narrowing
        }

    def match(self, text: str) -> Match:
        """What an utterance asks about."""
        said = self.reader.repaired(text)
        seen = self.reader.signs(said, text)
        if not said.tokens and not seen:
            return Unmatched(off_topic=True, evidence=Evidence())
        vector = self.reader.vector(said)
        chances = self._led_on(self.reader.chances(vector), said)
        urgent = float(chances[self._urgent].sum())
        told = len(said.tokens) >= FEWEST_TOLD
        if seen or (told and urgent >= bands.SURE_OF_EMERGENCY):
            return self._emergency(said, vector, chances, seen)
        support = self._agree @ np.where(self._urgent, 0, chances)
        support[self._urgent] = 0
        best = int(np.argmax(np.where(self._urgent, -1, chances)))
        evidence = self._evidence(said, vector, chances, best, float(support[best]))
        return self._banded(best, support, chances, evidence)

    def _led_on(self, chances: Floats, said: Repaired) -> Floats:
        """The chances, where a question that would be asked back is already answered.

        "Can I accept it, it is a pupil" leaves nothing to ask: what speaks for the
        unclear topic then speaks for the topic that the words lead on to.
        """
        moved = chances.copy()
        for at, leads in self._leads.items():
            if chances[at] < bands.FAIR_CANDIDATE / 2:
                continue
            short = self.reader.bank.lexicon.short
            picked = heard(leads, said.tokens, short)
            if picked is not None:
                moved[int(picked)] += moved[at]
                moved[at] = 0
        return moved

    def _banded(
        self, best: int, support: Floats, chances: Floats, evidence: Evidence
    ) -> Match:
        topic = self._classes[best]
        if best == self._background:
            if support[best] >= bands.OFF_TOPIC:
                return Unmatched(off_topic=True, evidence=evidence)
        elif evidence.score >= evidence.threshold:
            return Matched(topic, evidence)
        offered = self._offered(support, chances)
        together = float(sum(support[at] for at in offered))
        if len(offered) > 1 and together >= bands.WORTH_ASKING:
            return Ambiguous(tuple(self._classes[at] for at in offered), evidence)
        return Unmatched(off_topic=best == self._background, evidence=evidence)

    def _offered(self, support: Floats, chances: Floats) -> list[int]:
        offered: list[int] = []
        for at in map(int, np.argsort(-chances, kind="stable")[:12]):
            if at == self._background or self._urgent[at]:
                continue
            if support[at] < bands.FAIR_CANDIDATE:
                continue
            if not any(self._agree[at, other] for other in offered):
                offered.append(at)
        return offered[:MOST_BUTTONS]

    def _emergency(
        self,
        said: Repaired,
        vector: Vector,
        chances: Floats,
        seen: tuple[Seen, ...],
    ) -> Emergency:
        # Several signs may be seen, and the likeliest names the emergency.
        named = {self._classes.index(sign.topic): sign for sign in reversed(seen)}
        among = list(named) or np.flatnonzero(self._urgent).tolist()
        best = max(among, key=lambda at: float(chances[at]))
        topic = self._classes[best]
        urgent = float(chances[self._urgent].sum())
        evidence = self._evidence(said, vector, chances, best, urgent)
        if seen:
            evidence = replace(evidence, sign=named[best].words)
        return Emergency(topic, evidence)

    def _evidence(
        self,
        said: Repaired,
        vector: Vector,
        chances: Floats,
        best: int,
        score: float,
    ) -> Evidence:
        top = np.argsort(-chances, kind="stable")[:4]
        return Evidence(
            chances=tuple(
                (self._classes[at], round(float(chances[at]), 3))
                for at in map(int, top)
            ),
            score=round(score, 3),
            threshold=self._threshold(best),
            votes=self.reader.votes(vector, best),
            repairs=said.changes,
            unknown=said.unknown,
        )

    def _threshold(self, best: int) -> float:
        if self._urgent[best]:
            return bands.SURE_OF_EMERGENCY
        if best == self._background:
            return bands.OFF_TOPIC
        silent = isinstance(self.pack.positions.get(self._classes[best]), m.Silent)
        return bands.SURE_OF_SILENCE if silent else bands.SURE
