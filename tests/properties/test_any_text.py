"""Any text at all gets a reply that every face can show."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cli.talking import talk
from adapters.web.render import Setting, to_html
from bot.actions import ChooseTopic
from bot.plain_text import plain
from bot.reply import (
    Button,
    Choices,
    Field,
    Form,
    Notice,
    Paragraph,
    Quotation,
    Reply,
    Sources,
    Tone,
)
from knowledge import School
from knowledge.model import Citation, ClauseId, TopicId, Wording
from knowledge.pack_yaml import parse

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WORDS = st.text(max_size=80)
CITATIONS = st.builds(
    Citation, WORDS.map(ClauseId), WORDS, WORDS, st.sampled_from(Wording)
)
BUTTONS = st.builds(Button, WORDS, st.just(ChooseTopic(TopicId("a"))))
PARTS = st.one_of(
    st.builds(Paragraph, WORDS),
    st.builds(Quotation, CITATIONS),
    st.builds(Sources, WORDS, st.tuples(CITATIONS, CITATIONS)),
    st.builds(Choices, WORDS, st.tuples(BUTTONS, BUTTONS)),
    st.builds(Form, WORDS, st.tuples(st.builds(Field, WORDS, WORDS, WORDS)), BUTTONS),
    st.builds(Notice, st.sampled_from(Tone), WORDS),
)
REPLIES = st.builds(Reply, st.lists(PARTS, max_size=5).map(tuple), WORDS)
KINDS = {"answer", "clarify", "silent", "off_topic", "urgent"}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=400), min_size=1, max_size=3))
def test_any_conversation_is_answered(oakfield: School, turns: list[str]) -> None:
    for reply in talk(oakfield, turns, NOW).replies:
        assert reply["kind"] in KINDS
        assert reply["text"]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_the_same_question_gets_the_same_reply(oakfield: School, text: str) -> None:
    assert talk(oakfield, [text], NOW).replies == talk(oakfield, [text], NOW).replies


@given(REPLIES, st.booleans())
def test_any_reply_renders_without_letting_words_become_markup(
    reply: Reply, live: bool
) -> None:
    assert isinstance(plain(reply), str)
    marked = Reply((*reply.parts, Paragraph("<script>x</script>")), "")
    setting = Setting(prefix="e", live=live, csrf="c", turn="t", back="/")
    html = to_html(marked, setting)

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@given(st.text(max_size=300))
def test_any_text_parses_to_a_value_or_to_problems(text: str) -> None:
    document = parse(text, "x.yaml")

    assert all(problem.line >= 1 for problem in document.problems)
