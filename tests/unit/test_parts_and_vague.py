"""Two questions in one message; messages that point at nothing."""

import pytest

from knowledge.matching import parts, vague


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (
            "can I post it on the school page and who has to agree to it first?",
            "can I post it on the school page",
            "who has to agree to it first?",
        ),
        (
            "A dad rang me. Can I ring him back? And do I have to write it down?",
            "A dad rang me. Can I ring him back?",
            "do I have to write it down?",
        ),
    ],
)
def test_two_questions_are_told_apart(text: str, first: str, last: str) -> None:
    assert parts(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "my class and I are off to Wales, what can I film",
        "can I post it? its my own account tho",
        "who decides and how fast?",
        "is it ok to add a mum and a dad",
        "",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert parts(text) == ()


@pytest.mark.parametrize(
    "text", ["is that allowed", "can i keep it", "what about them"]
)
def test_what_points_at_nothing_is_vague(text: str) -> None:
    assert vague(text.split())


@pytest.mark.parametrize("text", ["ok", "can i post it", "is snapchat allowed", ""])
def test_what_names_a_matter_is_not_vague(text: str) -> None:
    assert not vague(text.split())
