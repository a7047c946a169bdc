"""The five schools as shipped: complete, summarised, safe on every path."""

import pytest

from adapters.cli.check import example_problems
from adapters.library import Library
from knowledge import model as m
from knowledge import schools, walking

SCHOOLS = [str(school) for school in schools()]
CLAUSES = {
    "aylesford": 57,
    "bentilee": 57,
    "clarendon": 81,
    "polymat": 57,
    "st-michael": 44,
}


def test_the_bank_is_as_wide_and_deep_as_promised(library: Library) -> None:
    topics = library.reader.bank.topics.values()

    assert sum(not t.emergency and not t.narrowing for t in topics) >= 150
    assert all(len(t.phrasings) >= 12 for t in topics)
    assert len(library.reader.bank.background) >= 300


@pytest.mark.parametrize("name", SCHOOLS)
def test_every_clause_is_there(library: Library, name: str) -> None:
    assert len(library.school(name).pack.policy.clauses) == CLAUSES[name]


@pytest.mark.parametrize("name", SCHOOLS)
def test_every_topic_has_a_position(library: Library, name: str) -> None:
    school = library.school(name)
    wanted = {t.id for t in school.bank.topics.values() if not t.narrowing}

    assert wanted <= school.pack.positions.keys()


@pytest.mark.parametrize("name", SCHOOLS)
def test_every_way_through_every_tree_ends_and_not_sure_never_permits(
    library: Library, name: str
) -> None:
    for tree in library.school(name).pack.trees.values():
        ways = walking.paths(tree)
        seen = {id(outcome) for _, outcome in ways}

        assert seen == {id(outcome) for outcome in tree.outcomes.values()}
        for answers, outcome in ways:
            if list(answers.values())[-1:] == [m.UNSURE]:
                permits = isinstance(outcome, m.Answer) and outcome.verdict == "yes"
                assert not permits, (tree.id, answers)


@pytest.mark.parametrize("name", SCHOOLS)
def test_a_current_pupil_is_never_a_friend(library: Library, name: str) -> None:
    position = library.school(name).pack.positions[
        m.TopicId("friend-request-from-pupil")
    ]
    answers = (
        [position]
        if isinstance(position, m.Answer)
        else [
            outcome
            for tree in library.school(name).pack.trees.values()
            if isinstance(position, m.Guided) and tree.id == position.tree
            for _, outcome in walking.paths(tree)
        ]
    )

    assert answers
    if name != "bentilee":  # which allows it where the head agreed in advance (5.1)
        assert all(isinstance(a, m.Answer) and a.verdict == "no" for a in answers)


@pytest.mark.parametrize("name", SCHOOLS)
def test_the_examples_are_answered_as_they_say(library: Library, name: str) -> None:
    school = library.school(name)
    problems = [
        str(problem)
        for example in school.pack.examples
        for problem in example_problems(school, example)
    ]

    assert not problems, "\n".join(problems)


def test_the_schools_differ(library: Library) -> None:
    told = {
        name: library.school(name).pack.positions[
            m.TopicId("friend-request-from-parent")
        ]
        for name in SCHOOLS
    }

    assert len({type(position) for position in told.values()}) > 1
