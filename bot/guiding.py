"""One topic's answer, walked as far as what is known allows.

Pure: a topic, what was said and answered so far, and a school in; a finding and
what stays open out. What the person already said is not asked again.
"""

from dataclasses import replace
from typing import TypeAlias

from bot.actions import ChooseOption, ChooseTopic, NoneOfThese, Undo
from bot.conversation import MOST_SAID, Offered, Open, Walk
from bot.reply import Button, Finding, Kind, Offer, Why
from knowledge import School, StaleAnswerError, walking
from knowledge import model as m
from knowledge.matching import choices, heard

Step: TypeAlias = tuple[Finding, Open | None]

HEAD = "headteacher"
SAFEGUARDING = "safeguarding lead"
MOST_CITED = 2
"""Clauses quoted with an answer, the decisive ones; the rest is named small."""
NONE_OF_THESE = Button("None of these", NoneOfThese())


def topic_step(
    school: School, topic: m.TopicId, said: tuple[str, ...], why: Why
) -> Step:
    """What the school's policy says on a topic, or the first thing to ask."""
    known = school.bank.topics[topic]
    if known.narrowing:
        return _narrowing_step(known, known.narrowing, said, why)
    match school.pack.positions[topic]:
        case m.Guided(tree):
            walk = Walk(topic, said[-MOST_SAID:], (), finished=False)
            return _tree_step(school, school.pack.trees[tree], walk, why, fresh=True)
        case (m.Answer() | m.Silent()) as position:
            return settled(school, position, replace(why, topic=topic)), None


def _narrowing_step(
    topic: m.Topic,
    narrowing: m.Narrowing,
    said: tuple[str, ...],
    why: Why,
) -> Step:
    offered = tuple(lead.topic for lead in narrowing.leads)
    buttons = tuple(
        Button(lead.label, ChooseTopic(lead.topic)) for lead in narrowing.leads
    )
    finding = Finding(
        kind=Kind.CLARIFY,
        question=narrowing.asks,
        buttons=(*buttons, Button("Something else", NoneOfThese())),
        why=replace(why, topic=topic.id),
    )
    return finding, Offered(offered, said[-MOST_SAID:], topic.id)


def settled(school: School, outcome: m.Outcome, why: Why) -> Finding:
    """An answer with its clauses, or what was checked in vain."""
    cite = school.pack.policy.cite
    match outcome:
        case m.Answer(verdict, say, clauses):
            return Finding(
                kind=Kind.ANSWER,
                verdict=verdict,
                say=say,
                citations=tuple(cite(clause) for clause in clauses[:MOST_CITED]),
                see_also=tuple(cite(clause) for clause in clauses[MOST_CITED:]),
                offer=Offer(verdict is m.Verdict.DEPENDS, HEAD),
                why=why,
            )
        case m.Silent(checked):
            return Finding(
                kind=Kind.SILENT,
                citations=tuple(cite(clause) for clause in checked),
                offer=Offer(offered=True, to=HEAD),
                why=why,
            )


def _tree_step(
    school: School, tree: m.Tree, walk: Walk, why: Why, *, fresh: bool
) -> Step:
    reader = school.matcher.reader
    words = tuple(w for text in walk.said for w in reader.repaired(text).tokens)
    short = school.bank.lexicon.short

    def said_of(question: m.Question) -> m.OptionId | None:
        return heard(choices(question.options.values()), words, short)

    given = dict(walk.answers)
    taken = walking.listen(tree, given, said_of)
    answers = {**given, **taken}
    why = replace(why, topic=walk.topic, taken_as_said=tuple(taken.items()))
    ways = walking.path(tree, answers)
    kept = replace(walk, answers=tuple((q, answers[q]) for q in ways))
    undo = Button("Change my last answer", Undo(walk.topic)) if ways else None
    match walking.walk(tree, answers):
        case m.Question() as question:
            finding = _asking(school, tree, question, why, fresh=fresh and not ways)
            labelled = tuple(
                Button(o.label, ChooseOption(walk.topic, question.id, o.id))
                for o in question.options.values()
            )
            finding = replace(finding, question=question.ask, buttons=labelled)
            return replace(finding, undo=undo), replace(kept, finished=False)
        case (m.Answer() | m.Silent()) as outcome:
            finding = replace(settled(school, outcome, why), undo=undo)
            return finding, replace(kept, finished=True)


def _asking(
    school: School, tree: m.Tree, question: m.Question, why: Why, *, fresh: bool
) -> Finding:
    if fresh and tree.in_general:
        return settled(school, tree.in_general, why)
    return Finding(kind=Kind.CLARIFY, question=question.ask, why=why)


def _tree_of(school: School, topic: m.TopicId) -> m.Tree | None:
    position = school.pack.positions.get(topic)
    return school.pack.trees[position.tree] if isinstance(position, m.Guided) else None


def choose(
    school: School, walk: Walk, question: m.QuestionId, option: m.OptionId
) -> Step | None:
    """The step after an option was chosen; None if the tree no longer has it."""
    tree = _tree_of(school, walk.topic)
    if tree is None or option not in getattr(
        tree.questions.get(question), "options", ()
    ):
        return None
    before = dict(walk.answers)
    if question in before:  # an earlier question answered again: forget what follows
        ways = walking.path(tree, before)
        before = {q: before[q] for q in ways[: ways.index(question)]}
    answers = (*before.items(), (question, option))
    why = Why(because=(f"you chose: {tree.questions[question].options[option].label}",))
    try:
        return _tree_step(
            school, tree, replace(walk, answers=answers), why, fresh=False
        )
    except StaleAnswerError:
        return None


def undo(school: School, walk: Walk) -> Step | None:
    """The step before the last answer; None if the tree is gone.

    What was said is forgotten too, or it would at once answer the question again.
    """
    tree = _tree_of(school, walk.topic)
    if tree is None:
        return None
    kept = walking.undo(tree, dict(walk.answers))
    back = replace(walk, answers=tuple(kept.items()), said=())
    return _tree_step(school, tree, back, Why(), fresh=False)


def resume(school: School, walk: Walk) -> Step:
    """The open question again."""
    tree = _tree_of(school, walk.topic)
    if tree is None:
        raise StaleAnswerError(walk.topic)
    return _tree_step(school, tree, walk, Why(), fresh=False)
