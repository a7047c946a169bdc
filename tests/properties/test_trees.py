"""What holds for every tree."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge import model as m
from knowledge import walking


@st.composite
def trees(draw: st.DrawFn) -> m.Tree:
    """A tree whose questions lead only onwards."""
    count = draw(st.integers(1, 5))
    questions = {}
    for n in range(count):
        after = [f"q{k}" for k in range(n + 1, count)] + ["o0", "o1"]
        options = {}
        for o in range(draw(st.integers(2, 4))):
            go = draw(st.sampled_from(after))
            options[m.OptionId(f"a{o}")] = m.Option(
                m.OptionId(f"a{o}"), f"A {o}", (f"said {n} {o}",), go
            )
        name = m.QuestionId(f"q{n}")
        questions[name] = m.Question(name, f"Question {n}?", options)
    clause = (m.ClauseId("1"),)
    return m.Tree(
        id=m.TreeId("t"),
        start="q0",
        in_general=None,
        questions=questions,
        outcomes={
            m.OutcomeId("o0"): m.Answer(m.Verdict.NO, "No.", clause),
            m.OutcomeId("o1"): m.Silent(clause),
        },
    )


@given(trees())
def test_every_walk_ends_within_as_many_steps_as_there_are_questions(
    tree: m.Tree,
) -> None:
    for answers, outcome in walking.paths(tree):
        assert len(answers) <= len(tree.questions)
        assert walking.walk(tree, answers) is outcome


@given(trees(), st.data())
def test_undo_and_the_same_answer_lead_to_the_same_place(
    tree: m.Tree, data: st.DataObject
) -> None:
    answers, outcome = data.draw(st.sampled_from(walking.paths(tree)))
    back = walking.undo(tree, answers)
    last = walking.path(tree, answers)[-1]

    assert isinstance(walking.walk(tree, back), m.Question)
    assert walking.walk(tree, {**back, last: answers[last]}) is outcome


@given(trees(), st.data())
def test_a_walk_in_two_parts_is_the_walk_in_one(
    tree: m.Tree, data: st.DataObject
) -> None:
    answers, outcome = data.draw(st.sampled_from(walking.paths(tree)))
    cut = data.draw(st.integers(0, len(answers)))
    first = dict(list(answers.items())[:cut])
    rest = dict(list(answers.items())[cut:])

    taken = walking.listen(tree, first, lambda q: rest.get(q.id))

    assert walking.walk(tree, {**first, **taken}) is outcome
