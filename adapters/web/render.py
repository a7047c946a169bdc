"""Reply to HTML. Text is text: everything is escaped, nothing is markup."""

from dataclasses import dataclass

from markupsafe import Markup

from adapters.web.channel import RATING, lasting
from adapters.web.inbound import FIELD
from bot.actions import encode
from bot.plain_text import WORDINGS
from bot.reply import (
    Button,
    Choices,
    Field,
    Form,
    Notice,
    Paragraph,
    Part,
    Quotation,
    Reply,
    Sources,
    Tone,
)
from knowledge.model import Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a reply is shown, as far as its buttons and forms depend on it.

    Attributes:
        prefix: Begins the ids of its elements; no other reply on the page has it.
        live: Whether its topical buttons and drafts can be pressed; if not, they are
            left out. Those of an escalation always can.
        csrf: The session's token.
        turn: The page's token for the next turn.
        back: The page to come back to.

    """

    prefix: str
    live: bool
    csrf: str
    turn: str
    back: str


def to_html(reply: Reply, setting: Setting) -> Markup:
    """All parts of a reply."""
    shown = [
        _part(part, at=f"{setting.prefix}-{number}", setting=setting)
        for number, part in enumerate(reply.parts)
    ]
    if reply.why:
        shown.append(_why(reply.why))
    # With a question open its answers come first: a rating would push them up the page.
    asks = any(isinstance(part, Choices) and part.question for part in reply.parts)
    if reply.ratable and setting.live and not asks:
        shown.append(_rating())
    return Markup("\n").join(shown)


def _rating() -> Markup:
    label = "Did this help?"
    buttons = Markup("").join(_button(button) for button in RATING)
    return Markup(
        '<div class="choices rating" role="group" aria-label="{}"><span>{}</span>{}'
        "</div>"
    ).format(label, label, buttons)


def _why(reasons: tuple[str, ...]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in reasons)
    summary = "Why this answer?"
    return Markup(
        '<details class="why"><summary>{}</summary><ul>{}</ul></details>'
    ).format(summary, items)


def _part(part: Part, *, at: str, setting: Setting) -> Markup:
    match part:
        case Paragraph(text):
            return Markup("<p>{}</p>").format(text)
        case Quotation(citation):
            return _quotation(citation)
        case Sources(lead, citations):
            items = Markup("").join(
                Markup("<li>{}: {}</li>").format(_place(c), c.text) for c in citations
            )
            summary = Markup("<summary>{} ({})</summary>").format(lead, len(citations))
            return Markup("<details>{}<ul>{}</ul></details>").format(summary, items)
        case Choices(question, buttons):
            return _choices(question, buttons, setting)
        case Form():
            return _form(part, at, setting)
        case Notice(tone, text):
            return _notice(tone, text)


def _place(citation: Citation) -> Markup:
    return Markup("<strong>{}</strong> {}").format(
        f"Clause {citation.clause},", _section(citation)
    )


def _section(citation: Citation) -> str:
    return citation.section.removeprefix(f"{citation.clause} ")


def _quotation(citation: Citation) -> Markup:
    return Markup(
        '<figure class="clause"><blockquote>{}</blockquote>'
        '<figcaption>{} <span class="wording">({})</span></figcaption></figure>'
    ).format(citation.text, _place(citation), WORDINGS[citation.wording])


def _button(button: Button) -> Markup:
    return Markup(
        '<button type="submit" name="action" value="{}" form="press">{}</button>'
    ).format(encode(button.action), button.label)


def _choices(question: str, buttons: tuple[Button, ...], setting: Setting) -> Markup:
    asked = Markup("")
    if question:
        asked = Markup('<p class="asks">{}</p>').format(question)
    pressed = Markup("").join(
        _button(button) for button in buttons if setting.live or lasting(button)
    )
    if not pressed:
        return asked
    group = Markup('<div class="choices" role="group" aria-label="{}">{}</div>')
    return asked + group.format(question or "More", pressed)


def hidden(setting: Setting) -> Markup:
    """What every form posts beside its own fields."""
    pairs = (("csrf", setting.csrf), ("turn", setting.turn), ("back", setting.back))
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(*pair)
        for pair in pairs
    )


def _form(form: Form, at: str, setting: Setting) -> Markup:
    """A form of its own; one that is no longer the latest is folded, or left out."""
    if not setting.live and not lasting(form.send):
        return Markup('<p class="foot">{} (set aside)</p>').format(form.title)
    rows = Markup("").join(_field(field, f"{at}-{field.name}") for field in form.fields)
    send = Markup('<button type="submit" name="action" value="{}">{}</button>').format(
        encode(form.send.action), form.send.label
    )
    shown = Markup(
        '<form class="fill" method="post" action="/ask" aria-label="{}">{}{}{}</form>'
    ).format(form.title, hidden(setting), rows, send)
    if setting.live:
        return Markup('<p class="asks">{}</p>').format(form.title) + shown
    return Markup("<details><summary>{}</summary>{}</details>").format(
        form.title, shown
    )


def _field(field: Field, at: str) -> Markup:
    label = Markup('<label for="{}">{}</label>').format(at, field.label)
    return label + _input(field, at)


def _input(field: Field, at: str) -> Markup:
    name = f"{FIELD}{field.name}"
    if field.options:
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                value,
                Markup(" selected") if value == field.value else Markup(""),
                label,
            )
            for value, label in field.options
        )
        return Markup('<select id="{}" name="{}">{}</select>').format(at, name, options)
    if field.lines > 1:
        # A parser drops the line break after the tag: this one, not one of theirs.
        return Markup('<textarea id="{}" name="{}" rows="{}">\n{}</textarea>').format(
            at, name, field.lines, field.value
        )
    return Markup('<input type="text" id="{}" name="{}" value="{}">').format(
        at, name, field.value
    )


def _notice(tone: Tone, text: str) -> Markup:
    match tone:
        case Tone.URGENT:
            return Markup('<p class="urgent"><strong>{}</strong></p>').format(text)
        case Tone.FOOTER:
            return Markup('<p class="foot">{}</p>').format(text)
        case Tone.YES | Tone.NO | Tone.DEPENDS | Tone.INFO | Tone.SILENT:
            return Markup('<p class="verdict {}"><strong>{}</strong></p>').format(
                tone.value, text
            )
