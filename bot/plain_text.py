"""A Reply as plain text: the command line, transcripts, notification fallback."""

from bot.reply import (
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
from knowledge.model import Citation, Wording

WORDINGS = {Wording.SUMMARY: "our summary", Wording.VERBATIM: "the policy's words"}


def plain(reply: Reply) -> str:
    """All parts, one under the other."""
    return "\n".join(line for part in reply.parts for line in _lines(part))


def cited(citation: Citation) -> str:
    """Where a clause stands: its number and section."""
    return f"{citation.clause} ({citation.section})"


def _filled(field: Field) -> str:
    """What a field holds, and what there is to choose from."""
    if not field.options:
        return f"({field.value})" if field.value else ""
    labels = (
        f"*{label}*" if value == field.value else label
        for value, label in field.options
    )
    return f"({' / '.join(labels)})"


def _lines(part: Part) -> list[str]:
    match part:
        case Paragraph(text):
            return [text]
        case Quotation(citation):
            wording = WORDINGS[citation.wording]
            return [f"Clause {cited(citation)}, {wording}: “{citation.text}”"]
        case Sources(lead, citations):
            return [f"{lead}: {'; '.join(cited(c) for c in citations)}."]
        case Choices(question, buttons):
            asked = [question] if question else []
            return asked + [f"  [{button.label}]" for button in buttons]
        case Form(title, fields, send):
            asked = [f"  {field.label} {_filled(field)}".rstrip() for field in fields]
            return [title, *asked, f"  [{send.label}]"]
        case Notice(tone, text):
            if tone is Tone.FOOTER:
                return [f"({text})"]
            return [text if text.endswith(".") else f"{text}."]
