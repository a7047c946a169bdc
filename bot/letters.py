"""What people are told about an escalation: pings, cards, word of what happened.

Pings hold what the asker saw before sending, and nothing else; their summaries, which
platforms show in notifications, hold no detail of the case.
"""

from bot import calendar
from bot.cards import (
    alarm,
    asked,
    asker_buttons,
    holder_buttons,
    quoted,
    reference,
    state,
)
from bot.decision import About, Message
from bot.escalation import Change, Escalation, Post, Purpose, World
from bot.people import Address, Holder, Roster
from bot.reply import Choices, Notice, Paragraph, Part, Reply, Tone


def messages(change: Change, world: World) -> tuple[Message, ...]:
    """What is sent because of a change; each with a key of its own."""
    told = (_message(change, post, world) for post in change.posts)
    return tuple(message for message in told if message is not None)


def _message(change: Change, post: Post, world: World) -> Message | None:
    escalation = change.escalation
    key = f"{escalation.id}:{escalation.version}:{post.purpose}:{post.to or 'asker'}"
    about = About(escalation.id, post.purpose, post.to)
    if post.to is None:
        return Message(
            key=key,
            address=escalation.reply_to,
            reply=to_asker(escalation, post, world),
            about=about,
        )
    holder = world.roster.holder(post.to)
    address = post.address or _preferred(holder)
    if holder is None or address is None:
        return None
    return Message(
        key=key if post.address is None else f"{key}:{address.channel}",
        address=address,
        reply=to_holder(escalation, post, world),
        about=about,
        not_before=post.hold_until,
        urgent=escalation.urgent,
    )


def _preferred(holder: Holder | None) -> Address | None:
    return holder.addresses[0] if holder and holder.addresses else None


def to_holder(escalation: Escalation, post: Post, world: World) -> Reply:
    """A message about an escalation to somebody who is asked."""
    roster, ref = world.roster, reference(escalation.id)
    who = roster.called(post.who) if post.who else "the asker"
    match post.purpose:
        case Purpose.URGENT:
            return _urgent(escalation)
        case Purpose.RAISE | Purpose.HAND_OVER | Purpose.REMIND | Purpose.REOPENED:
            lead = _lead(post, escalation, world)
            more = (
                (Paragraph(f"They write: {quoted(post.words)}"),) if post.words else ()
            )
            parts = (Notice(Tone.INFO, lead), *asked(escalation), *more)
            buttons = Choices("", holder_buttons(escalation))
            return Reply((*parts, buttons), _summary(post.purpose, ref))
        case Purpose.ADDED:
            text = f"Added to {ref} by the asker: {quoted(post.words)}"
            buttons = Choices("", holder_buttons(escalation))
            return Reply((Paragraph(text), buttons), f"Something was added to {ref}")
        case Purpose.TAKEN:
            text = f"{who} has taken {ref}. There is nothing for you to do."
        case Purpose.WITHDRAWN:
            text = f"{ref} was withdrawn by the asker. There is nothing for you to do."
        case Purpose.RESOLVED:
            text = f"{ref} is settled: {who} said so. There is nothing for you to do."
        case Purpose.UNDELIVERED:
            text = (
                f"Your reply to {ref} could not be delivered. It is kept where the "
                "asker can look it up; if you know who it is, tell them."
            )
        case _:
            text = f"{ref}: {post.purpose}."
    return Reply((Paragraph(text),), f"News of {ref}")


def _lead(post: Post, escalation: Escalation, world: World) -> str:
    ref = reference(escalation.id)
    when = calendar.said(world.roster.calendar, escalation.raised_at, world.now)
    match post.purpose:
        case Purpose.REMIND:
            return f"Still waiting: {ref}, asked {when}"
        case Purpose.HAND_OVER:
            return f"Passed to you: {ref}, asked {when}"
        case Purpose.REOPENED:
            return f"Opened again by the asker: {ref}"
        case _:
            return f"A question for you: {ref}"


def _summary(purpose: Purpose, ref: str) -> str:
    match purpose:
        case Purpose.REMIND:
            return f"Reminder: a question waits for you in Headnote ({ref})"
        case Purpose.HAND_OVER:
            return f"A question was passed to you in Headnote ({ref})"
        case _:
            return f"A question for you in Headnote ({ref})"


def _urgent(escalation: Escalation) -> Reply:
    ref = reference(escalation.id)
    buttons = Choices("", holder_buttons(escalation))
    summary = f"Urgent: a colleague needs the safeguarding team now ({ref})"
    return Reply((*alarm(escalation), buttons), summary)


def to_asker(escalation: Escalation, post: Post, world: World) -> Reply:
    """A message about an escalation to whoever asked."""
    ref = reference(escalation.id)
    text = _news(escalation, post, world)
    parts: list[Part] = []
    if post.purpose is Purpose.ANSWER:
        who = world.roster.called(post.who) if post.who else "The school"
        parts.append(Notice(Tone.INFO, f"{who} replies to {ref}"))
    parts.append(Paragraph(text))
    if post.purpose in (Purpose.ANSWER, Purpose.RESOLVED, Purpose.STUCK):
        parts.append(Choices("", asker_buttons(escalation)))
    if post.purpose is Purpose.ANSWER:
        return Reply(tuple(parts), f"There is a reply to your question {ref}")
    return Reply(tuple(parts), f"News of your question {ref}")


def _news(escalation: Escalation, post: Post, world: World) -> str:
    ref, roster = reference(escalation.id), world.roster
    who = roster.called(post.who) if post.who else "The school"
    time = (
        calendar.said(roster.calendar, post.time, world.now) if post.time else "later"
    )
    match post.purpose:
        case Purpose.ANSWER:
            return post.words
        case Purpose.DELIVERED:
            return f"{ref} has reached {who}."
        case Purpose.SEEN:
            return f"{who} has seen {ref}" + (
                " and is dealing with it." if escalation.urgent else "."
            )
        case Purpose.MOVED:
            return f"{ref} was passed to {who}."
        case Purpose.QUEUED:
            return (
                f"Nobody who may answer {ref} is available just now. It is kept, and "
                f"goes out {time}. If it cannot wait, speak to somebody in school."
            )
        case Purpose.STUCK:
            return (
                f"Nobody has answered {ref} yet. Everybody asked is reminded every "
                "school day; if it cannot wait, speak to them in person."
            )
        case Purpose.UNDELIVERED:
            return f"{ref} could not be delivered to {who}. Ring them or go to them."
        case Purpose.RESOLVED:
            return f"{who} has marked {ref} as settled."
        case _:
            return f"{ref}: {post.purpose}."


def late(escalation: Escalation, roster: Roster) -> Reply:
    """What has happened in the meantime, for a press that came too late."""
    ref = reference(escalation.id)
    text = f"Nothing was changed: {ref} has moved on. {state(escalation, roster)}."
    return Reply((Paragraph(text),), f"{ref} has moved on")


def not_yours() -> Reply:
    """For a press by somebody whom the escalation does not concern."""
    return Reply(
        (Paragraph("That is not open to you, or no longer there."),), "Nothing was done"
    )
