"""An escalation is raised: what it starts as, and what its asker is told."""

from bot import calendar, cards, letters
from bot.conversation import Conversation, Exchange, Situation
from bot.decision import Escalated, Message, Record
from bot.escalation import Change, Escalation, Purpose, Status, World
from bot.people import Concern, HolderId
from bot.reply import Choices, Paragraph, Part, Reply
from bot.turn import Turn

Done = tuple[Reply, Conversation, tuple[Record, ...], tuple[Message, ...]]


def new(
    turn: Turn,
    situation: Situation,
    world: World,
    about: Exchange,
    asked: tuple[HolderId, ...],
) -> Escalation:
    """A new escalation with nothing in it yet but who asks, and whom."""
    return Escalation(
        id=situation.fresh,
        school=world.roster.school,
        version=1,
        round=1,
        status=Status.RAISED,
        urgent=False,
        asker=turn.person,
        reply_to=turn.address,
        name=situation.name,
        concern=Concern.QUESTION,
        excluded=(),
        chain=asked,
        holder=None,
        pinged=(),
        reached=(),
        reminders=0,
        due=None,
        raised_at=world.now,
        question="",
        given="",
        topic=about.topic,
    )


def told(change: Change, talk: Conversation, world: World) -> Done:
    """What the asker is told at once, and what goes out."""
    escalation = change.escalation
    sent = letters.messages(change, world)
    queued = any(post.purpose is Purpose.QUEUED for post in change.posts)
    parts: list[Part] = []
    if not queued:
        parts.append(Paragraph(_sent(change, world)))
    else:
        reply_to = (m for m in sent if m.address == escalation.reply_to)
        parts += [part for message in reply_to for part in message.reply.parts]
    parts.append(Choices("", cards.asker_buttons(escalation)))
    away = tuple(m for m in sent if m.address != escalation.reply_to)
    reply = Reply(tuple(parts), "Your question is on its way")
    return reply, talk, (Escalated(change),), away


def _sent(change: Change, world: World) -> str:
    escalation, roster = change.escalation, world.roster
    ref = cards.reference(escalation.id)
    if escalation.urgent:
        names = ", ".join(roster.called(one) for one in escalation.pinged)
        return (
            f"Pinged now ({ref}): {names}. They are pinged again until one of them "
            "answers. Do not wait for it: go to them or ring them."
        )
    to = roster.called(escalation.holder) if escalation.holder else "the school"
    hold = change.posts[0].hold_until
    when = (
        f" It is outside school hours: {to} is pinged "
        f"{calendar.said(roster.calendar, hold, world.now)}."
        if hold
        else ""
    )
    return f"Your question {ref} is on its way to {to}.{when} You will hear here."
