"""What Slack refuses of texts and of the elements inside blocks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TEXTS = ("plain_text", "mrkdwn")


@dataclass
class Complaints:
    """What is wrong, and where, in Slack's own words as far as they are known."""

    said: list[str] = field(default_factory=list)

    def add(self, at: str, what: str) -> None:
        self.said.append(f"{what} [json-pointer:{at}]")

    def keys(self, of: Json, at: str, known: Iterable[str]) -> None:
        for key in sorted(of.keys() - set(known)):
            self.add(f"{at}/{key}", f"invalid additional property: {key}")

    def length(self, of: object, at: str, most: int, *, least: int = 0) -> None:
        if of is None and not least:
            return
        if not isinstance(of, str):
            self.add(at, "must be a string")
        elif len(of) < least:
            self.add(at, f"must be more than {least - 1} characters")
        elif len(of) > most:
            self.add(at, f"must be less than {most + 1} characters")

    def count(self, of: object, at: str, most: int) -> None:
        if not isinstance(of, list):
            self.add(at, "must be an array")
        elif not of:
            self.add(at, "no fewer than 1 items allowed [0]")
        elif len(of) > most:
            self.add(at, f"no more than {most} items allowed [{len(of)}]")

    def one_of(self, of: object, at: str, known: Iterable[str]) -> None:
        if of is not None and of not in set(known):
            self.add(at, f"must be one of: {', '.join(known)}")


def text(
    of: object,
    at: str,
    most: int,
    said: Complaints,
    *,
    kinds: Iterable[str] = TEXTS,
) -> None:
    """Check a text object of at most so many characters."""
    if not isinstance(of, dict):
        said.add(at, "missing required field: text")
        return
    kind = of.get("type")
    if kind not in set(kinds):
        said.add(f"{at}/type", f"must be one of: {', '.join(kinds)}")
        return
    own = "emoji" if kind == "plain_text" else "verbatim"
    said.keys(of, at, {"type", "text", own})
    said.length(of.get("text"), f"{at}/text", most, least=1)


def element(
    of: Json, at: str, allowed: set[str], actions: set[str], said: Complaints
) -> None:
    """Check an element, in a block that allows some and knows its action ids."""
    kind = of.get("type", "")
    if kind not in allowed or kind not in ELEMENTS:
        said.add(f"{at}/type", f"unsupported type: {kind}")
        return
    known, look = ELEMENTS[kind]
    said.keys(of, at, {"type", *known, *(() if kind == "image" else _INTERACTIVE)})
    if "action_id" in of:
        said.length(of["action_id"], f"{at}/action_id", 255, least=1)
        if of["action_id"] in actions:
            said.add(f"{at}/action_id", f"`{of['action_id']}` already exists")
        actions.add(of["action_id"])
    if "confirm" in of:
        _confirm(of["confirm"], f"{at}/confirm", said)
    if "placeholder" in of:
        text(of["placeholder"], f"{at}/placeholder", 150, said, kinds=("plain_text",))
    look(of, at, said)


_INTERACTIVE = ("action_id", "confirm", "placeholder", "focus_on_load")


def _confirm(of: Json, at: str, said: Complaints) -> None:
    said.keys(of, at, {"title", "text", "confirm", "deny", "style"})
    text(of.get("title"), f"{at}/title", 100, said, kinds=("plain_text",))
    text(of.get("text"), f"{at}/text", 300, said)
    text(of.get("confirm"), f"{at}/confirm", 30, said, kinds=("plain_text",))
    text(of.get("deny"), f"{at}/deny", 30, said, kinds=("plain_text",))


def _button(of: Json, at: str, said: Complaints) -> None:
    text(of.get("text"), f"{at}/text", 75, said, kinds=("plain_text",))
    said.length(of.get("value"), f"{at}/value", 2000)
    said.length(of.get("url"), f"{at}/url", 3000)
    said.length(of.get("accessibility_label"), f"{at}/accessibility_label", 75)
    said.one_of(of.get("style"), f"{at}/style", ("primary", "danger"))


