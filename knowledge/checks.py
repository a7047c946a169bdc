"""What no single file can show: links resolve, trees end, every topic has a position.

Each check yields every problem that it finds; the rules come from what went wrong
in other decision-tree systems: unreachable questions, dead ends, a "not sure" that
permits, an answer citing a clause that is gone.
"""

from collections.abc import Iterator, Mapping

from knowledge import model as m
from knowledge.errors import Problem
from knowledge.pack_yaml import Document

FEWEST_PHRASINGS = 12


def bank_problems(
    topics: Mapping[m.TopicId, m.Topic], lines: Mapping[m.TopicId, tuple[str, int]]
) -> Iterator[Problem]:
    """Topics with too few phrasings, leads to nowhere, broader topics that are none."""
    for topic in topics.values():
        file, line = lines[topic.id]
        count = len(topic.phrasings)
        if count < FEWEST_PHRASINGS:
            what = f"{topic.id} has {count} phrasings"
            fix = f"Write at least {FEWEST_PHRASINGS} in topics/phrasings/."
            yield Problem(file, line, what, fix)
        yield from _within(topic, topics, file, line)
        for lead in topic.narrowing.leads if topic.narrowing else ():
            if lead.topic not in topics:
                what = f"{topic.id} leads to the unknown topic {lead.topic!r}"
                yield Problem(file, line, what, "Name a topic of the bank.")


def _within(
    topic: m.Topic, topics: Mapping[m.TopicId, m.Topic], file: str, line: int
) -> Iterator[Problem]:
    """A broader topic must have positions of its own, and not lie within its own."""
    passed = {topic.id}
    above = topic.within
    while above is not None:
        broader = topics.get(above)
        if broader is None or broader.narrowing or broader.emergency:
            what = f"{topic.id} lies within {above!r}, which no school answers"
            yield Problem(file, line, what, "Name an ordinary topic of the bank.")
            return
        if above in passed:
            what = f"{topic.id} lies within itself"
            yield Problem(file, line, what, "Name a broader topic, or leave it out.")
            return
        passed.add(above)
        above = broader.within


def phrasing_problems(
    found: list[tuple[str, m.TopicId, str, int]], topics: Mapping[m.TopicId, m.Topic]
) -> Iterator[Problem]:
    """Phrasings of unknown topics, and phrasings that stand under two topics.

    Twice under one topic is no matter: authors who do not see each other coincide.


    Args:
        found: File, topic, phrasing and line of every phrasing.
        topics: The bank's topics.

    """
    first: dict[str, tuple[m.TopicId, str, int]] = {}
    unknown: set[tuple[str, m.TopicId]] = set()
    for file, topic, phrasing, line in found:
        if topic not in topics and (file, topic) not in unknown:
            unknown.add((file, topic))
            fix = "Check its spelling, or add the topic."
            yield Problem(file, line, f"unknown topic {topic!r}", fix)
        key = " ".join(phrasing.casefold().split())
        other, where, at = first.setdefault(key, (topic, file, line))
        if other != topic:
            what = f"the phrasing {phrasing!r} also stands at {where}:{at} ({other})"
            yield Problem(file, line, what, "Keep it under one topic.")


def answer_problems(
    document: Document,
    positions: list[tuple[m.TopicId, m.Position]],
    *,
    topics: Mapping[m.TopicId, m.Topic],
    policy: m.Policy,
    trees: Mapping[m.TreeId, m.Tree],
) -> Iterator[Problem]:
    """Topics without a position or with two, clauses and trees that do not exist."""
    seen: set[m.TopicId] = set()
    used: set[m.TreeId] = set()
    for at, (topic, position) in enumerate(positions):
        line = document.line((at, "topic"))
        if topic not in topics:
            fix = "Check its spelling, or add the topic to the bank."
            yield Problem(document.file, line, f"unknown topic {topic!r}", fix)
        if topic in seen:
            what = f"a second position on {topic!r}"
            yield Problem(document.file, line, what, "Keep one.")
        seen.add(topic)
        match position:
            case m.Guided(tree):
                used.add(tree)
                if tree not in trees:
                    what = f"{topic}: no tree {tree!r}"
                    fix = f"Write trees/{tree}.yaml, or correct the name."
                    yield Problem(document.file, line, what, fix)
            case m.Answer() | m.Silent():
                yield from _clauses(document.file, line, topic, position, policy)
    for topic, known in topics.items():
        if topic not in seen and not known.narrowing and not known.within:
            what = f"no position on {topic!r}"
            fix = "Add an entry: an answer with clauses, a tree, or `silent`."
            yield Problem(document.file, 1, what, fix)
    for tree in trees.keys() - used:
        fix = "Name it in answers.yaml, or delete it."
        yield Problem(document.file, 1, f"the tree {tree!r} is never used", fix)


