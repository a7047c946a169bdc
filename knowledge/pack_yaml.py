"""YAML as authors expect it: words stay words, and every value knows its line.

Stock YAML turns the clause `3.10` into 3.1, the option `no` into False, and lets
a repeated key win silently. Here only an empty value (or `null`, `~`) is special;
a repeated key, a tag or an alias is a problem with a line number.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from knowledge.errors import Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Value = str | None | list["Value"] | dict[str, "Value"]
At = tuple[str | int, ...]

MOST_BYTES = 4_000_000
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value, the line of each part of it, and what was wrong."""

    file: str
    value: Value
    lines: dict[At, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, at: At) -> int:
        """The line of the value at a path, or of the nearest thing around it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)


def read(path: Path, shown_as: str) -> Document:
    """Read one YAML file; never raises for what is in it.

    Args:
        path: The file.
        shown_as: How problems name the file.

    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        fix = "Check that the file exists and may be read."
        return _refused(shown_as, 1, f"cannot be read ({error.strerror})", fix)
    if len(raw) > MOST_BYTES:
        fix = f"Split it; the limit is {MOST_BYTES:,} bytes."
        return _refused(shown_as, 1, "the file is too large", fix)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _refused(shown_as, line, "not UTF-8 text", "Save the file as UTF-8.")
    return parse(text, shown_as)


def parse(text: str, shown_as: str) -> Document:
    """Parse YAML text; see `read`."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"not valid YAML ({error.problem or error.context})"
        return _refused(shown_as, line, what, "Check indentation and quotes here.")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        what = f"not valid YAML ({type(error).__name__})"
        return _refused(shown_as, 1, what, "Check the file for odd characters.")
    if node is None:
        return Document(shown_as, None, {(): 1})
    builder = _Builder(shown_as)
    value = builder.build(node, ())
    return Document(shown_as, value, builder.lines, tuple(builder.problems))


def _refused(file: str, line: int, what: str, fix: str) -> Document:
    return Document(file, None, {(): 1}, (Problem(file, line, what, fix),))


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[At, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, at: At) -> Value:
        line = node.start_mark.line + 1
        self.lines[at] = line
        if id(node) in self._seen:
            self._problem(line, "an alias (*name) is used", "Write the value out.")
            return None
        self._seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self._problem(line, f"the tag {node.tag!r} is used", "Remove the tag.")
            return None
        if len(at) > DEEPEST:
            self._problem(line, "values are nested too deeply", "Flatten this part.")
            return None
        match node:
            case yaml.MappingNode():
                return self._mapping(node, at)
            case yaml.SequenceNode():
                return [self.build(v, (*at, i)) for i, v in enumerate(node.value)]
            case yaml.ScalarNode(style=style, value=str(text)):
                return None if not style and text in ("", "~", "null") else text
            case _:
                return None

    def _mapping(self, node: yaml.MappingNode, at: At) -> Value:
        found: dict[str, Value] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problem(line, "a key is not a word", "Use a plain word as key.")
            elif key.value in found:
                fix = "Keep one of the two."
                self._problem(line, f"{key.value!r} is given twice", fix)
            else:
                found[key.value] = self.build(value, (*at, key.value))
                self.lines[(*at, key.value)] = line
        return found

    def _problem(self, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, what, fix))
