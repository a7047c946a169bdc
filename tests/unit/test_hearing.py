"""What was already said is heard; what was not, is not."""

import pytest

from knowledge.matching.hearing import Choice, answered, heard
from knowledge.model import OptionId

OPTIONS = (
    Choice(
        OptionId("yes"), "Yes, both agreed", ("head agreed", "slt are fine with it")
    ),
    Choice(OptionId("no"), "No, nobody knows", ("have not asked", "nobody knows")),
    Choice(OptionId("unsure"), "Not sure", ()),
)


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("mum asked and the head has agreed", "yes"),
        ("the head has not agreed", None),
        ("i have not asked anyone", "no"),
        ("slt are totally fine with it", "yes"),
        ("can i do this", None),
        ("the head agreed but nobody knows", None),
    ],
)
def test_an_option_is_heard_in_a_question(said: str, option: str | None) -> None:
    assert heard(OPTIONS, said.split(), {}) == option


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("Yes, both agreed", "yes"),
        ("yeah", "yes"),
        ("1", "yes"),
        ("2.", "no"),
        ("nope", "no"),
        ("i dont know", "unsure"),
        ("not sure", "unsure"),
        ("yes both agred", "yes"),
        ("9", None),
        ("what is the weather like in the summer then", None),
        ("", None),
    ],
)
def test_a_direct_answer_names_its_option(reply: str, option: str | None) -> None:
    assert answered(OPTIONS, reply, {"dont": "do not"}) == option
