"""decide(turn, situation, school, now) -> Decision: the routing match."""

import datetime as dt
from dataclasses import replace
from typing import assert_never

from bot import (
    absence,
    aftercare,
    answering,
    casework,
    drafting,
    guiding,
    pinging,
    wording,
)
from bot.actions import (
    Action,
    Away,
    ChooseOption,
    ChooseSchool,
    ChooseTopic,
    Draft,
    Drafting,
    Explain,
    Handle,
    NoneOfThese,
    Rate,
    Share,
    Undo,
)
from bot.conversation import Conversation, Exchange, Offered, Open, Situation, Walk
from bot.decision import Answered, Decision, Message, Record
from bot.escalation import World
from bot.guiding import Step
from bot.people import away
from bot.reply import Button, Choices, Finding, Kind, Paragraph, Part, Reply, Why
from bot.turn import Press, Submission, Turn, Utterance
from knowledge import School
from knowledge.matching import LONGEST
from knowledge.model import SchoolId, Verdict

ASK = "Ask the headteacher"
STALE = "That button belongs to an earlier question. Please ask again."
SILENCE = "nothing that it found in the policy settles this."

_Topical = ChooseOption | ChooseTopic | NoneOfThese | Undo


def decide(
    turn: Turn, situation: Situation, school: School, now: dt.datetime
) -> Decision:
    """What to say to a turn, what stays open, and what is recorded.

    Args:
        turn: What the person did.
        situation: What is open with them, and the escalation that a button names.
        school: The school's knowledge.
        now: The time; decides about reviews overdue, absences and school hours.

    """
    match turn.activity:
        case Utterance(text):
            step = answering.answer(text, situation.conversation, school)
            return _answered(turn, step, situation, school, now.date())
        case Press(action) | Submission(action):
            return _pressed(turn, action, situation, school, now)


def _pressed(
    turn: Turn,
    action: Action,
    situation: Situation,
    school: School,
    now: dt.datetime,
) -> Decision:
    talk, world = situation.conversation, _world(situation, now)
    match action:
        case ChooseOption() | ChooseTopic() | NoneOfThese() | Undo():
            step = _chosen(action, talk, school) or (_stale(), talk.open)
            return _answered(turn, step, situation, school, now.date())
        case Explain() | Rate() | Share():
            done = aftercare.step(turn, action, situation)
            return _decision(turn, talk, *done)
        case ChooseSchool(chosen):
            return _decision(turn, talk, _already(chosen, school))
        case Draft():
            reply, talk, records, told = drafting.step(turn, action, situation, world)
            return _decision(turn, talk, reply, records, told)
        case Handle() if world:
            done = casework.handle(turn, action, situation.escalation, world)
            return _decision(turn, talk, *done)
        case Away() if world:
            reply, records = absence.step(turn, action, world)
            return _decision(turn, talk, reply, records)
        case Handle() | Away():
            return _decision(turn, talk, drafting.not_set_up())


def _world(situation: Situation, now: dt.datetime) -> World | None:
    roster = situation.roster
    if roster is None:
        return None
    return World(roster, away(roster, situation.absences, now), now)


def _decision(
    turn: Turn,
    talk: Conversation,
    reply: Reply,
    records: tuple[Record, ...] = (),
    told: tuple[Message, ...] = (),
) -> Decision:
    answer = Message(key=f"reply:{turn.id}", address=turn.address, reply=reply)
    return Decision(talk, (answer, *told), records)


def _answered(
    turn: Turn,
    step: Step,
    situation: Situation,
    school: School,
    today: dt.date,
) -> Decision:
    finding, opened = step
    last = _exchange(finding, opened, turn, situation.conversation.last)
    offered = (*_offered(finding, situation), *_shareable(finding, turn))
    reply = wording.reply(finding, school, situation.contacts, today, offered)
    if last is not situation.conversation.last and last:
        last = replace(last, why=reply.why, turn=turn.id, place=turn.place)
    talk = replace(situation.conversation, open=opened, last=last)
    told = (_pointer(turn),) if turn.place else ()
    return _decision(turn, talk, reply, (Answered(finding),), told)


def _pointer(turn: Turn) -> Message:
    """To where others read along: that the answer is elsewhere, and nothing of it."""
    words = "I have answered you in our private messages."
    return Message(
        key=f"place:{turn.id}",
        address=turn.place or turn.address,
        reply=Reply((Paragraph(words),), words),
    )


def _already(chosen: SchoolId, school: School) -> Reply:
    pack = school.pack
    if chosen == pack.school:
        text = f"You are asking about {pack.name}'s {pack.policy.title}."
    else:
        text = f"You are asking about {pack.name}. Start anew to change the school."
    return Reply((Paragraph(text),), "Your school")


def _exchange(
    finding: Finding, opened: Open | None, turn: Turn, before: Exchange | None
) -> Exchange | None:
    """What an escalation of this answer would start from."""
    said = opened.said if isinstance(opened, Walk | Offered) else ()
    typed = turn.activity.text if isinstance(turn.activity, Utterance) else ""
    words = " ".join(said) or typed or (before.asked if before else "")
    match finding.kind:
        case Kind.ANSWER:
            given = finding.say
            if finding.verdict:
                given = f"{wording.VERDICTS[finding.verdict][1]}. {given}"
        case Kind.SILENT:
            given = SILENCE
        case Kind.URGENT:
            return Exchange(asked="", given="", topic=finding.why.topic, urgent=True)
        case Kind.CLARIFY | Kind.OFF_TOPIC:
            return before
        case _:
            assert_never(finding.kind)
    return Exchange(
        asked=words[:LONGEST],
        given=given,
        citations=finding.citations if finding.kind is Kind.ANSWER else (),
        topic=finding.why.topic,
    )


def _offered(finding: Finding, situation: Situation) -> tuple[Part, ...]:
    """The way from an answer to a person, where the school has named one."""
    if situation.roster is None:
        return ()
    match finding.kind:
        case Kind.URGENT:
            return pinging.offer(situation.roster)
        case Kind.ANSWER | Kind.SILENT:
            doubted = finding.verdict in (Verdict.YES, Verdict.NO, Verdict.INFO)
            label = "Not sure? Ask the headteacher" if doubted else ASK
            return (Choices("", (Button(label, Draft(Drafting.ASK)),)),)
        case Kind.CLARIFY | Kind.OFF_TOPIC:
            return ()


def _shareable(finding: Finding, turn: Turn) -> tuple[Part, ...]:
    """The way back to where it was asked, for an answer that others may read."""
    if turn.place is None or finding.kind is not Kind.ANSWER:
        return ()
    return (Choices("", (Button("Show the answer there", Share()),)),)


def _chosen(
    action: _Topical, conversation: Conversation, school: School
) -> Step | None:
    opened = conversation.open
    match action:
        case ChooseOption(topic, question, option):
            if isinstance(opened, Walk) and opened.topic == topic:
                return guiding.choose(school, opened, question, option)
            return None
        case ChooseTopic(topic):
            if topic not in school.bank.topics:
                return None
            said = opened.said if isinstance(opened, Offered) else ()
            title = school.bank.topics[topic].title
            why = Why(because=(f"you chose: {title}",))
            return guiding.topic_step(school, topic, said, why)
        case NoneOfThese():
            return answering.unmatched(Why(), off_topic=False), None
        case Undo(topic):
            if isinstance(opened, Walk) and opened.topic == topic:
                return guiding.undo(school, opened)
            return None


def _stale() -> Finding:
    return Finding(kind=Kind.CLARIFY, question=STALE)