def _feedback(of: Json, at: str, said: Complaints) -> None:
    for which in ("positive_button", "negative_button"):
        here, one = f"{at}/{which}", of.get(which)
        if not isinstance(one, dict):
            said.add(here, f"missing required field: {which}")
            continue
        said.keys(one, here, {"text", "value", "accessibility_label"})
        text(one.get("text"), f"{here}/text", 75, said, kinds=("plain_text",))
        said.length(one.get("value"), f"{here}/value", 2000, least=1)
        said.length(one.get("accessibility_label"), f"{here}/accessibility_label", 75)


def _icon_button(of: Json, at: str, said: Complaints) -> None:
    said.one_of(of.get("icon", ""), f"{at}/icon", ("trash",))
    text(of.get("text"), f"{at}/text", 75, said, kinds=("plain_text",))
    said.length(of.get("value"), f"{at}/value", 2000)


def _choosing(most: int, kinds: Iterable[str]) -> "Look":
    def look(of: Json, at: str, said: Complaints) -> None:
        said.count(of.get("options"), f"{at}/options", most)
        options = of.get("options") or []
        for number, option in enumerate(options):
            _option(option, f"{at}/options/{number}", kinds, said)
        first = of.get("initial_options", [of.get("initial_option")])
        if any(one is not None and one not in options for one in first):
            said.add(f"{at}/initial_option", "must be one of the options")

    return look


def _option(of: Json, at: str, kinds: Iterable[str], said: Complaints) -> None:
    said.keys(of, at, {"text", "value", "description", "url"})
    text(of.get("text"), f"{at}/text", 75, said, kinds=kinds)
    said.length(of.get("value"), f"{at}/value", 150, least=1)
    if "description" in of:
        text(of["description"], f"{at}/description", 75, said, kinds=kinds)


def _typing(of: Json, at: str, said: Complaints) -> None:
    most, least = of.get("max_length", 3000), of.get("min_length", 0)
    if not 1 <= most <= 3000:
        said.add(f"{at}/max_length", "must be between 1 and 3000")
    if not 0 <= least <= most:
        said.add(f"{at}/min_length", "must be between 0 and max_length")
    said.length(of.get("initial_value"), f"{at}/initial_value", most)


def _image(of: Json, at: str, said: Complaints) -> None:
    said.length(of.get("alt_text"), f"{at}/alt_text", 2000, least=1)
    said.length(of.get("image_url"), f"{at}/image_url", 3000, least=1)


def _nothing_more(of: Json, at: str, said: Complaints) -> None:
    del of, at, said


Look: TypeAlias = Callable[[Json, str, Complaints], None]

_INPUT = ("initial_value", "min_length", "max_length", "dispatch_action_config")
_ONE, _SEVERAL = ("options", "initial_option"), ("options", "initial_options")
_PLAIN = ("plain_text",)

ELEMENTS: Mapping[str, tuple[tuple[str, ...], Look]] = {
    "button": (("text", "value", "url", "style", "accessibility_label"), _button),
    "checkboxes": (_SEVERAL, _choosing(10, TEXTS)),
    "conversations_select": (("initial_conversation", "filter"), _nothing_more),
    "datepicker": (("initial_date",), _nothing_more),
    "email_text_input": (("initial_value", "dispatch_action_config"), _typing),
    "feedback_buttons": (("positive_button", "negative_button"), _feedback),
    "icon_button": (("icon", "text", "value", "accessibility_label"), _icon_button),
    "image": (("image_url", "alt_text", "slack_file"), _image),
    "multi_static_select": ((*_SEVERAL, "max_selected_items"), _choosing(100, _PLAIN)),
    "number_input": (("initial_value", "is_decimal_allowed"), _typing),
    "overflow": (("options",), _choosing(5, _PLAIN)),
    "plain_text_input": (("multiline", *_INPUT), _typing),
    "radio_buttons": (_ONE, _choosing(10, TEXTS)),
    "static_select": (_ONE, _choosing(100, _PLAIN)),
    "timepicker": (("initial_time", "timezone"), _nothing_more),
    "url_text_input": (("initial_value", "dispatch_action_config"), _typing),
    "users_select": (("initial_user",), _nothing_more),
}
"""Each type of element: its own keys beside the shared ones, and how it is checked."""
