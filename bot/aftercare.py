"""What can be done with the last answer: have it explained, rate it, share it."""

from bot.actions import Draft, Drafting, Explain, Rate, Share
from bot.conversation import Exchange, Situation
from bot.decision import Message, Rated, Record
from bot.reply import Button, Choices, Paragraph, Part, Quotation, Reply
from bot.turn import Turn

Done = tuple[Reply, tuple[Record, ...], tuple[Message, ...]]

NOTHING = "There is no answer to speak of yet. Ask a question first."
NOT_SHARED = "That cannot be shown there. Ask again in that channel to share an answer."


def step(turn: Turn, action: Explain | Rate | Share, situation: Situation) -> Done:
    """Explain, rate or share the last answer."""
    last = situation.conversation.last
    if last is None:
        return _say(NOTHING)
    match action:
        case Explain():
            return _explain(last)
        case Rate(helpful):
            return _rate(last, situation, helpful=helpful)
        case Share():
            return _share(turn, last)


def _say(text: str) -> Done:
    return Reply((Paragraph(text),), text[:60]), (), ()


def _explain(last: Exchange) -> Done:
    if not last.why:
        return _say("There is nothing more to say about that answer.")
    lines = tuple(Paragraph(line) for line in last.why)
    return Reply(lines, "Why this answer"), (), ()


def _rate(last: Exchange, situation: Situation, *, helpful: bool) -> Done:
    rated: tuple[Record, ...] = (Rated(last.turn, helpful),)
    if helpful:
        return Reply((Paragraph("Thank you."),), "Thank you"), rated, ()
    parts: tuple[Part, ...] = (
        Paragraph("Thank you for saying so. Try other words, or ask a person."),
    )
    if situation.roster and not last.urgent:
        ask = Button("Ask the headteacher", Draft(Drafting.ASK))
        parts = (*parts, Choices("", (ask,)))
    return Reply(parts, "Thank you"), rated, ()


def _share(turn: Turn, last: Exchange) -> Done:
    """The answer without the question, which may say more than others should read."""
    if last.place is None or last.urgent:
        return _say(NOT_SHARED)
    parts: tuple[Part, ...] = (
        Paragraph("A colleague asked about the policy. It says:"),
        Paragraph(last.given),
        *(Quotation(citation) for citation in last.citations),
    )
    shared = Message(
        key=f"share:{turn.id}",
        address=last.place,
        reply=Reply(parts, "An answer from the policy"),
    )
    reply, _, _ = _say("Shared, without your question.")
    return reply, (), (shared,)
