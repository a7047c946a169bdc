"""Differences that never matter are gone; nothing else is."""

import pytest

from knowledge.matching.normalise import clean, tokens

SHORT = {"u": "you", "cant": "can not", "fb": "facebook", "whats": "what is"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Can U add me on FB?", "can you add me on facebook"),
        ("I can’t — honest!", "i can not honest"),
        ("y7s and Yr 10 and year 9's", "yeargroup and yeargroup and yeargroup"),
        ("a 7 year old", "a 7 year old"),
        ("see www.example.org/x now", "see weblink now"),
        ("jo@school.org emailed", "emailaddress emailed"),
        ("the school's page", "the school page"),
        ("ＦＵＬＬ　ＷＩＤＴＨ", "full width"),
    ],
)
def test_words_come_to_one_form(typed: str, read: str) -> None:
    assert " ".join(tokens(typed, SHORT)) == read


def test_control_and_invisible_characters_are_dropped() -> None:
    assert clean("a\x00b\u200bc\x1b[31m\nd\u202e") == "a b c [31m d".replace(
        "b c", "bc"
    )


def test_only_so_much_is_read() -> None:
    assert len(tokens("word " * 5000, {})) <= 400
