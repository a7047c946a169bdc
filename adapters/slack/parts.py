"""The parts of a Reply as blocks of a message or of the home tab.

All words are rich text or plain text: nothing of them is read as markup.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from slack_sdk.models.blocks import (
    ActionsBlock,
    AlertBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    HeaderBlock,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from adapters.slack.text import pieces, plain, words
from bot.actions import Rate, encode
from bot.plain_text import WORDINGS, cited
from bot.reply import (
    Button,
    Choices,
    Field,
    Form,
    Notice,
    Paragraph,
    Part,
    Quotation,
    Sources,
    Tone,
)
from knowledge.model import Citation

Numbers: TypeAlias = Iterator[int]
"""Where buttons take their numbers from; no two on a surface have the same."""

ACTION = "headnote:"
"""Begins the action id of everything that can be pressed; then comes its number."""

OPEN = "open:"
"""Begins the value of a button that asks for a form; then comes the send action."""

MOST_LABEL = 75
MOST_HEADER = 150
SHORT_HEADER = 40
"""Characters of a notice that is shown as a header; a longer one is in bold."""

IN_A_ROW = 10
"""Buttons in a block. Slack takes 25, but with long labels those fill a message."""

_BOLD = RichTextElementParts.TextStyle(bold=True)


def folded(parts: Iterable[Part]) -> list[Part]:
    """The same with paragraphs put together, and rows of buttons that ask nothing.

    In one block a blank line parts paragraphs; between blocks Slack leaves hardly any.
    """
    found: list[Part] = []
    for part in parts:
        match (found[-1] if found else None), part:
            case Paragraph(before), Paragraph(text):
                found[-1] = Paragraph(f"{before}\n\n{text}")
            case Choices("", before), Choices("", buttons):
                found[-1] = Choices("", (*before, *buttons))
            case _:
                found.append(part)
    return found


def part_blocks(part: Part, numbers: Numbers, *, message: bool) -> list[Block]:
    """A part's blocks; none where it has nothing to show.

    Args:
        part: The part.
        numbers: For its buttons.
        message: Whether they are for a message; the home tab takes fewer kinds.

    """
    match part:
        case Paragraph(text):
            return rich(text)
        case Quotation(citation):
            quotes: list[Block] = [_block(each) for each in quoted(citation.text)]
            return [*quotes, *small(place(citation))]
        case Sources():
            return small(sources(part))
        case Choices(question, buttons):
            return [*rich(question, bold=True), *rows(buttons, numbers)]
        case Form(title, fields, send):
            filled = [block for field in fields for block in rich(_filled(field))]
            value = OPEN + encode(send.action)
            opens = _button("Open the form", value, numbers, style="primary")
            return [
                *rich(title, bold=True),
                *filled,
                ActionsBlock(elements=[opens]),
            ]
        case Notice(tone, text):
            return _notice(tone, text, message=message)


def _block(element: RichTextElement) -> Block:
    return RichTextBlock(elements=[element])


def rich(text: str, *, bold: bool = False) -> list[Block]:
    """Words as rich text, which Slack shows as they are."""
    return [_block(each) for each in lines(text, bold=bold)]


def lines(text: str, *, bold: bool = False) -> list[RichTextElement]:
    """The same as elements, for a block that holds several."""
    style = _BOLD if bold else None
    return [
        RichTextSectionElement(
            elements=[RichTextElementParts.Text(text=piece, style=style)]
        )
        for piece in pieces(text)
    ]


def quoted(text: str) -> list[RichTextElement]:
    """A clause's words, all of them, set off as a quotation."""
    return [
        RichTextQuoteElement(elements=[RichTextElementParts.Text(text=piece)])
        for piece in pieces(text)
    ]


def small(text: str) -> list[Block]:
    """Words in small print."""
    return [
        ContextBlock(elements=[PlainTextObject(text=piece, emoji=False)])
        for piece in pieces(text)
    ]


def place(citation: Citation) -> str:
    """Where a clause stands, and whose words were quoted."""
    section = citation.section.removeprefix(f"{citation.clause} ")
    where = ", ".join(each for each in (citation.clause, section) if words(each))
    return f"Clause {where} ({WORDINGS[citation.wording]})"


def sources(part: Sources) -> str:
    """Clauses by number and section; their words are left out."""
    return f"{part.lead}: {'; '.join(cited(each) for each in part.citations)}."


def _filled(field: Field) -> str:
    """A field and what it holds, an option by its label."""
    held = dict(field.options).get(field.value, field.value)
    return f"{field.label}: {held}" if words(held) else field.label


def _notice(tone: Tone, text: str, *, message: bool) -> list[Block]:
    match tone:
        case Tone.FOOTER:
            return small(text)
        case Tone.URGENT:
            # No limit of an alert's words is documented: a header's is kept to, so
            # that nothing of an emergency is ever refused.
            first, *_ = pieces(text, MOST_HEADER) or [""]
            shown = PlainTextObject(text=first, emoji=False)
            top = AlertBlock(text=shown, level="error") if message else _header(first)
            rest = rich(words(text)[len(first) :], bold=True)
            return [top, *rest] if first else []
        case Tone.YES | Tone.NO | Tone.DEPENDS | Tone.INFO | Tone.SILENT:
            short = 0 < len(words(text)) <= SHORT_HEADER
            return [_header(text)] if short else rich(text, bold=True)


def _header(text: str) -> Block:
    return HeaderBlock(text=plain(text, MOST_HEADER))


def rows(buttons: tuple[Button, ...], numbers: Numbers) -> list[Block]:
    """Buttons, as many blocks of them as it takes."""
    made = [_button(each.label, encode(each.action), numbers) for each in buttons]
    return [
        ActionsBlock(elements=made[at : at + IN_A_ROW])
        for at in range(0, len(made), IN_A_ROW)
    ]


def _button(
    label: str, value: str, numbers: Numbers, style: str | None = None
) -> ButtonElement:
    return ButtonElement(
        text=plain(label, MOST_LABEL),
        action_id=f"{ACTION}{next(numbers)}",
        value=value,
        style=style,
    )


def rates(numbers: Numbers) -> Block:
    """Two thumbs, with words for those who don't see them."""
    helped, not_helped = (
        FeedbackButtonObject(
            text=plain(label, MOST_LABEL),
            accessibility_label=f"This answer was {label.lower()}",
            value=encode(Rate(helpful=helpful)),
        )
        for label, helpful in (("Helpful", True), ("Not helpful", False))
    )
    thumbs = FeedbackButtonsElement(
        action_id=f"{ACTION}{next(numbers)}",
        positive_button=helped,
        negative_button=not_helped,
    )
    return ContextActionsBlock(elements=[thumbs])
