"""decide(turn, situation, school, now) -> Decision: the routing match."""

import datetime as dt
from dataclasses import replace

from bot import answering, guiding, wording
from bot.actions import ChooseOption, ChooseTopic, NoneOfThese, Undo
from bot.conversation import Conversation, Offered, Situation, Walk
from bot.decision import Answered, Decision, Message
from bot.guiding import Step
from bot.reply import Finding, Kind, Why
from bot.turn import Press, Turn, Utterance
from knowledge import School

STALE = "That button belongs to an earlier question. Please ask again."


def decide(
    turn: Turn, situation: Situation, school: School, now: dt.datetime
) -> Decision:
    """What to say to a turn, and what stays open.

    Args:
        turn: What the person did.
        situation: What is open with them.
        school: The school's knowledge.
        now: The time; only its date matters (is the policy's review overdue?).

    """
    conversation = situation.conversation
    finding, opened = _step(turn, conversation, school)
    reply = wording.reply(finding, school, situation.contacts, now.date())
    return Decision(
        conversation=replace(conversation, open=opened),
        messages=(Message(turn.address, reply),),
        records=(Answered(finding),),
    )


def _step(turn: Turn, conversation: Conversation, school: School) -> Step:
    match turn.activity:
        case Utterance(text):
            return answering.answer(text, conversation, school)
        case Press(action):
            opened = conversation.open
            step = _pressed(action, conversation, school)
            return step or (_stale(), opened)


def _pressed(
    action: ChooseOption | ChooseTopic | NoneOfThese | Undo,
    conversation: Conversation,
    school: School,
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
