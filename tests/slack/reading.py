"""What a person sees of blocks, what they can press, and what would come alive."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.slack.elements import Json
from tests.slack.world import Message

_LIVE = re.compile(r"<[^<>]+>")
_MASKED = re.compile(r"\[[^\]]*\]\([^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressable:
    """A button, as far as pressing it goes."""

    label: str
    action_id: str
    block_id: str
    value: str
    kind: str = "button"
    url: str = ""


def words(of: Message | Json) -> str:
    """The words of a message or a view, a line each; labels of buttons in brackets."""
    lines = [line for block in _blocks(of) for line in _lines(block)]
    if isinstance(of, Message) and not lines:
        return html.unescape(of.text)
    return "\n".join(lines)


def buttons(of: Message | Json) -> list[Pressable]:
    """The buttons of a message or a view, in order."""
    return [
        button
        for block in _blocks(of)
        for one in (*block.get("elements", ()), block.get("accessory"))
        if one is not None
        for button in _pressable(one, block.get("block_id", ""))
    ]


def live(of: Message | Json) -> list[str]:
    """Every mention, link or call that Slack would make of a text, as written.

    Where all text is text there are none; the notification's words count too.
    """
    found = _LIVE.findall(of.text) if isinstance(of, Message) else []
    for text in _marked_up(_blocks(of)):
        found += _LIVE.findall(text)
    for block in _blocks(of):
        if block["type"] == "markdown":
            found += _LIVE.findall(block["text"]) + _MASKED.findall(block["text"])
    return found + [part["type"] for part in _rich(_blocks(of))]


def _blocks(of: Message | Json) -> Sequence[Json]:
    return of.blocks if isinstance(of, Message) else of.get("blocks", ())


def _lines(block: Json) -> Iterable[str]:
    match block["type"]:
        case "rich_text":
            return map(_said, block["elements"])
        case "actions" | "context_actions":
            return [" ".join(_labels(block))]
        case "context":
            return map(_shown, block["elements"])
        case "input":
            first = str(block["element"].get("initial_value", ""))
            return (_shown(block["label"]), first)
        case "table":
            return (" | ".join(map(_said, row)) for row in block["rows"])
        case "markdown":
            return [block["text"]]
        case _:
            texts = [block.get("text"), *block.get("fields", ())]
            return [*(_shown(text) for text in texts if text), *_labels(block)]


def _labels(block: Json) -> list[str]:
    return [f"[{each.label}]" for each in buttons({"blocks": [block]})]


def _shown(text: Json) -> str:
    """A text object's words; those of plain text are taken as they are."""
    said = str(text.get("text", text.get("alt_text", "")))
    return html.unescape(said) if text["type"] == "mrkdwn" else said


def _said(part: Json) -> str:
    own = part.get("text", part.get("url", ""))
    return f"{own}{''.join(_said(each) for each in part.get('elements', ()))}"


def _pressable(one: Json, block: str) -> Iterator[Pressable]:
    match one["type"]:
        case "button":
            yield Pressable(
                label=one["text"]["text"],
                action_id=one["action_id"],
                block_id=block,
                value=one.get("value", ""),
                url=one.get("url", ""),
            )
        case "feedback_buttons":
            for which in ("positive_button", "negative_button"):
                yield Pressable(
                    label=one[which]["text"]["text"],
                    action_id=one["action_id"],
                    block_id=block,
                    value=one[which]["value"],
                    kind="feedback_buttons",
                )
        case _:
            return


def _marked_up(of: object) -> Iterator[str]:
    """The texts that are written in Slack's markup, at any depth."""
    if isinstance(of, dict):
        if of.get("type") == "mrkdwn":
            yield of["text"]
        for value in of.values():
            yield from _marked_up(value)
    elif isinstance(of, list):
        for value in of:
            yield from _marked_up(value)


def _rich(of: object) -> Iterator[Json]:
    """The parts of rich text that are more than words."""
    alive = {"broadcast", "channel", "emoji", "link", "user", "usergroup"}
    if isinstance(of, dict):
        if of.get("type") in alive:
            yield of
        for value in of.values():
            yield from _rich(value)
    elif isinstance(of, list):
        for value in of:
            yield from _rich(value)
