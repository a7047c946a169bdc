"""An utterance, answered from a school's content.

The order is fixed: emergencies, then what is open, then a new question.
"""

from dataclasses import replace

from bot import guiding, several
from bot.actions import ChooseTopic
from bot.conversation import MOST_SAID, Conversation, Offered, Open, Walk
from bot.guiding import HEAD, NONE_OF_THESE, SAFEGUARDING, Step
from bot.reply import Button, Finding, Kind, Offer, Why
from knowledge import School, walking
from knowledge import model as m
from knowledge.matching import (
    LONGEST,
    Ambiguous,
    Choice,
    Emergency,
    Evidence,
    Match,
    Matched,
    Unmatched,
    Vote,
    answered,
    choices,
    clean,
    unsure,
    vague,
)

CLEAR_LEAD = 2.0
"""How many times likelier one offered topic must be than the next to be taken."""
FAIR_SHARE = 0.15
SHORT_ANSWER = 40
"""Characters up to which a reply that names an option is no more than that."""

_BACK = frozenset({"back", "go back", "undo", "change my answer", "change answer"})
LONG_NOTE = f"That was long: only its first {LONGEST:,} characters were read."
SAY_MORE = "Please say a little more: what is it about, and who is involved?"
AGAIN_NOTE = "That did not match one of the answers. Please choose one, or ask again."


def answer(text: str, conversation: Conversation, school: School) -> Step:
    """What to say to an utterance, and what stays open.

    Args:
        text: As typed, of any length.
        conversation: What is open with the person.
        school: The school's knowledge.

    """
    step = _answer(text, conversation.open, school)
    if len(text) > LONGEST:
        return replace(step[0], notes=(*step[0].notes, LONG_NOTE)), step[1]
    return step


def _answer(text: str, opened: Open | None, school: School) -> Step:
    found = school.matcher.match(text)
    each = several.matches(text, school)
    for match in (found, *each):
        # What is drowned in a long message may be plain in one of its parts.
        if isinstance(match, Emergency):
            return _urgent(match, school), None
    if not clean(text):
        ask = Finding(kind=Kind.CLARIFY, question="What would you like to know?")
        return ask, opened
    if opened is not None:
        step = _reply_to_open(text, opened, found, school)
        if step is not None:
            return step
    return _new_question(text, found, each, school)


def _new_question(
    text: str, found: Match, each: tuple[Match, ...], school: School
) -> Step:
    if _says_too_little(text, found, school):
        return Finding(kind=Kind.CLARIFY, question=SAY_MORE), Offered((), (text,), None)
    match found:
        case Matched(topic, evidence):
            step = guiding.topic_step(school, topic, (text,), _why(evidence))
            second = several.second(topic, each, school)
            return replace(step[0], second=second), step[1]
        case Ambiguous(topics, evidence):
            in_parts = several.both(each, school)
            if in_parts:
                return _new_question(text, in_parts, each, school)
            return _torn(school, topics, (text,), _why(evidence))
        case Unmatched(off_topic, evidence):
            in_parts = None if off_topic else several.both(each, school)
            if in_parts:
                return _new_question(text, in_parts, each, school)
            return unmatched(_why(evidence), off_topic=off_topic), None
        case Emergency():
            return _urgent(found, school), None


def _says_too_little(text: str, found: Match, school: School) -> bool:
    """Whether a message points at something unsaid, and nothing knows what to ask."""
    if not vague(school.matcher.reader.words(text)):
        return False
    match found:
        case Matched(topic):
            return not _unclear(topic, school)
        case Ambiguous(topics):
            return not any(_unclear(topic, school) for topic in topics)
        case Unmatched():
            return True
        case Emergency():
            return False


def _torn(
    school: School, topics: tuple[m.TopicId, ...], said: tuple[str, ...], why: Why
) -> Step:
    buttons = tuple(Button(school.bank.topics[t].title, ChooseTopic(t)) for t in topics)
    finding = Finding(
        kind=Kind.CLARIFY,
        question="Which of these do you mean?",
        buttons=(*buttons, NONE_OF_THESE),
        why=replace(why, topic=None),
    )
    return finding, Offered(topics, said, None)


def unmatched(why: Why, *, off_topic: bool) -> Finding:
    """Nothing found: none of the policy's business, or not recognised."""
    if off_topic:
        return Finding(kind=Kind.OFF_TOPIC, why=replace(why, topic=None))
    return Finding(
        kind=Kind.SILENT,
        offer=Offer(offered=True, to=HEAD),
        why=replace(why, topic=None),
    )


