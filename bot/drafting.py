"""From an answer to an escalation: what the asker writes, sees, and then sends.

Nothing leaves before the asker has seen exactly what goes to whom. The one exception
is the ping of an emergency, which passes on no words at all.
"""

from dataclasses import replace

from bot import cards, escalating, masking, pinging, raising
from bot.actions import Draft, Drafting
from bot.conversation import Conversation, Situation, Unsent
from bot.escalation import World
from bot.people import Concern, HolderId, Roster, chain
from bot.raising import Done
from bot.reply import Button, Choices, Field, Form, Notice, Paragraph, Part, Reply, Tone
from bot.turn import Submission, Turn

MOST_WORDS = 4000

GONE = "That was already sent, or set aside. Ask again to start anew."
NOT_SET_UP = (
    "Headnote cannot pass questions on at this school yet: nobody is named for it. "
    "Ask the headteacher in person."
)
NOBODY = (
    "This was not sent. Nobody is left whom Headnote may ask about it: it never asks "
    "the person a matter is about. Speak to the chair of governors, or to the local "
    "authority's designated officer (LADO), in person or by phone."
)
EMPTY = "There was no question to send: please write one."
TOO_LONG = f"Please shorten it: at most {MOST_WORDS:,} characters can be sent."

CONCERNS = (
    (Concern.QUESTION, "A question about the policy"),
    (Concern.STAFF, "Something a colleague did"),
    (Concern.CHILD, "A child's safety or welfare"),
)


def step(turn: Turn, action: Draft, situation: Situation, world: World | None) -> Done:
    """One step of writing, previewing or sending an escalation.

    Args:
        turn: Who did it, and what the form holds.
        action: The button.
        situation: With the last answer, and what is being written.
        world: Who is there and when it is; None where escalation is not set up.

    """
    talk = situation.conversation
    if world is None:
        return _say(NOT_SET_UP, talk)
    match action.step:
        case Drafting.ASK if talk.last:
            unsent = Unsent(about=talk.last, question=talk.last.asked)
            return _write(unsent, turn, situation, world)
        case Drafting.CHANGE if talk.unsent:
            return _write(talk.unsent, turn, situation, world)
        case Drafting.PREVIEW if talk.unsent:
            return _preview(turn, talk.unsent, situation, world)
        case Drafting.SEND_MASKED | Drafting.SEND_TYPED if talk.unsent:
            masked = action.step is Drafting.SEND_MASKED
            return _send(turn, talk.unsent, situation, world, masked=masked)
        case Drafting.DISCARD if talk.unsent:
            return _say("Nothing was sent.", replace(talk, unsent=None))
        case Drafting.PING if talk.last and talk.last.urgent:
            return pinging.ping(turn, situation, world)
        case Drafting.LEAVE_OUT if talk.last and talk.last.urgent:
            return pinging.leave_out(talk, world)
        case _:
            return _say(GONE, talk)


def _say(text: str, talk: Conversation) -> Done:
    return Reply((Paragraph(text),), text[:60]), talk, (), ()


def not_set_up() -> Reply:
    """What a button leads to where nobody is named for it."""
    return Reply((Paragraph(NOT_SET_UP),), NOT_SET_UP[:60])


def _own(turn: Turn, roster: Roster) -> tuple[HolderId, ...]:
    """The asker, where they hold a role: nobody is asked their own question."""
    holder = roster.holder_at(turn.person)
    return (holder.id,) if holder else ()


def _write(unsent: Unsent, turn: Turn, situation: Situation, world: World) -> Done:
    """The form; what was filled in before is still there."""
    talk, own = situation.conversation, _own(turn, world.roster)
    people = tuple(
        (holder.id, holder.called)
        for holder in world.roster.holders
        if holder.id not in own
    )
    about = unsent.excluded[0] if unsent.excluded else ""
    fields = (
        Field("question", "What you want to ask", unsent.question, lines=6),
        Field("concern", "What is it about?", unsent.concern, options=CONCERNS),
        Field(
            "about",
            "Is it about one of these people? They will not be asked or told.",
            about,
            options=(("", "None of them"), *people),
        ),
        Field(
            "name",
            "Your name",
            "anonymous" if unsent.anonymous or not situation.name else "named",
            options=_names(situation.name),
        ),
    )
    form = Form(
        "Ask the headteacher", fields, Button("See what will be sent", _PREVIEW)
    )
    lead = Paragraph(
        "Write your question as you want it to be read. You will see exactly what is "
        "sent, and to whom, before it goes."
    )
    discard = Choices("", (_DISCARD,))
    reply = Reply((lead, form, discard), "Write your question")
    return reply, replace(talk, unsent=unsent), (), ()


