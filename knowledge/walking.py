"""Walking a decision tree: answers in, the next question or the outcome out.

Answers are keyed by question, not by position, so a walk survives edits to the
tree, can be resumed, and is undone by forgetting the last answer.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from knowledge import model as m
from knowledge.errors import StaleAnswerError

Answers: TypeAlias = Mapping[m.QuestionId, m.OptionId]
Listening: TypeAlias = Callable[[m.Question], m.OptionId | None]


def walk(tree: m.Tree, answers: Answers) -> m.Question | m.Outcome:
    """Follow the answers from the root to the first question not yet answered.

    Raises:
        StaleAnswerError: An answer chose an option this version no longer has.

    """
    at = tree.start
    while (question := tree.questions.get(m.QuestionId(at))) is not None:
        if question.id not in answers:
            return question
        option = question.options.get(answers[question.id])
        if option is None:
            raise StaleAnswerError(f"{tree.id}: {question.id}: {answers[question.id]}")
        at = option.go
    return tree.outcomes[m.OutcomeId(at)]


def listen(
    tree: m.Tree, answers: Answers, heard: Listening
) -> dict[m.QuestionId, m.OptionId]:
    """Answer each next question with what was already said, as far as that goes.

    Args:
        tree: The tree.
        answers: What is answered so far.
        heard: The option that the person's words imply, or None.

    Returns:
        The answers taken as said, without those given before.

    """
    taken: dict[m.QuestionId, m.OptionId] = {}
    while isinstance(step := walk(tree, {**answers, **taken}), m.Question):
        option = heard(step)
        if option is None:
            break
        taken[step.id] = option
    return taken


def path(tree: m.Tree, answers: Answers) -> tuple[m.QuestionId, ...]:
    """The questions answered on the way, in the order walked."""
    walked: list[m.QuestionId] = []
    at = tree.start
    while (question := tree.questions.get(m.QuestionId(at))) is not None:
        option = question.options.get(answers.get(question.id, m.OptionId("")))
        if option is None:
            break
        walked.append(question.id)
        at = option.go
    return tuple(walked)


def undo(tree: m.Tree, answers: Answers) -> dict[m.QuestionId, m.OptionId]:
    """Forget the last answer on the path; nothing to forget changes nothing."""
    kept = path(tree, answers)[:-1]
    return {question: answers[question] for question in kept}


def paths(tree: m.Tree) -> list[tuple[dict[m.QuestionId, m.OptionId], m.Outcome]]:
    """Every way through a tree with its outcome, in the order of its options."""
    found: list[tuple[dict[m.QuestionId, m.OptionId], m.Outcome]] = []

    def follow(answers: dict[m.QuestionId, m.OptionId]) -> None:
        match walk(tree, answers):
            case m.Question() as question:
                for option in question.options:
                    follow({**answers, question.id: option})
            case (m.Answer() | m.Silent()) as outcome:
                found.append((answers, outcome))

    follow({})
    return found
