"""Unknown words only, to near words of the bank only."""

import pytest

from knowledge.matching.repair import Repairer

REPAIRER = Repairer(
    {"friend": 9, "request": 9, "photo": 5, "policy": 4, "facebook": 9, "from": 20}
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("freind", "friend"), ("reqest", "request"), ("facebok", "facebook"),
     ("phtoo", "photo")],
)  # fmt: skip
def test_a_slip_is_repaired(typed: str, read: str) -> None:
    assert REPAIRER.repair((typed,)).changes == ((typed, read),)


@pytest.mark.parametrize("word", ["friend", "xyzzyplugh", "cat", "42nd"])
def test_a_known_short_or_far_word_is_left_alone(word: str) -> None:
    assert REPAIRER.repair((word,)).tokens == (word,)


def test_a_rare_word_of_the_bank_is_not_bent_to_a_common_one() -> None:
    repairer = Repairer({"from": 20, "form": 1})

    assert repairer.repair(("form",)).tokens == ("form",)


def test_unknown_words_are_told() -> None:
    assert REPAIRER.repair(("friend", "zebra")).unknown == ("zebra",)
