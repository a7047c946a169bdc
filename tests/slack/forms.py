"""Modals as people fill them in, and what the app may answer to that."""

from collections.abc import Mapping

from tests.slack import surfaces
from tests.slack.block_kit import check_view
from tests.slack.elements import Json
from tests.slack.envelope import Answered
from tests.slack.world import Workspace, World

_CHOOSING = {"static_select", "radio_buttons"}
_SEVERAL = {"checkboxes", "multi_static_select"}


def state(view: Json, values: Mapping[str, str | list[str]]) -> Json:
    """What a view holds once it is filled in; the rest stays as it was.

    Raises:
        AssertionError: A field is not there, empty or too long, or has no such option.

    """
    left, filled = dict(values), {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        one = block["element"]
        names = (block["block_id"], one["action_id"], block["label"]["text"])
        name = next((name for name in names if name in left), None)
        given = None if name is None else left.pop(name)
        held = _held(one, given)
        _allowed(block, held)
        filled[block["block_id"]] = {one["action_id"]: {"type": one["type"], **held}}
    if left:
        raise AssertionError(f"the form has no {sorted(left)}")
    return {"values": filled}


def _held(one: Json, given: str | list[str] | None) -> Json:
    if one["type"] in _CHOOSING:
        chosen = one.get("initial_option")
        return {"selected_option": chosen if given is None else _option(one, given)}
    if one["type"] in _SEVERAL:
        if given is None:
            return {"selected_options": one.get("initial_options", [])}
        names = given if isinstance(given, list) else [given]
        return {"selected_options": [_option(one, name) for name in names]}
    held = one.get("initial_value") if given is None else given
    return {"value": held or None}


def _option(one: Json, given: str | list[str]) -> Json:
    """An option by its value or its label, as Slack gives it back."""
    for option in one["options"]:
        if given in {option["value"], option["text"]["text"]}:
            return {"text": option["text"], "value": option["value"]}
    raise AssertionError(f"no option {given!r}")


def _allowed(block: Json, held: Json) -> None:
    (value,) = held.values()
    label = block["label"]["text"]
    if not value and not block.get("optional"):
        raise AssertionError(f"{label!r} has to be filled in")
    longest = block["element"].get("max_length", 3000)
    if isinstance(value, str) and len(value) > longest:
        raise AssertionError(f"{label!r} takes {longest} characters")


def settle(world: World, workspace: Workspace, sent: Json, answered: Answered) -> None:
    """Do with a modal what the app answered to its submission.

    Raises:
        AssertionError: Slack would have shown the person an error instead.

    """
    if answered.status != 200:
        return
    user, view, answer = sent["user"]["id"], sent["view"], answered.json
    stack = workspace.stacks.get(user, [])
    match answer.get("response_action"):
        case "errors":
            inputs = {b["block_id"] for b in view["blocks"] if b["type"] == "input"}
            if not answer.get("errors") or not answer["errors"].keys() <= inputs:
                raise AssertionError("errors name input blocks of the modal")
        case "update":
            _good(answer["view"])
            surfaces.replace(world, workspace.views[view["id"]], answer["view"])
        case "push":
            _good(answer["view"])
            if len(stack) >= surfaces.MOST_VIEWS:
                raise AssertionError("a fourth modal on top of three")
            known = surfaces.kept(world, workspace, answer["view"])
            workspace.views[known["id"]] = known
            workspace.stacks[user] = [*stack, known["id"]]
        case "clear":
            workspace.stacks.pop(user, None)
        case None:
            workspace.stacks[user] = [one for one in stack if one != view["id"]]
        case other:
            raise AssertionError(f"unknown response_action {other!r}")


def _good(view: Json) -> None:
    said = check_view(view)
    if said:
        raise AssertionError(f"Slack refuses the view: {said}")