_PREVIEW = Draft(Drafting.PREVIEW)
_DISCARD = Button("Do not send", Draft(Drafting.DISCARD))


def _names(name: str) -> tuple[tuple[str, str], ...]:
    """With or without the asker's name, where it is known."""
    without = ("anonymous", "Without my name")
    return (("named", f"With my name: {name}"[:75]), without) if name else (without,)


def _filled(turn: Turn, unsent: Unsent, roster: Roster) -> Unsent:
    """What is being written, with the form's fields taken over."""
    if not isinstance(turn.activity, Submission):
        return unsent
    form = turn.activity
    about = form.value("about")
    known = {holder.id for holder in roster.holders}
    concern = form.value("concern")
    return replace(
        unsent,
        question=form.value("question").strip(),
        anonymous=form.value("name") == "anonymous",
        concern=Concern(concern) if concern in set(Concern) else Concern.QUESTION,
        excluded=(HolderId(about),) if about in known else (),
    )


def _preview(turn: Turn, before: Unsent, situation: Situation, world: World) -> Done:
    """Exactly what goes to whom, with likely names masked and as typed."""
    unsent = _filled(turn, before, world.roster)
    wrong = _wrong(unsent.question)
    if wrong:
        reply, talk, *_ = _write(unsent, turn, situation, world)
        told = replace(reply, parts=(Notice(Tone.INFO, wrong), *reply.parts))
        return told, talk, (), ()
    talk = replace(situation.conversation, unsent=unsent)
    seen = _chain(turn, unsent, world.roster)
    if not seen:
        return _say(NOBODY, replace(talk, unsent=None))
    masked = masking.mask(unsent.question)
    parts: list[Part] = [
        Notice(Tone.INFO, "This is exactly what will be sent"),
        Paragraph(_audience(seen, unsent, world)),
        *_letter(unsent, masked.text, situation),
    ]
    send = [Button("Send it", Draft(Drafting.SEND_MASKED))]
    if masked.names:
        names = "; ".join(f"{typed} becomes {mask}" for typed, mask in masked.names)
        parts += [
            Paragraph(f"Likely pupils' names are masked: {names}."),
            Paragraph(f"As you typed it: {cards.quoted(unsent.question)}"),
        ]
        send = [
            Button("Send it with names masked", Draft(Drafting.SEND_MASKED)),
            Button("Send it as typed", Draft(Drafting.SEND_TYPED)),
        ]
    change = Button("Change it", Draft(Drafting.CHANGE))
    parts.append(Choices("", (*send, change, _DISCARD)))
    return Reply(tuple(parts), "See what will be sent"), talk, (), ()


def _wrong(question: str) -> str | None:
    """Why a question cannot be sent."""
    if not question:
        return EMPTY
    return TOO_LONG if len(question) > MOST_WORDS else None


def _letter(unsent: Unsent, question: str, situation: Situation) -> tuple[Part, ...]:
    about = unsent.about
    return cards.shown(
        name="" if unsent.anonymous else situation.name,
        question=question,
        given=about.given,
        citations=about.citations,
    )


def _chain(turn: Turn, unsent: Unsent, roster: Roster) -> tuple[HolderId, ...]:
    return chain(roster, unsent.concern, (*unsent.excluded, *_own(turn, roster)))


def _audience(seen: tuple[HolderId, ...], unsent: Unsent, world: World) -> str:
    roster = world.roster
    there = [one for one in seen if one not in world.away]
    first = roster.called(there[0]) if there else "the first of them who is back"
    rest = [roster.called(one) for one in seen if there and one != there[0]]
    said = f"It goes to {first}."
    if rest:
        said += f" If they do not answer in time: {', then '.join(rest)}."
    if unsent.excluded:
        hidden = ", ".join(roster.called(one) for one in unsent.excluded)
        said += f" It is never shown to: {hidden}."
    return said


def _send(
    turn: Turn, unsent: Unsent, situation: Situation, world: World, *, masked: bool
) -> Done:
    talk = replace(situation.conversation, unsent=None)
    asked = _chain(turn, unsent, world.roster)
    if not asked:
        return _say(NOBODY, talk)
    question = masking.mask(unsent.question).text if masked else unsent.question
    new = replace(
        raising.new(turn, situation, world, unsent.about, asked),
        name="" if unsent.anonymous else situation.name,
        concern=unsent.concern,
        excluded=unsent.excluded,
        question=question,
        given=unsent.about.given,
        citations=unsent.about.citations,
    )
    change = escalating.raised(new, world)
    return raising.told(change, talk, world)
