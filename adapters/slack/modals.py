"""Forms as Slack's modals, what comes back from them, and the home tab."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    InputInteractiveElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    RadioButtonsElement,
    RichTextBlock,
    RichTextElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from adapters.slack.parts import (
    MOST_HEADER,
    MOST_LABEL,
    folded,
    lines,
    part_blocks,
    place,
    quoted,
    small,
    sources,
)
from adapters.slack.text import cut, plain, shortened, words
from bot.actions import Draft, Drafting
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

MOST_TITLE = 24
MOST_BLOCKS = 100
MOST_TYPED = 3000
MOST_QUESTION = 2000
FEW = 4
"""Options up to so many are all shown; more are folded into a menu."""

IN_A_GROUP = 100
MOST_BYTES = 200_000
"""Of a view's JSON, but for its frame; Slack refuses more than 250 kB."""

NAME = "Headnote"
NOTHING = "Nothing here."
SHORTENED = f"Only the first {MOST_TYPED:,} characters fit in a form on Slack."
TOO_LONG = "The rest is too long for a form on Slack."
_NUMBERED = re.compile(r"^field:([0-9]{1,3})$")
# An option's value may be empty to the core, never to Slack.
_FILLED = "="


def form_of(reply: Reply) -> Form | None:
    """The form in a reply, if there is one."""
    return next((part for part in reply.parts if isinstance(part, Form)), None)


def is_form(reply: Reply) -> bool:
    """Whether a reply asks for a form: better opened as a modal than sent."""
    return form_of(reply) is not None


def to_modal(reply: Reply, *, callback_id: str, private_metadata: str) -> View:
    """A reply as a modal, with its first form's button to send it.

    Buttons of its Choices are left out: a modal is sent or closed. Where one of them
    sets aside what is being written, closing goes by its label; closing tells nobody.

    Args:
        reply: What to show; without a form there is nothing to send.
        callback_id: By which the adapter knows what was sent; at most 255 characters.
        private_metadata: Comes back with it; at most 3,000 characters.

    Raises:
        SlackObjectFormationError: From `to_dict`, where one of these is too long.

    """
    form = form_of(reply)
    title = form.title if form else NAME
    numbers = count()
    blocks = [block for part in folded(reply.parts) for block in _modal(part, numbers)]
    if cut(title, MOST_TITLE) != " ".join(words(title).split()):
        blocks = [*_rich(lines(title, bold=True)), *blocks]
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=private_metadata,
        title=plain(title, MOST_TITLE),
        submit=plain(form.send.label, MOST_TITLE) if form else None,
        close=plain(_closing(reply), MOST_TITLE),
        blocks=_held(_few(blocks)) or small(_summary(reply)),
    )


def _summary(reply: Reply) -> str:
    return reply.summary if words(reply.summary) else NAME


def _closing(reply: Reply) -> str:
    labels = (
        button.label
        for part in reply.parts
        if isinstance(part, Choices)
        for button in part.buttons
        if button.action == Draft(Drafting.DISCARD)
    )
    return next(labels, "Close")


def _modal(part: Part, numbers: Iterator[int]) -> list[Block]:
    match part:
        case Paragraph(text):
            return _rich(lines(text))
        case Quotation(citation):
            return _rich([*quoted(citation.text), *lines(place(citation))])
        case Sources():
            return _rich(lines(sources(part)))
        case Choices(question, _):
            return _rich(lines(question))
        case Form(_, fields, _):
            return [_input(field, next(numbers)) for field in fields]
        case Notice(tone, text):
            return _rich(lines(text, bold=tone is not Tone.FOOTER))


def _rich(elements: list[RichTextElement]) -> list[Block]:
    return [RichTextBlock(elements=elements)] if elements else []


def _few(blocks: list[Block]) -> list[Block]:
    """No more blocks than a modal takes: words next to each other are put together."""
    if len(blocks) < MOST_BLOCKS:
        return blocks
    fewer: list[Block] = []
    for block in blocks:
        last = fewer[-1] if fewer else None
        if isinstance(block, RichTextBlock) and isinstance(last, RichTextBlock):
            both = (*last.elements, *block.elements)
            rich = [each for each in both if isinstance(each, RichTextElement)]
            fewer[-1] = RichTextBlock(elements=rich)
        else:
            fewer.append(block)
    return fewer


