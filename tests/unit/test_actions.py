"""Buttons come back as they were sent, and nothing else comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import actions
from knowledge.model import OptionId, QuestionId, TopicId

SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True)
ACTIONS = st.one_of(
    st.builds(
        actions.ChooseOption,
        SLUGS.map(TopicId),
        SLUGS.map(QuestionId),
        SLUGS.map(OptionId),
    ),
    st.builds(actions.ChooseTopic, SLUGS.map(TopicId)),
    st.builds(actions.NoneOfThese),
    st.builds(actions.Undo, SLUGS.map(TopicId)),
)


@given(ACTIONS)
def test_an_action_survives_the_journey(action: actions.Action) -> None:
    assert actions.decode(actions.encode(action)) == action


@given(st.text())
def test_any_other_text_is_refused_and_never_breaks(text: str) -> None:
    try:
        action = actions.decode(text)
    except actions.ActionError:
        return
    assert actions.encode(action) == text


@pytest.mark.parametrize(
    "text", ["", "1", "2:none", "1:topic:", "1:topic:A B", "1:topic:a:b", "1:none:x"]
)
def test_tampered_texts_are_refused(text: str) -> None:
    with pytest.raises(actions.ActionError):
        actions.decode(text)
