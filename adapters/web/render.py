"""Reply to HTML. Text is text: everything is escaped, nothing is markup."""

from markupsafe import Markup, escape

from bot.actions import encode
from bot.plain_text import WORDINGS
from bot.reply import (
    Button,
    Choices,
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


def to_html(reply: Reply, *, live: bool) -> Markup:
    """All parts of a reply.

    Args:
        reply: What to show.
        live: Whether its buttons can still be pressed; if not, they are words.

    """
    shown = [_part(part, live=live) for part in reply.parts]
    if reply.why:
        shown.append(_why(reply.why))
    return Markup("\n").join(shown)


def _why(reasons: tuple[str, ...]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in reasons)
    summary = "Why this answer?"
    return Markup(
        '<details class="why"><summary>{}</summary><ul>{}</ul></details>'
    ).format(summary, items)


def _part(part: Part, *, live: bool) -> Markup:
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
            return _choices(question, buttons, live=live)
        case Form():
            return _form(part, live=live)
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


def _choices(question: str, buttons: tuple[Button, ...], *, live: bool) -> Markup:
    asked = Markup("")
    if question:
        asked = Markup('<p class="asks">{}</p>').format(question)
    if not live:
        return asked
    pressed = Markup("").join(_button(button) for button in buttons)
    group = Markup('<div class="choices" role="group" aria-label="{}">{}</div>')
    return asked + group.format(question or "More", pressed)


def _button(button: Button) -> Markup:
    return Markup(
        '<button type="submit" name="action" value="{}" form="press">{}</button>'
    ).format(encode(button.action), button.label)


def _form(form: Form, *, live: bool) -> Markup:
    rows = Markup("").join(
        Markup(
            '<label>{} <textarea name="{}" rows="{}" form="press"{}>{}'
            "</textarea></label>"
        ).format(
            field.label,
            field.name,
            field.lines,
            Markup("") if live else Markup(" disabled"),
            field.value,
        )
        for field in form.fields
    )
    send = _button(form.send) if live else Markup("")
    return Markup("<fieldset><legend>{}</legend>{}{}</fieldset>").format(
        form.title, rows, send
    )


def _notice(tone: Tone, text: str) -> Markup:
    match tone:
        case Tone.URGENT:
            return Markup('<p class="urgent"><strong>{}</strong></p>').format(text)
        case Tone.FOOTER:
            return Markup('<p class="foot">{}</p>').format(text)
        case Tone.YES | Tone.NO | Tone.DEPENDS | Tone.INFO | Tone.SILENT:
            return Markup('<p class="verdict {}"><strong>{}</strong></p>').format(
                escape(tone.value), text
            )
