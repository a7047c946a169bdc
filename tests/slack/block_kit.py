"""What Slack refuses of blocks and views, told as Slack tells it.

Limits are those of docs.slack.dev and of slack_sdk's models; where the two leave room
the stricter one holds. Only what Headnote may send is known here: a block of another
type is refused until somebody teaches it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from tests.slack.elements import Complaints, Json, Look, element, text

Surface: TypeAlias = Literal["message", "modal", "home"]

MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_CHARACTERS = 13_000
"""Of a message, over all its blocks (bolt-js#2509: `msg_blocks_too_long`)."""
MOST_MARKDOWN = 12_000
MOST_IN_TABLES = 10_000
MOST_BYTES_OF_A_VIEW = 250_000

_MESSAGES_ONLY = {"alert", "context_actions", "markdown", "table"}
_SELECTS = {
    "static_select",
    "multi_static_select",
    "users_select",
    "conversations_select",
}
_PICKERS = _SELECTS | {"checkboxes", "datepicker", "radio_buttons", "timepicker"}
_IN_ACTIONS = _PICKERS | {"button", "overflow"}
_IN_SECTION = _IN_ACTIONS | {"image"}
_IN_INPUT = _PICKERS | {
    "email_text_input",
    "number_input",
    "plain_text_input",
    "url_text_input",
}
_IN_CONTEXT_ACTIONS = {"feedback_buttons", "icon_button"}


def check(blocks: Sequence[Json], surface: Surface = "message") -> list[str]:
    """What is wrong with blocks, each with a JSON pointer; none where all is well."""
    said = Complaints()
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    if len(blocks) > MOST_BLOCKS[surface]:
        most = MOST_BLOCKS[surface]
        said.add("/blocks", f"no more than {most} items allowed [{len(blocks)}]")
    ids: set[str] = set()
    for number, block in enumerate(blocks):
        _block(block, f"/blocks/{number}", surface, ids, said)
    if surface == "message":
        _sums(blocks, said)
    return said.said


def check_view(view: Json) -> list[str]:
    """What is wrong with a modal or an App Home."""
    said = Complaints()
    match view.get("type"):
        case "modal":
            _modal(view, said)
            surface: Surface = "modal"
        case "home":
            said.keys(view, "/view", {"type", "blocks", *_VIEW_KEYS})
            surface = "home"
        case other:
            return [f"unsupported type: {other} [json-pointer:/view/type]"]
    for key, most in (("callback_id", 255), ("external_id", 255)):
        said.length(view.get(key), f"/view/{key}", most)
    said.length(view.get("private_metadata"), "/view/private_metadata", 3000)
    if len(json.dumps(view).encode()) > MOST_BYTES_OF_A_VIEW:
        said.add("/view", "view_too_large")
    if not view.get("blocks"):
        said.add("/view/blocks", "no fewer than 1 items allowed [0]")
        return said.said
    focused = [b for b in view["blocks"] if b.get("element", {}).get("focus_on_load")]
    if len(focused) > 1:
        said.add("/view/blocks", "only one element can have focus_on_load")
    return said.said + check(view["blocks"], surface)


_VIEW_KEYS = ("callback_id", "external_id", "private_metadata")


def _modal(view: Json, said: Complaints) -> None:
    extra = {"title", "submit", "close", "clear_on_close", "notify_on_close"}
    said.keys(view, "/view", {"type", "blocks", "submit_disabled", *_VIEW_KEYS, *extra})
    text(view.get("title"), "/view/title", 24, said, kinds=("plain_text",))
    for key in ("submit", "close"):
        if key in view:
            text(view[key], f"/view/{key}", 24, said, kinds=("plain_text",))
    asks = any(block.get("type") == "input" for block in view.get("blocks", ()))
    if asks and "submit" not in view:
        said.add("/view/submit", "missing required field: submit")


def _block(
    block: Json, at: str, surface: Surface, ids: set[str], said: Complaints
) -> None:
    kind = block.get("type", "")
    if kind not in _BLOCKS or (surface != "message" and kind in _MESSAGES_ONLY):
        said.add(f"{at}/type", f"unsupported type: {kind}")
        return
    known, look = _BLOCKS[kind]
    said.keys(block, at, {"type", "block_id", *known})
    if "block_id" in block:
        said.length(block["block_id"], f"{at}/block_id", 255, least=1)
        if block["block_id"] in ids:
            said.add(f"{at}/block_id", f"`{block['block_id']}` already exists")
        ids.add(block["block_id"])
    look(block, at, said)


_LEVELS = ("default", "info", "warning", "error", "success")


def _header(block: Json, at: str, said: Complaints) -> None:
    text(block.get("text"), f"{at}/text", 150, said, kinds=("plain_text",))


def _alert(block: Json, at: str, said: Complaints) -> None:
    text(block.get("text"), f"{at}/text", 3000, said)
    said.one_of(block.get("level"), f"{at}/level", _LEVELS)


def _section(block: Json, at: str, said: Complaints) -> None:
    fields = block.get("fields")
    if "text" not in block and not fields:
        said.add(at, "missing required field: text or fields")
    if "text" in block:
        text(block["text"], f"{at}/text", 3000, said)
    if fields is not None:
        said.count(fields, f"{at}/fields", 10)
        for number, one in enumerate(fields):
            text(one, f"{at}/fields/{number}", 2000, said)
    if "accessory" in block:
        element(block["accessory"], f"{at}/accessory", _IN_SECTION, set(), said)


def _context(block: Json, at: str, said: Complaints) -> None:
    said.count(block.get("elements"), f"{at}/elements", 10)
    for number, one in enumerate(block.get("elements") or ()):
        if one.get("type") == "image":
            element(one, f"{at}/elements/{number}", {"image"}, set(), said)
        else:
            text(one, f"{at}/elements/{number}", 3000, said)


def _elements(most: int, allowed: set[str]) -> Look:
    def look(block: Json, at: str, said: Complaints) -> None:
        actions: set[str] = set()  # an action id is unique within its block
        said.count(block.get("elements"), f"{at}/elements", most)
        for number, one in enumerate(block.get("elements") or ()):
            element(one, f"{at}/elements/{number}", allowed, actions, said)

    return look


def _input(block: Json, at: str, said: Complaints) -> None:
    text(block.get("label"), f"{at}/label", 2000, said, kinds=("plain_text",))
    if "hint" in block:
        text(block["hint"], f"{at}/hint", 2000, said, kinds=("plain_text",))
    element(block.get("element") or {}, f"{at}/element", _IN_INPUT, set(), said)


def _image(block: Json, at: str, said: Complaints) -> None:
    said.length(block.get("alt_text"), f"{at}/alt_text", 2000, least=1)
    said.length(block.get("image_url"), f"{at}/image_url", 3000, least=1)


def _markdown(block: Json, at: str, said: Complaints) -> None:
    said.length(block.get("text"), f"{at}/text", MOST_MARKDOWN, least=1)


def _rich_text(block: Json, at: str, said: Complaints) -> None:
    _rich_parts(block.get("elements"), at, said)


def _divider(block: Json, at: str, said: Complaints) -> None:
    """It has nothing more to look at."""


_RICH_SECTIONS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
_RICH_WORDS: Mapping[str, str] = {
    "broadcast": "range",
    "channel": "channel_id",
    "emoji": "name",
    "link": "url",
    "text": "text",
    "user": "user_id",
    "usergroup": "usergroup_id",
}


def _rich_parts(parts: object, at: str, said: Complaints) -> None:
    said.count(parts, f"{at}/elements", 1000)
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        here = f"{at}/elements/{number}"
        match part.get("type"):
            case "rich_text_list":
                said.keys(part, here, {"type", "elements", "style", "indent", "border"})
                said.one_of(part.get("style"), f"{here}/style", ("bullet", "ordered"))
                _rich_parts(part.get("elements"), here, said)
            case kind if kind in _RICH_SECTIONS:
                said.keys(part, here, {"type", "elements", "border"})
                _rich_words(part.get("elements"), here, said)
            case kind:
                said.add(f"{here}/type", f"unsupported type: {kind}")


def _rich_words(words: object, at: str, said: Complaints) -> None:
    said.count(words, f"{at}/elements", 1000)
    for number, word in enumerate(words if isinstance(words, list) else ()):
        here = f"{at}/elements/{number}"
        key = _RICH_WORDS.get(word.get("type", ""))
        if key is None:
            said.add(f"{here}/type", f"unsupported type: {word.get('type')}")
        else:
            said.length(word.get(key), f"{here}/{key}", MOST_CHARACTERS, least=1)


def _table(block: Json, at: str, said: Complaints) -> None:
    said.count(block.get("rows"), f"{at}/rows", 100)
    for number, row in enumerate(block.get("rows") or ()):
        said.count(row, f"{at}/rows/{number}", 20)
        for cell_number, cell in enumerate(row):
            here = f"{at}/rows/{number}/{cell_number}"
            if cell.get("type") == "raw_text":
                said.length(cell.get("text"), f"{here}/text", MOST_IN_TABLES, least=1)
            elif cell.get("type") == "rich_text":
                _rich_parts(cell.get("elements"), here, said)
            else:
                said.add(f"{here}/type", f"unsupported type: {cell.get('type')}")


_BLOCKS: Mapping[str, tuple[tuple[str, ...], Look]] = {
    "actions": (("elements",), _elements(25, _IN_ACTIONS)),
    "alert": (("text", "level"), _alert),
    "context": (("elements",), _context),
    "context_actions": (("elements",), _elements(5, _IN_CONTEXT_ACTIONS)),
    "divider": ((), _divider),
    "header": (("text",), _header),
    "image": (("image_url", "slack_file", "alt_text", "title"), _image),
    "input": (("label", "element", "hint", "optional", "dispatch_action"), _input),
    "markdown": (("text",), _markdown),
    "rich_text": (("elements",), _rich_text),
    "section": (("text", "fields", "accessory", "expand"), _section),
    "table": (("rows", "column_settings"), _table),
}
"""Each type of block: its own keys, and how it is checked."""


def _sums(blocks: Sequence[Json], said: Complaints) -> None:
    """What no single block shows."""
    if characters(blocks) > MOST_CHARACTERS:
        said.add("/blocks", "msg_blocks_too_long")
    markdown = [block for block in blocks if block.get("type") == "markdown"]
    if characters(markdown) > MOST_MARKDOWN:
        said.add("/blocks", f"more than {MOST_MARKDOWN} characters of markdown")
    tables = [block for block in blocks if block.get("type") == "table"]
    if len(tables) > 1:
        said.add("/blocks", "only_one_table_allowed")
    if characters(tables) > MOST_IN_TABLES:
        said.add("/blocks", f"more than {MOST_IN_TABLES} characters in tables")


def characters(of: Any) -> int:  # noqa: ANN401 - whatever JSON holds
    """How many characters of text there are, at any depth."""
    if isinstance(of, dict):
        own = of.get("text")
        here = len(own) if isinstance(own, str) else 0
        return here + sum(map(characters, of.values()))
    if isinstance(of, list):
        return sum(map(characters, of))
    return 0
