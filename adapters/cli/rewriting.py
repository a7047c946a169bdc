"""Putting a school's entry into the file of people; all else in it stays as it is."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from adapters.directory import directory_of
from adapters.school_file import checked
from knowledge import pack_yaml

Entry = Mapping[str, object]


def with_entries(text: str, entries: Mapping[str, Entry]) -> str:
    """The file's text with schools' entries put in, or replaced where they are.

    Other schools' lines, comments included, are left alone.
    """
    for school, entry in entries.items():
        text = _with_entry(text, school, entry)
    return text


def _with_entry(text: str, school: str, entry: Entry) -> str:
    shown = yaml.safe_dump(
        {school: entry}, sort_keys=False, allow_unicode=True, width=88
    )
    node = yaml.compose(text) if text.strip() else None
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return text + shown if node is None else shown
    if node.flow_style:
        return _as_blocks(text, {school: entry})
    lines = text.splitlines(keepends=True)
    starts = [key.start_mark.line for key, _ in node.value]
    names = [key.value for key, _ in node.value]
    if school not in names:
        gap = "" if text.endswith("\n") else "\n"
        return f"{text}{gap}{shown}"
    place = names.index(school)
    begin = starts[place]
    end = starts[place + 1] if place + 1 < len(starts) else len(lines)
    while end > begin + 1 and lines[end - 1].startswith(("#", "\n", "\r")):
        end -= 1  # a comment above the next school is that school's
    return "".join((*lines[:begin], shown, *lines[end:]))


def _as_blocks(text: str, entries: Mapping[str, Entry]) -> str:
    """A file that is written in braces, written anew."""
    value = pack_yaml.parse(text, "").value
    old = value if isinstance(value, dict) else {}
    return yaml.safe_dump({**old, **entries}, sort_keys=False, allow_unicode=True)


def check(text: str, shown_as: str) -> None:
    """Read a text as the server would.

    Raises:
        PackError: It has problems.

    """
    directory_of(checked(pack_yaml.parse(text, shown_as)))


def write(path: Path, text: str) -> None:
    """Write the file whole or not at all, keeping what was there as .bak.

    Raises:
        OSError: The folder cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", delete=False
    ) as file:  # readable by its owner alone: it holds people's numbers
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if path.exists():
                shutil.copy2(path, path.with_name(f"{path.name}.bak"))
                shutil.copymode(path, file.name)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
