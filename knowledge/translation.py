"""Checked files, translated into the model's frozen values."""

from collections.abc import Mapping

from knowledge import model as m
from knowledge.schema import (
    AnswerForm,
    ExampleForm,
    OutcomeForm,
    PolicyForm,
    PositionForm,
    TopicForm,
    TreeForm,
)


def _ids(clauses: list[str]) -> tuple[m.ClauseId, ...]:
    return tuple(m.ClauseId(clause) for clause in clauses)


def _partial(text: str | None) -> m.PartialDate | None:
    return m.PartialDate(*(int(p) for p in text.split("-"))) if text else None


def to_topic(form: TopicForm, phrasings: tuple[str, ...]) -> m.Topic:
    """A topic with all its phrasings."""
    narrowing = None
    if form.asks:
        leads = tuple(
            m.Lead(m.OptionId(str(n)), o.label, tuple(o.said_as), m.TopicId(o.topic))
            for n, o in enumerate(form.options, 1)
        )
        narrowing = m.Narrowing(form.asks, leads)
    return m.Topic(
        id=m.TopicId(form.topic),
        title=form.title,
        about=form.about,
        phrasings=phrasings,
        emergency=form.emergency is not None,
        narrowing=narrowing,
        within=m.TopicId(form.within) if form.within else None,
    )


def to_policy(form: PolicyForm) -> m.Policy:
    """A policy with its clauses in the document's order."""
    return m.Policy(
        title=form.title,
        version=form.version,
        adopted=_partial(form.dates.adopted),
        reviewed=_partial(form.dates.reviewed),
        review_due=_partial(form.dates.review_due),
        clauses={
            m.ClauseId(c.id): m.Clause(m.ClauseId(c.id), c.section, c.says)
            for c in form.clauses
        },
    )


def to_outcome(form: AnswerForm | OutcomeForm | PositionForm) -> m.Outcome:
    """An answer, or the policy's silence."""
    if form.verdict and form.say and form.clauses:
        return m.Answer(form.verdict, form.say, _ids(form.clauses))
    silent = None if isinstance(form, AnswerForm) else form.silent
    return m.Silent(_ids(silent or []))


def to_position(form: PositionForm) -> m.Position:
    """What a school's policy says on a topic."""
    return m.Guided(m.TreeId(form.tree)) if form.tree else to_outcome(form)


def inherited(
    positions: Mapping[m.TopicId, m.Position], topics: Mapping[m.TopicId, m.Topic]
) -> dict[m.TopicId, m.Position]:
    """The positions, with those that narrower topics take from broader ones."""
    found = dict(positions)
    for topic in topics.values():
        broader = topic
        while broader.id not in positions and broader.within:
            broader = topics[broader.within]
        if broader.id in positions:
            found[topic.id] = positions[broader.id]
    return found


def to_tree(form: TreeForm) -> m.Tree:
    """A decision tree; links are checked elsewhere."""
    general = to_outcome(form.in_general) if form.in_general else None
    return m.Tree(
        id=m.TreeId(form.tree),
        start=form.start,
        in_general=general if isinstance(general, m.Answer) else None,
        questions={
            m.QuestionId(name): m.Question(
                m.QuestionId(name),
                question.ask,
                {
                    m.OptionId(o): m.Option(
                        m.OptionId(o), option.label, tuple(option.said_as), option.go
                    )
                    for o, option in question.options.items()
                },
            )
            for name, question in form.questions.items()
        },
        outcomes={m.OutcomeId(n): to_outcome(o) for n, o in form.outcomes.items()},
    )


def to_example(form: ExampleForm, file: str, line: int) -> m.Example:
    """A question with its expected reply."""
    return m.Example(
        turns=(form.ask,) if form.ask else tuple(form.turns),
        kind=form.expect.kind,
        verdict=form.expect.verdict,
        clauses=_ids(form.expect.clauses),
        file=file,
        line=line,
    )