def _held(blocks: list[Block]) -> list[Block]:
    """As many of the words as a modal can hold, and every input."""
    room, held, left_out = MOST_BYTES, list[Block](), False
    for block in blocks:
        room -= _size(block)
        left_out = left_out or room < 0
        if not left_out or isinstance(block, InputBlock):
            held.append(block)
    return [*held, *(small(TOO_LONG) if left_out else ())]


def _size(block: Block) -> int:
    return len(json.dumps(block.to_dict()))


def _input(field: Field, number: int) -> Block:
    """A field; its number keeps the order, its element's id is its name."""
    value = words(field.value)
    long = not field.options and shortened(value, MOST_TYPED) != value
    return InputBlock(
        block_id=f"field:{number}",
        label=plain(field.label, MOST_QUESTION),
        element=_options(field) if field.options else _typed(field),
        hint=plain(SHORTENED, MOST_QUESTION) if long else None,
    )


def _typed(field: Field) -> InputInteractiveElement:
    value = words(field.value)
    return PlainTextInputElement(
        action_id=field.name,
        initial_value=shortened(value, MOST_TYPED) or None,
        multiline=field.lines > 1 or "\n" in value,
        max_length=MOST_TYPED,
    )


def _options(field: Field) -> InputInteractiveElement:
    options = [
        Option(value=_FILLED + value, text=plain(label, MOST_LABEL))
        for value, label in field.options
    ]
    values = [value for value, _ in field.options]
    held = options[values.index(field.value)] if field.value in values else None
    if len(options) <= FEW:
        return RadioButtonsElement(
            action_id=field.name, options=options, initial_option=held
        )
    if len(options) <= IN_A_GROUP:
        return StaticSelectElement(
            action_id=field.name, options=options, initial_option=held
        )
    groups = [
        OptionGroup(
            label=plain(f"From {at + 1}", MOST_LABEL),
            options=options[at : at + IN_A_GROUP],
        )
        for at in range(0, len(options), IN_A_GROUP)
    ]
    return StaticSelectElement(
        action_id=field.name, option_groups=groups, initial_option=held
    )


def values_of(view_state: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What was filled in, by field, in the form's order.

    Args:
        view_state: The submitted view's `state`, with its `values`.

    """
    values = view_state.get("values")
    found: list[tuple[int, str, str]] = []
    for block, elements in _items(values):
        numbered = _NUMBERED.match(block)
        if numbered:
            for name, element in _items(elements):
                found.append((int(numbered[1]), name, _value(element)))
    return tuple((name, value) for _, name, value in sorted(found))


def _items(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _value(element: object) -> str:
    """An element's words or chosen option; empty where there is neither."""
    held = dict(_items(element))
    if "selected_option" in held:
        chosen = dict(_items(held["selected_option"])).get("value")
        return chosen.removeprefix(_FILLED) if isinstance(chosen, str) else ""
    typed = held.get("value")
    return typed if isinstance(typed, str) else ""


def home(sections: Sequence[tuple[str, Sequence[Reply]]]) -> View:
    """The home tab: replies under headings, as many whole ones as it can hold.

    How many are left out is said at the end.

    Args:
        sections: Headings, each with its replies.

    """
    numbers = count()
    room = MOST_BLOCKS - 2 * len(sections) - 1
    bytes_left, left_out = MOST_BYTES, 0
    blocks: list[Block] = []
    for title, replies in sections:
        blocks.append(HeaderBlock(text=plain(title, MOST_HEADER)))
        for reply in replies:
            card = _card(reply, numbers)
            needed = sum(map(_size, card))
            if left_out or len(card) > room or needed > bytes_left:
                left_out += 1
                continue
            blocks += card
            room, bytes_left = room - len(card), bytes_left - needed
        if not replies:
            blocks += small(NOTHING)
    if left_out:
        blocks += small(f"{left_out} more cannot be shown here.")
    return View(type="home", blocks=blocks or small(NOTHING))


def _card(reply: Reply, numbers: Iterator[int]) -> list[Block]:
    parts = folded(reply.parts)
    shown = [b for part in parts for b in part_blocks(part, numbers, message=False)]
    return [*(shown or small(_summary(reply))), DividerBlock()]
