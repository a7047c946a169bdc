"""Utterance to content: Matched, Ambiguous, Unmatched or Emergency, with evidence.

Emergencies first; then normalising, repair, scores for every topic of the bank, and
the three bands. The index is the bank's; what is sure is a matter of one school,
because topics that the school answers alike count as one (see `agreement`), and one
that it answers otherwise is a rival.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from knowledge import model as m
from knowledge.matching.agreement import agreement
from knowledge.matching.bands import BANDS, USUAL_RIVAL, Band, Bands
from knowledge.matching.emergency import Seen
from knowledge.matching.features import Floats
from knowledge.matching.hearing import Choice, heard
from knowledge.matching.index import BACKGROUND
from knowledge.matching.reader import Reader, Sense, Vote
from knowledge.matching.repair import Repaired

MOST_BUTTONS = 3
FEWEST_TOLD = 5
"""Words from which statistics alone may see an emergency; signs need none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a match came out as it did.

    Attributes:
        chances: The likeliest topics with their chances, best first.
        score: The chance of the best one with all that agree with it.
        threshold: What the score had to reach to be sure.
        band: Which band that made it.
        votes: The phrasings that spoke for the best topic.
        repairs: Words taken as slips, as typed and as read.
        unknown: Words that the bank does not know.
        sign: Words that showed an emergency.

    """

    chances: tuple[tuple[m.TopicId, float], ...] = ()
    score: float = 0.0
    threshold: float = 0.0
    band: Band = Band.UNSURE
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


class Matcher:
    """Matches utterances for one school."""

    def __init__(self, reader: Reader, pack: m.Pack, bands: Bands = BANDS) -> None:
        self.reader = reader
        self.bands = bands
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
        self._unclear = list(self._leads)

    def match(self, text: str) -> Match:
        """What an utterance asks about."""
        said = self.reader.repaired(text)
        seen = self.reader.signs(said, text)
        if not said.tokens and not seen:
            return Unmatched(off_topic=True, evidence=Evidence())
        sense = self.reader.sense(said)
        chances = self._led_on(self.reader.chances(sense), said)
        urgent = float(chances[self._urgent].sum())
        told = len(said.tokens) >= FEWEST_TOLD
        if seen or (told and urgent >= self.bands.sure_of_emergency):
            return self._emergency(said, sense, chances, seen)
        support = self._agree @ np.where(self._urgent, 0, chances)
        support[self._urgent] = 0
        best = int(np.argmax(np.where(self._urgent, -1, chances)))
        evidence = self._evidence(said, sense, chances, best, float(support[best]))
        return self._banded(best, support, chances, evidence)

    def _led_on(self, chances: Floats, said: Repaired) -> Floats:
        """The chances, where a question that would be asked back is already answered.

        "Can I accept it, it is a pupil" leaves nothing to ask: what speaks for the
        unclear topic then speaks for the topic that the words lead on to.
        """
        moved = chances.copy()
        for at, leads in self._leads.items():
            if chances[at] < self.bands.fair_candidate / 2:
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
            if support[best] >= self.bands.off_topic:
                elsewhere = replace(evidence, band=Band.ELSEWHERE)
                return Unmatched(off_topic=True, evidence=elsewhere)
        elif evidence.score >= evidence.threshold:
            return Matched(topic, replace(evidence, band=Band.SURE))
        offered = self._offered(support, chances)
        together = float(sum(support[at] for at in offered))
        if len(offered) > 1 and together >= self.bands.worth_asking:
            torn = replace(evidence, band=Band.TORN)
            return Ambiguous(tuple(self._classes[at] for at in offered), torn)
        return Unmatched(off_topic=best == self._background, evidence=evidence)

    def _offered(self, support: Floats, chances: Floats) -> list[int]:
        offered: list[int] = []
        for at in map(int, np.argsort(-chances, kind="stable")[:12]):
            if at == self._background or self._urgent[at]:
                continue
            if support[at] < self.bands.fair_candidate:
                continue
            if not any(self._agree[at, other] for other in offered):
                offered.append(at)
        return offered[:MOST_BUTTONS]

    def _emergency(
        self,
        said: Repaired,
        sense: Sense,
        chances: Floats,
        seen: tuple[Seen, ...],
    ) -> Emergency:
        # Several signs may be seen, and the likeliest names the emergency.
        named = {self._classes.index(sign.topic): sign for sign in reversed(seen)}
        among = list(named) or np.flatnonzero(self._urgent).tolist()
        best = max(among, key=lambda at: float(chances[at]))
        topic = self._classes[best]
        urgent = float(chances[self._urgent].sum())
        evidence = self._evidence(said, sense, chances, best, urgent)
        evidence = replace(evidence, band=Band.EMERGENCY)
        if seen:
            evidence = replace(evidence, sign=named[best].words)
        return Emergency(topic, evidence)

    def _evidence(
        self,
        said: Repaired,
        sense: Sense,
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
            threshold=round(self._threshold(best, chances), 3),
            votes=self.reader.votes(sense, best),
            repairs=said.changes,
            unknown=said.unknown,
        )

    def _threshold(self, best: int, chances: Floats) -> float:
        if self._urgent[best]:
            return self.bands.sure_of_emergency
        if best == self._background:
            return self.bands.off_topic
        if isinstance(self.pack.positions.get(self._classes[best]), m.Silent):
            return self.bands.sure_of_silence
        return self.bands.needed(self._rival(best, chances))

    def _rival(self, best: int, chances: Floats) -> float:
        """The chance of the likeliest topic that the school answers otherwise.

        An unclear topic has no answer to be mistaken for: it is at most a usual rival.
        """
        otherwise = np.where((self._agree[best] > 0) | self._urgent, 0, chances)
        otherwise[self._unclear] = np.minimum(otherwise[self._unclear], USUAL_RIVAL)
        return float(otherwise.max())
