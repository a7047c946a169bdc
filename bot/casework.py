"""A button or form about an escalation that was sent: by who is asked, or the asker."""

from dataclasses import replace

from bot import cards, escalating, letters
from bot.actions import Handle, Step
from bot.decision import Escalated, Message, Record
from bot.escalation import (
    SETTLED,
    Acknowledge,
    Add,
    Answer,
    Change,
    Escalation,
    Move,
    Pass,
    Refused,
    Reopen,
    Resolve,
    Withdraw,
    World,
)
from bot.people import Holder
from bot.reply import Button, Choices, Field, Form, Notice, Paragraph, Reply, Tone
from bot.turn import Submission, Turn

MOST_WORDS = 4000
"""Characters of a reply or an addition; more is refused, not cut."""

Done = tuple[Reply, tuple[Record, ...], tuple[Message, ...]]


def handle(
    turn: Turn, action: Handle, escalation: Escalation | None, world: World
) -> Done:
    """What a press or a form about an escalation does.

    Args:
        turn: Who did it, and what the form holds.
        action: The button.
        escalation: The one that it names, if there is one in this school.
        world: Who is there, and when it is.

    """
    holder = world.roster.holder_at(turn.person)
    asks = escalation is not None and escalation.asker == turn.person
    asked = (
        escalation is not None
        and holder is not None
        and (holder.id in escalation.pinged)
    )
    if escalation is None or not (asks or asked):
        return _only(letters.not_yours())
    if action.round != escalation.round and action.step is not Step.LOOK:
        return _only(letters.late(escalation, world.roster))
    words = (
        turn.activity.value("words").strip()
        if isinstance(turn.activity, Submission)
        else ""
    )
    if len(words) > MOST_WORDS:
        return _only(_too_long(action, words))
    form = _form(action, escalation, world, holder, asks=asks)
    if form:
        return _only(form)
    move = _move(turn, action, words, holder if asked else None, asks=asks)
    if move is None:
        return _only(letters.not_yours())
    change = escalating.advance(escalation, move, world)
    match change:
        case Refused(still):
            if isinstance(move, Add | Reopen | Answer) and not words:
                return _only(Reply((Paragraph("There was nothing to send."),), "Empty"))
            return _only(letters.late(still, world.roster))
        case Change():
            said = _said(change, world, asks=asks)
            told = _without_doer(letters.messages(change, world), turn)
            return said, (Escalated(change),), told


def _too_long(action: Handle, words: str) -> Reply:
    """The form again, with what was written."""
    text = f"That was not sent: it is longer than {MOST_WORDS:,} characters."
    field = Field("words", "Please shorten it", words, lines=8)
    form = _ask("Not sent yet", (field,), "Send", action, action.step)
    return replace(form, parts=(Notice(Tone.INFO, text), *form.parts))


def _only(reply: Reply) -> Done:
    return reply, (), ()


def _without_doer(messages: tuple[Message, ...], turn: Turn) -> tuple[Message, ...]:
    """Whoever did it hears of it in the reply, not twice."""
    return tuple(m for m in messages if m.address != turn.address)


def _form(
    action: Handle,
    escalation: Escalation,
    world: World,
    holder: Holder | None,
    *,
    asks: bool,
) -> Reply | None:
    ref = cards.reference(escalation.id)
    words = Field("words", "Your words", lines=5)
    match action.step:
        case Step.WRITE:
            add = Field("propose", "Add this to the answers?", options=PROPOSE)
            return _ask(f"Reply to {ref}", (words, add), "Send", action, Step.ANSWER)
        case Step.WRITE_MORE:
            return _ask(f"Add to {ref}", (words,), "Send", action, Step.ADD)
        case Step.WRITE_AGAIN:
            field = Field("words", "What is still open?", lines=5)
            return _ask(f"Open {ref} again", (field,), "Send", action, Step.REOPEN)
        case Step.LOOK:
            return cards.card(escalation, world, asker=asks)
        case Step.CHOOSE if holder:
            others = cards.passable(escalation, world.roster, holder.id)
            buttons = tuple(
                Button(
                    other.called[:75],
                    Handle(escalation.id, escalation.round, Step.HAND_ON, other.id),
                )
                for other in others
            )
            question = (
                f"Whom should {ref} go to?" if others else "There is nobody else."
            )
            return Reply((Choices(question, buttons),), f"Pass {ref} to somebody")
        case _:
            return None


PROPOSE = (("no", "No"), ("yes", "Yes, propose it to the author of the answers"))


def _ask(
    title: str, fields: tuple[Field, ...], label: str, action: Handle, step: Step
) -> Reply:
    send = Button(label, Handle(action.escalation, action.round, step))
    return Reply((Form(title, fields, send),), title)


def _move(
    turn: Turn, action: Handle, words: str, holder: Holder | None, *, asks: bool
) -> Move | None:
    by = holder.id if holder else None
    match action.step:
        case Step.ACKNOWLEDGE if by:
            return Acknowledge(by)
        case Step.ANSWER if by:
            propose = isinstance(turn.activity, Submission) and (
                turn.activity.value("propose") == "yes"
            )
            return Answer(by, words, propose)
        case Step.HAND_ON if by and action.to:
            return Pass(by, action.to)
        case Step.RESOLVE:
            return Resolve(None if asks else by)
        case Step.WITHDRAW if asks:
            return Withdraw()
        case Step.ADD if asks:
            return Add(words)
        case Step.REOPEN if asks:
            return Reopen(words)
        case _:
            return None


def _said(change: Change, world: World, *, asks: bool) -> Reply:
    """What was done, and what can be done next."""
    now = change.escalation
    buttons = cards.asker_buttons(now) if asks else cards.holder_buttons(now)
    next_steps = (Choices("", buttons),) if buttons else ()
    return Reply((Paragraph(_done(change, world)), *next_steps), "Done")


def _done(change: Change, world: World) -> str:
    escalation = change.escalation
    ref = cards.reference(escalation.id)
    told = (
        ""
        if not change.proposal
        else (" Your words are proposed to the author of the answers.")
    )
    done = _DONE.get(change.event.kind, "Done")
    settled = escalation.status in SETTLED
    stands = "" if settled else f" {cards.state(escalation, world.roster)}."
    return f"{done}: {ref}.{stands}{told}"


_DONE = {
    "acknowledged": "Acknowledged, and the asker is told",
    "replied": "Your reply is on its way to the asker",
    "passed": "Passed on",
    "resolved": "Settled",
    "withdrawn": "Withdrawn, and whoever had it is told",
    "added": "Added",
    "reopened": "Open again",
}
