"""Slack takes the manifest, and it holds what the program needs and nothing more."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.slack import app as slack
from adapters.slack.manners import PROMPTS
from tests.slack.double import SCOPES
from tests.slack.elements import Json
from tests.slack.web_api import METHODS, WITHOUT_BOT_TOKEN

DEPLOY = Path(__file__).parents[2] / "deploy" / "slack"
TEXT = (DEPLOY / "manifest.yaml").read_text(encoding="utf-8")
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
MANIFEST: Json = yaml.safe_load(TEXT)
SETTINGS: Json = MANIFEST["settings"]
FEATURES: Json = MANIFEST["features"]
SCOPES_ASKED_FOR = MANIFEST["oauth_config"]["scopes"]["bot"]
EVENTS = SETTINGS["event_subscriptions"]["bot_events"]

LENGTHS: Mapping[str, tuple[int, int]] = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.agent_view.agent_description": (1, 300),
    "features.agent_view.suggested_prompts": (1, 4),
    "features.shortcuts": (1, 10),
    "features.shortcuts.*.name": (1, 24),
    "features.shortcuts.*.callback_id": (1, 255),
    "features.shortcuts.*.description": (1, 150),
    "features.slash_commands": (1, 50),
    "features.slash_commands.*.command": (2, 32),
    "features.slash_commands.*.description": (1, 2000),
    "features.slash_commands.*.usage_hint": (1, 1000),
    "settings.event_subscriptions.bot_events": (1, 100),
}
"""The least and the most that Slack's schema of manifests allows, of characters or
things (github.com/slackapi/manifest-schema, manifest.schema.2.0.0.json)."""

SCOPE_OF_EVENT: Mapping[str, str | None] = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "tokens_revoked": None,
}
SCOPE_OF_FEATURE: Mapping[str, str] = {
    "agent_view": "assistant:write",
    "shortcuts": "commands",
    "slash_commands": "commands",
}


def found(path: str, among: Any = MANIFEST) -> Iterator[Any]:  # noqa: ANN401 - YAML
    """What there is at a dotted path, where a star is every item of a list."""
    key, _, rest = path.partition(".")
    for each in among if key == "*" else [among[key]]:
        if rest:
            yield from found(rest, each)
        else:
            yield each


def strings(of: object) -> Iterator[str]:
    if isinstance(of, Mapping):
        for value in of.values():
            yield from strings(value)
    elif isinstance(of, list):
        for value in of:
            yield from strings(value)
    elif isinstance(of, str):
        yield of


def addresses(of: Json) -> set[str]:
    return {text for text in strings(of) if text.startswith("http")}


def needed(methods: frozenset[str], events: list[str]) -> set[str]:
    """The scopes that methods, events and features need, the least one of each."""
    called = {METHODS[name].scopes for name in methods - WITHOUT_BOT_TOKEN}
    least = {scopes[0] for scopes in called if scopes}
    heard = {scope for name in events if (scope := SCOPE_OF_EVENT[name])}
    shown = {scope for name, scope in SCOPE_OF_FEATURE.items() if name in FEATURES}
    return least | heard | shown


@pytest.mark.parametrize("path", LENGTHS)
def test_nothing_is_too_short_or_too_long_for_slack(path: str) -> None:
    least, most = LENGTHS[path]
    lengths = [len(each) for each in found(path)]

    assert lengths
    assert all(least <= length <= most for length in lengths)


def test_it_is_an_agent_and_no_assistant_of_the_old_kind() -> None:
    assert "agent_view" in FEATURES
    assert "assistant_view" not in FEATURES


def test_people_can_write_to_it_and_press_its_buttons() -> None:
    home = FEATURES["app_home"]

    assert (home["home_tab_enabled"], home["messages_tab_enabled"]) == (True, True)
    assert home["messages_tab_read_only_enabled"] is False
    assert SETTINGS["interactivity"]["is_enabled"] is True


def test_everything_comes_to_one_address() -> None:
    base = "https://headnote.school.example/slack"

    assert addresses(MANIFEST) == {f"{base}/events", f"{base}/oauth_redirect"}
    assert TEXT.count("https://headnote.school.example") == 4


def test_without_the_lines_for_http_it_is_for_socket_mode() -> None:
    lines = [line for line in TEXT.splitlines() if not line.endswith("# HTTP")]
    rest: Json = yaml.safe_load("\n".join(lines))

    assert addresses(rest) == set()
    assert rest["oauth_config"].keys() == {"scopes"}
    assert rest["settings"]["event_subscriptions"] == {"bot_events": EVENTS}
    assert rest["settings"]["interactivity"] == {"is_enabled": True}


def test_it_subscribes_to_what_is_listened_to() -> None:
    # Slack tells message.im, message.channels and the like as one event, message
    kinds = {"message" if name.startswith("message.") else name for name in EVENTS}

    assert kinds == {name.split(".")[0] for name in slack.EVENTS}
    assert len(EVENTS) == len(set(EVENTS))


def test_its_commands_and_shortcuts_are_those_that_are_listened_to() -> None:
    assert set(found("features.slash_commands.*.command")) == slack.COMMANDS
    assert set(found("features.shortcuts.*.callback_id")) == slack.SHORTCUTS


def test_its_prompts_are_those_that_the_program_suggests() -> None:
    prompts = FEATURES["agent_view"]["suggested_prompts"]

    assert tuple((each["title"], each["message"]) for each in prompts) == PROMPTS


def test_the_double_knows_every_method_that_is_called() -> None:
    assert METHODS.keys() | WITHOUT_BOT_TOKEN >= slack.METHODS


def test_every_scope_is_needed_and_every_need_has_its_scope() -> None:
    assert set(SCOPES_ASKED_FOR) == needed(slack.METHODS, EVENTS)


def test_the_same_scopes_are_asked_for_everywhere() -> None:
    assert sorted(SCOPES_ASKED_FOR) == SCOPES_ASKED_FOR
    assert tuple(SCOPES_ASKED_FOR) == SCOPES
    assert set(slack.SCOPES) == set(SCOPES_ASKED_FOR)


def test_every_scope_and_event_has_its_reason_beside_it() -> None:
    rows = re.findall(r"^\| (`.+?`) \| (.+) \|$", README, re.MULTILINE)
    explained = {name for row, _ in rows for name in re.findall(r"`([^`]+)`", row)}

    assert explained >= {*SCOPES_ASKED_FOR, *EVENTS}
    for scope in SCOPES_ASKED_FOR:
        before = TEXT[: TEXT.index(f"      - {scope}\n")].splitlines()[-1]
        assert before.strip().startswith("#")
