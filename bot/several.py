"""A message that asks two things gets both answers, each with its clause."""

from dataclasses import replace

from bot import guiding
from bot.reply import Finding, Kind, Why
from knowledge import School
from knowledge import model as m
from knowledge.matching import Match, Matched, parts

MORE = "More hangs on the circumstances: ask this on its own to go through them."


def matches(text: str, school: School) -> tuple[Match, ...]:
    """What each question of a message asks; empty where it asks but one."""
    return tuple(school.matcher.match(part) for part in parts(text))


def second(first: m.TopicId, each: tuple[Match, ...], school: School) -> Finding | None:
    """The answer to another thing that a message asks, if that is sure.

    Args:
        first: What the message was taken to ask.
        each: What each of its questions asks.
        school: The school's knowledge.

    """
    told = _settled(school, first)
    for found in each:
        if not isinstance(found, Matched) or found.topic == first:
            continue
        other = _settled(school, found.topic)
        if told and other and not _covered(other, told):
            why = Why(topic=found.topic, score=found.evidence.score)
            return replace(other, why=why)
    return None


def both(each: tuple[Match, ...], school: School) -> Matched | None:
    """What the first part of a message asks, if each of its parts is sure.

    For messages that as a whole lie between topics: of course they do, when one half
    asks this and the other that.
    """
    sure = [match for match in each if isinstance(match, Matched)]
    if not each or len(sure) < len(each) or not _settled(school, sure[0].topic):
        return None
    return sure[0]


def _settled(school: School, topic: m.TopicId) -> Finding | None:
    """What the school says on a topic; of a tree, what is true before any question."""
    why = Why(topic=topic)
    match school.pack.positions.get(topic):
        case m.Guided(tree):
            general = school.pack.trees[tree].in_general
            if general is None:
                return None
            return replace(guiding.settled(school, general, why), notes=(MORE,))
        case (m.Answer() | m.Silent()) as position:
            return guiding.settled(school, position, why)
        case None:
            return None


def _covered(other: Finding, told: Finding) -> bool:
    """Whether the second answer would add nothing to the first."""
    if other.kind is Kind.SILENT:
        return told.kind is Kind.SILENT
    known = {citation.clause for citation in told.citations}
    return other.citations[0].clause in known
