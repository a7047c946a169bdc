"""Schools' entries as a script hands them in: JSON in the shape of the file."""

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

from adapters.school_file import checked
from knowledge import PackError, Problem, pack_yaml

MOST_BYTES = 1_000_000
Value: TypeAlias = dict[str, Any]


def entries_from_json(name: str) -> dict[str, Value]:
    """Schools' entries from JSON.

    Raises:
        OSError: The file cannot be read.
        PackError: They have problems.

    """
    shown = "standard input" if name == "-" else name
    if name == "-":
        raw = sys.stdin.read(MOST_BYTES + 1)
    else:
        with Path(name).open(encoding="utf-8") as file:
            raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _refused(shown, 1, "too long", f"The limit is {MOST_BYTES:,} characters.")
    try:
        value = json.loads(raw, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise _refused(
            shown, error.lineno, f"not JSON ({error.msg})", "Correct it here."
        ) from None
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise _refused(shown, 1, what, "Correct it.") from None
    plain = _as_text(value)
    entries = checked(pack_yaml.Document(shown, plain)).schools
    if not entries or not isinstance(plain, dict):
        raise _refused(shown, 1, "no school", "Write {school: {people: ...}}.")
    return {school: as_entry(plain[school]) for school in entries}


def _refused(file: str, line: int, what: str, fix: str) -> PackError:
    return PackError((Problem(file, line, what, fix),))


def as_entry(value: pack_yaml.Value) -> Value:
    """A value's keys; none where it has none."""
    return dict(value) if isinstance(value, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> Value:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _as_text(value: Any) -> pack_yaml.Value:  # noqa: ANN401 - whatever JSON holds
    """JSON as our own YAML reads it: every single value is text."""
    match value:
        case None | str():
            return value
        case dict():
            return {str(key): _as_text(each) for key, each in value.items()}
        case list():
            return [_as_text(each) for each in value]
        case _:
            return json.dumps(value)
