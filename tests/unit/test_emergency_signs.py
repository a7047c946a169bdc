"""Signs are seen in words, whole and in any order of groups, unless excepted."""

from knowledge.matching.emergency import Lookout
from knowledge.model import Sign, TopicId

TOPIC = TopicId("emergency-x")
LOOKOUT = Lookout(
    [Sign(TOPIC, (("nude*", "naked photo"), ("pupil", "yeargroup")), ("rule",))]
)


def test_every_group_must_be_seen() -> None:
    assert LOOKOUT.look(["nudes", "of", "a", "pupil", "going", "round"])
    assert LOOKOUT.look(["a", "pupil", "sent", "naked", "photo"])
    assert not LOOKOUT.look(["nudes", "in", "the", "art", "room"])


def test_a_word_inside_a_word_is_no_sign() -> None:
    assert not LOOKOUT.look(["a", "pupillage", "and", "nudes"])


def test_a_question_about_rules_is_no_sign() -> None:
    assert not LOOKOUT.look(["rule", "on", "nudes", "of", "a", "pupil"])