def _clauses(
    file: str, line: int, where: str, outcome: m.Outcome, policy: m.Policy
) -> Iterator[Problem]:
    named = outcome.clauses if isinstance(outcome, m.Answer) else outcome.checked
    for clause in named:
        if clause not in policy.clauses:
            what = f"{where}: no clause {clause!r} in the policy"
            yield Problem(file, line, what, "Use an id from policy.yaml.")


def tree_problems(
    document: Document, tree: m.Tree, policy: m.Policy
) -> Iterator[Problem]:
    """Dead ends, loops, unreachable parts, a missing or permissive "not sure"."""
    file = document.file
    for both in {str(q) for q in tree.questions} & {str(o) for o in tree.outcomes}:
        line = document.line(("outcomes", both))
        what = f"{both!r} is both a question and an outcome"
        yield Problem(file, line, what, "Rename one.")
    yield from _reach(document, tree)
    for question in tree.questions.values():
        line = document.line(("questions", question.id))
        unsure = question.options.get(m.UNSURE)
        if unsure is None:
            what = f"{question.id}: no `unsure` option"
            yield Problem(file, line, what, "Add one that never permits.")
        elif _permits(tree, unsure.go):
            what = f"{question.id}: `unsure` leads to a yes"
            yield Problem(file, line, what, "Lead it to an outcome that does not.")
        for option in question.options.values():
            if option.id != m.UNSURE and not option.said_as:
                at = document.line(("questions", question.id, "options", option.id))
                what = f"{question.id}.{option.id}: no `said_as`"
                yield Problem(file, at, what, "Add ways that staff say this.")
    for name, outcome in tree.outcomes.items():
        line = document.line(("outcomes", name))
        yield from _clauses(file, line, name, outcome, policy)
    if tree.in_general:
        line = document.line(("in_general",))
        yield from _clauses(file, line, "in_general", tree.in_general, policy)


def _permits(tree: m.Tree, go: str) -> bool:
    outcome = tree.outcomes.get(m.OutcomeId(go))
    return isinstance(outcome, m.Answer) and outcome.verdict is m.Verdict.YES


def _reach(document: Document, tree: m.Tree) -> Iterator[Problem]:
    file = document.file
    reached: set[str] = set()
    looped: set[str] = set()

    def visit(name: str, above: tuple[str, ...], line: int) -> Iterator[Problem]:
        if name in above:
            if name not in looped:
                looped.add(name)
                what = f"{' > '.join((*above, name))} goes round in a circle"
                yield Problem(file, line, what, "Lead it on to an outcome.")
            return
        known = name in reached
        reached.add(name)
        question = tree.questions.get(m.QuestionId(name))
        if question is None:
            if m.OutcomeId(name) not in tree.outcomes:
                what = f"it leads to {name!r}, which does not exist"
                yield Problem(file, line, what, "Name a question or an outcome.")
            return
        if known:
            return
        for option in question.options.values():
            at = ("questions", name, "options", option.id)
            yield from visit(option.go, (*above, name), document.line(at))

    yield from visit(tree.start, (), document.line(("start",)))
    parts = {("questions", str(q)) for q in tree.questions}
    parts |= {("outcomes", str(o)) for o in tree.outcomes}
    for kind, name in sorted(parts):
        if name not in reached:
            line = document.line((kind, name))
            what = f"{name!r} cannot be reached"
            yield Problem(file, line, what, "Lead an option to it, or delete it.")


def example_problems(
    examples: tuple[m.Example, ...], policy: m.Policy
) -> Iterator[Problem]:
    """Examples that expect a clause which does not exist."""
    for example in examples:
        for clause in example.clauses:
            if clause not in policy.clauses:
                what = f"no clause {clause!r} in the policy"
                fix = "Use an id from policy.yaml."
                yield Problem(example.file, example.line, what, fix)
