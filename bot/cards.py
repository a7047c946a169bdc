"""An escalation as it stands, on whatever surface shows it."""

from typing import assert_never

from bot import calendar
from bot.actions import EscalationId, Handle, Step
from bot.escalation import SETTLED, Escalation, Status, World
from bot.people import Holder, HolderId, Roster, may_have
from bot.reply import Button, Choices, Notice, Paragraph, Part, Quotation, Reply, Tone
from knowledge.model import Citation


def reference(escalation: EscalationId) -> str:
    """An escalation's id as people read it out: `K7M2-Q9XW`."""
    return f"{escalation[:4]}-{escalation[4:]}".upper().rstrip("-")


def asked(escalation: Escalation) -> tuple[Part, ...]:
    """What whoever is asked gets to see of it."""
    return shown(
        name=escalation.name,
        question=escalation.question,
        given=escalation.given,
        citations=escalation.citations,
    )


def shown(
    *, name: str, question: str, given: str, citations: tuple[Citation, ...]
) -> tuple[Part, ...]:
    """What goes out: the very same parts in the preview and in the ping."""
    sender = name or "a member of staff who asks to stay anonymous"
    parts: list[Part] = [
        Paragraph(f"From: {sender}"),
        Paragraph(f"Question: {quoted(question)}"),
    ]
    if given:
        parts.append(Paragraph(f"Headnote had answered: {given}"))
    parts += [Quotation(citation) for citation in citations]
    return tuple(parts)


def quoted(words: str) -> str:
    """A person's words in quotation marks that they cannot close themselves.

    So nothing they write can be taken for something that Headnote says.
    """
    plain = words.replace("“", '"').replace("”", '"').strip()
    return f"“{plain}”"


def alarm(escalation: Escalation) -> tuple[Part, ...]:
    """What an emergency's ping says: who needs help, and none of their words."""
    asker = escalation.name or "A member of staff"
    return (
        Notice(Tone.URGENT, f"{asker} needs the safeguarding team now."),
        Paragraph(
            "Headnote took what they typed for a possible emergency. None of their "
            "words are passed on: speak to them at once, in person or by phone. "
            "Headnote is not the record of it, and not the place to report it."
        ),
    )


def holder_buttons(escalation: Escalation) -> tuple[Button, ...]:
    """What somebody who is asked can do about it as it stands."""
    if escalation.status in SETTLED:
        return ()
    waiting = escalation.status in (Status.RAISED, Status.DELIVERED)
    label = "I am dealing with it" if escalation.urgent else "Acknowledge"
    buttons = [_button(escalation, label, Step.ACKNOWLEDGE)] if waiting else []
    if not escalation.urgent:
        buttons.append(_button(escalation, "Reply", Step.WRITE))
    if escalation.status is not Status.REPLIED:
        buttons.append(_button(escalation, "Pass to …", Step.CHOOSE))
    buttons.append(_button(escalation, "Resolve", Step.RESOLVE))
    return tuple(buttons)


def asker_buttons(escalation: Escalation) -> tuple[Button, ...]:
    """What the asker can do about it as it stands."""
    match escalation.status:
        case Status.RAISED | Status.DELIVERED | Status.ACKNOWLEDGED:
            if escalation.urgent:  # no words of an emergency travel through here
                return (_button(escalation, "False alarm", Step.WITHDRAW),)
            return (
                _button(escalation, "Add something", Step.WRITE_MORE),
                _button(escalation, "Withdraw it", Step.WITHDRAW),
            )
        case Status.REPLIED:
            return (
                _button(escalation, "That settles it", Step.RESOLVE),
                _button(escalation, "Ask further", Step.WRITE_MORE),
            )
        case Status.RESOLVED:
            return (_button(escalation, "Open it again", Step.WRITE_AGAIN),)
        case Status.WITHDRAWN:
            return ()
        case _:
            assert_never(escalation.status)


def _button(escalation: Escalation, label: str, step: Step) -> Button:
    return Button(label, Handle(escalation.id, escalation.round, step))


def state(escalation: Escalation, roster: Roster) -> str:
    """One line: where an escalation stands, and with whom."""
    holder = roster.called(escalation.holder) if escalation.holder else "nobody yet"
    if escalation.urgent and escalation.holder is None:
        holder = "the safeguarding team"
    match escalation.status:
        case Status.RAISED:
            return f"On its way to {holder}"
        case Status.DELIVERED:
            return f"Delivered to {holder}, not acknowledged yet"
        case Status.ACKNOWLEDGED:
            return f"Seen by {holder}"
        case Status.REPLIED:
            return f"Answered by {holder}"
        case Status.RESOLVED:
            return "Settled"
        case Status.WITHDRAWN:
            return "Withdrawn"
        case _:
            assert_never(escalation.status)


def passable(
    escalation: Escalation, roster: Roster, by: HolderId
) -> tuple[Holder, ...]:
    """Whom somebody may pass it to."""
    return tuple(
        holder
        for holder in roster.holders
        if holder.id != by and may_have(roster, holder.id, escalation.excluded)
    )


def card(escalation: Escalation, world: World, *, asker: bool) -> Reply:
    """An escalation as it stands, with what can be done about it.

    Args:
        escalation: What to show.
        world: Whose names, and what time it is.
        asker: Whether it is shown to whoever asked; else to somebody asked.

    """
    ref = reference(escalation.id)
    when = calendar.said(world.roster.calendar, escalation.raised_at, world.now)
    stands = f"{ref}, asked {when}. {state(escalation, world.roster)}."
    buttons = asker_buttons(escalation) if asker else holder_buttons(escalation)
    body: tuple[Part, ...] = ()
    if escalation.urgent:
        settled = asker or escalation.status in SETTLED
        body = () if settled else alarm(escalation)
    elif escalation.status is not Status.WITHDRAWN:
        body = asked(escalation)
    choices = (Choices("", buttons),) if buttons else ()
    return Reply((Notice(Tone.INFO, stands), *body, *choices), ref)
