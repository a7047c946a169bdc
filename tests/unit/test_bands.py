"""How sure is sure enough: it hangs on what else might have been meant."""

from dataclasses import replace

import numpy as np
import pytest

from knowledge import School
from knowledge import model as m
from knowledge.matching import BANDS, Ambiguous, Matched, Matcher, Reader
from knowledge.matching.features import Floats
from knowledge.matching.reader import Sense

PARENT = m.TopicId("friend-request-from-parent")
PUPIL = m.TopicId("friend-request-from-pupil")
WORKPLACE = m.TopicId("say-where-i-work")
UNCLEAR = m.TopicId("unclear-accept-request")
PHONE = m.TopicId("own-phone-around-pupils")


class FixedReader(Reader):
    """Finds every utterance as likely to ask about each topic as the test says."""

    said: dict[m.TopicId, float]

    def chances(self, sense: Sense) -> Floats:
        del sense
        told = [self.said.get(topic, 0.0) for topic in self.index.classes]
        return np.array(told, np.float32)


def matcher(
    school: School, said: dict[m.TopicId, float], pack: m.Pack | None = None
) -> Matcher:
    by_words = replace(school.matcher.reader.index, meanings=None)
    reader = FixedReader(school.bank, by_words)
    reader.said = said
    return Matcher(reader, pack or school.pack)


def test_beside_a_usual_rival_the_band_itself_is_needed() -> None:
    assert BANDS.needed(1 / 6) == pytest.approx(BANDS.sure)


def test_a_likelier_rival_never_makes_less_needed() -> None:
    needed = [BANDS.needed(rival / 100) for rival in range(101)]

    assert needed == sorted(needed)
    assert needed[0] == pytest.approx(0.465, abs=0.001)


def test_an_answer_that_has_more_than_half_is_asked_about_beside_a_close_rival(
    oakfield: School,
) -> None:
    found = matcher(oakfield, {WORKPLACE: 0.55, PUPIL: 0.4}).match("this or that")

    assert isinstance(found, Ambiguous)
    assert found.topics == (WORKPLACE, PUPIL)
    assert found.evidence.threshold > 0.55


def test_an_answer_is_given_where_all_the_rest_is_scattered(oakfield: School) -> None:
    said = {WORKPLACE: 0.48, PUPIL: 0.1, PARENT: 0.1}
    found = matcher(oakfield, said).match("this or that")

    assert isinstance(found, Matched)
    assert found.topic == WORKPLACE


def test_a_topic_that_the_school_answers_alike_is_no_rival(oakfield: School) -> None:
    alike = oakfield.pack.positions[WORKPLACE]
    positions = {**oakfield.pack.positions, PUPIL: alike}
    pack = replace(oakfield.pack, positions=positions)
    found = matcher(oakfield, {WORKPLACE: 0.3, PUPIL: 0.25}, pack).match("this or that")

    assert isinstance(found, Matched)


def test_a_topic_that_is_too_unclear_to_answer_is_at_most_a_usual_rival(
    oakfield: School,
) -> None:
    over = matcher(oakfield, {PUPIL: 0.55, UNCLEAR: 0.4}).match("this or that")
    under = matcher(oakfield, {PUPIL: 0.45, UNCLEAR: 0.4}).match("this or that")

    assert isinstance(over, Matched)
    assert isinstance(under, Ambiguous)


def test_what_silence_needs_does_not_hang_on_a_rival(oakfield: School) -> None:
    found = matcher(oakfield, {PHONE: 0.55, WORKPLACE: 0.4}).match("this or that")

    assert isinstance(found, Matched)
    assert found.evidence.threshold == BANDS.sure_of_silence