def _urgent(found: Emergency, school: School) -> Finding:
    evidence = found.evidence
    why = _why(evidence)
    if evidence.sign:
        seen = " + ".join(f"“{words}”" for words in evidence.sign)
        why = replace(why, because=(f"signs of an emergency: {seen}",))
    position = school.pack.positions[found.topic]
    say = ""
    citations: tuple[m.Citation, ...] = ()
    if isinstance(position, m.Answer):
        say = position.say
        cite = school.pack.policy.cite
        decisive = position.clauses[: guiding.MOST_CITED]
        citations = tuple(cite(clause) for clause in decisive)
    return Finding(
        kind=Kind.URGENT,
        verdict=m.Verdict.INFO,
        say=say,
        citations=citations,
        offer=Offer(offered=True, to=SAFEGUARDING),
        why=replace(why, topic=found.topic),
    )


def _reply_to_open(
    text: str, opened: Open, found: Match, school: School
) -> Step | None:
    """The step if the text answers what is open; None if it is a new question."""
    match opened:
        case Walk():
            return _reply_to_tree(text, opened, found, school)
        case Offered():
            return _reply_to_offer(text, opened, found, school)


def _reply_to_tree(text: str, walk: Walk, found: Match, school: School) -> Step | None:
    if clean(text).casefold().rstrip(".!") in _BACK:
        return guiding.undo(school, walk)
    if walk.finished:
        return None
    position = school.pack.positions.get(walk.topic)
    if not isinstance(position, m.Guided):
        return None
    tree = school.pack.trees[position.tree]
    question = walking.walk(tree, dict(walk.answers))
    if not isinstance(question, m.Question):
        return None
    option = answered(
        choices(question.options.values()), text, school.bank.lexicon.short
    )
    if option is not None:
        more = replace(walk, said=(*walk.said, text)[-MOST_SAID:])
        return guiding.choose(school, more, question.id, option)
    if isinstance(found, Unmatched) and not found.off_topic:
        step = guiding.resume(school, walk)
        return replace(step[0], notes=(AGAIN_NOTE,)), step[1]
    return None


def _reply_to_offer(
    text: str, offered: Offered, found: Match, school: School
) -> Step | None:
    said = (*offered.said, text)[-MOST_SAID:]
    if unsure(text, school.bank.lexicon.short):
        return unmatched(Why(), off_topic=False), None
    picked = answered(_labels(offered, school), text, school.bank.lexicon.short)
    whole = school.matcher.match(" ".join(said))
    short = picked is not None and len(text) < SHORT_ANSWER
    if not short and isinstance(whole, Matched) and not _unclear(whole.topic, school):
        return guiding.topic_step(school, whole.topic, said, _why(whole.evidence))
    if picked is not None:
        topic = offered.topics[int(picked) - 1]
        why = Why(because=(f"you said: {school.bank.topics[topic].title}",))
        return guiding.topic_step(school, topic, said, why)
    if isinstance(found, Matched) and not _unclear(found.topic, school):
        return None
    if isinstance(found, Unmatched) and found.off_topic:
        return None
    likely = _likeliest(offered, said, school)
    if likely is not None:
        why = Why(topic=likely, because=("the likeliest of what was offered",))
        return guiding.topic_step(school, likely, said, why)
    return None


def _labels(offered: Offered, school: School) -> tuple[Choice, ...]:
    topics = school.bank.topics
    if offered.unclear and (narrowing := topics[offered.unclear].narrowing):
        return choices(narrowing.leads)
    return tuple(
        Choice(m.OptionId(str(n)), topics[t].title, ())
        for n, t in enumerate(offered.topics, 1)
    )


def _unclear(topic: m.TopicId, school: School) -> bool:
    return school.bank.topics[topic].narrowing is not None


def _likeliest(
    offered: Offered, said: tuple[str, ...], school: School
) -> m.TopicId | None:
    if not offered.topics:
        return None
    ranked = school.matcher.reader.among(" ".join(said), offered.topics)
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else (None, 0.0)
    clear = first[1] >= FAIR_SHARE and first[1] >= CLEAR_LEAD * second[1]
    return first[0] if clear else None


def _why(evidence: Evidence) -> Why:
    because = [_vote(vote) for vote in evidence.votes]
    because += [f"“{typed}” read as “{read}”" for typed, read in evidence.repairs]
    if evidence.unknown:
        words = ", ".join(f"“{word}”" for word in evidence.unknown[:5])
        because.append(f"words not known: {words}")
    because.append(
        f"{evidence.band}: {evidence.score:.2f}, "
        f"where {evidence.threshold:.2f} is needed to be sure"
    )
    chances = evidence.chances
    runner_up = chances[1] if len(chances) > 1 else None
    if runner_up:
        because.append(f"next: {runner_up[0] or 'off topic'} ({runner_up[1]:.2f})")
    return Why(
        topic=(chances[0][0] or None) if chances else None,
        score=evidence.score,
        because=tuple(because),
        nearest=tuple(vote.phrasing for vote in evidence.votes),
        runner_up=(runner_up[0] or None) if runner_up else None,
    )


def _vote(vote: Vote) -> str:
    alike = f"words {vote.by_words:.2f}"
    if vote.by_meaning is not None:
        alike += f", meaning {vote.by_meaning:.2f}"
    return f"like “{vote.phrasing}” ({vote.weight:.2f}: {alike})"
