"""The ping of an emergency: at once, to everybody, without a word of what was typed."""

from dataclasses import replace

from bot import escalating, raising
from bot.actions import Draft, Drafting
from bot.conversation import Conversation, Situation
from bot.escalation import World
from bot.people import Concern, HolderId, Roster, summoned
from bot.raising import Done
from bot.reply import Button, Choices, Field, Form, Paragraph, Part, Reply
from bot.turn import Submission, Turn

NOBODY = (
    "Nobody was pinged: nobody is left who could be. Ring 999 if anyone is in danger, "
    "and speak to the chair of governors or the local authority's designated officer "
    "(LADO) by phone."
)


def ping(turn: Turn, situation: Situation, world: World) -> Done:
    """Ping the safeguarding team and the head, but for whom the form leaves out."""
    talk, last = situation.conversation, situation.conversation.last
    known = {holder.id for holder in world.roster.holders}
    out = turn.activity.value("about") if isinstance(turn.activity, Submission) else ""
    excluded = (HolderId(out),) if out in known else ()
    own = world.roster.holder_at(turn.person)
    asked = tuple(
        one for one in summoned(world.roster, excluded) if own is None or one != own.id
    )
    if last is None or not asked:
        reply = Reply((Paragraph(NOBODY),), "Nobody was pinged")
        return reply, talk, (), ()
    new = replace(
        raising.new(turn, situation, world, last, asked),
        urgent=True,
        concern=Concern.CHILD,
        excluded=excluded,
    )
    change = escalating.raised(new, world)
    done = replace(last, urgent=False)
    return raising.told(change, replace(talk, last=done), world)


def leave_out(talk: Conversation, world: World) -> Done:
    """Ask whom it is about, so that they are not pinged."""
    people = tuple(
        (one, world.roster.called(one)) for one in summoned(world.roster, ())
    )
    field = Field("about", "Whom is it about? They are not pinged.", options=people)
    form = Form("Ping the others", (field,), Button("Ping now", Draft(Drafting.PING)))
    return Reply((form,), "Whom to leave out"), talk, (), ()


def offer(roster: Roster) -> tuple[Part, ...]:
    """What an emergency's reply offers: a ping of those whom it names."""
    asked = summoned(roster, ())
    if not asked:
        return ()
    names = ", ".join(roster.called(one) for one in asked)
    lead = (
        f"Headnote can ping them now: {names}. It says that you need them, "
        "and passes on nothing of what you typed."
    )
    buttons = (
        Button("Ping them now", Draft(Drafting.PING)),
        Button("It is about one of them", Draft(Drafting.LEAVE_OUT)),
    )
    return (Paragraph(lead), Choices("", buttons))
