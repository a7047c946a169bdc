"""Reading JSON Lines that strangers wrote: each bad line is told, good ones kept."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_LINE = 1_000_000


class Case(BaseModel):
    """A conversation to hold: an id, a school and what the person types."""

    model_config = ConfigDict(extra="allow", frozen=True)
    id: str
    policy: str
    turns: list[str] = Field(min_length=1, max_length=50)


class GoldCase(Case):
    """A case with what its last reply may be."""

    kind: list[str] = Field(min_length=1)
    verdict: list[str] = []
    clauses: list[str] = []
    also: list[str] = []
    clarify: bool = False
    style: str = ""


CaseT = TypeVar("CaseT", bound=Case)


class Complaints:
    """Counts bad lines and tells each on the error stream."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def add(self, line: int, what: str, fix: str) -> None:
        """Tell what is wrong with a line, and how to put it right."""
        self.count += 1
        print(f"{self.file}:{line}: {what}. {fix}", file=sys.stderr)


class UnreadableError(Exception):
    """A file that the command was given cannot be read; the message says which."""

    def __init__(self, file: str, error: OSError) -> None:
        super().__init__(f"{file} cannot be read ({error.strerror}). Check its name.")


def open_lines(file: str) -> tuple[str, IO[str]]:
    """The lines of a file, or of standard input for `-`; with a name to show.

    Raises:
        UnreadableError: It cannot be opened.

    """
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        return "<standard input>", sys.stdin
    try:
        return file, Path(file).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreadableError(file, error) from error


def read_cases(
    kind: type[CaseT], lines: IO[str], complaints: Complaints
) -> Iterator[tuple[int, CaseT]]:
    """Each good case with its line number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(line) > MOST_LINE:
            complaints.add(number, "the line is too long", "Split the case up.")
            continue
        try:
            value: Any = json.loads(line)
            yield number, kind.model_validate(value)
        except json.JSONDecodeError as error:
            what = f"not valid JSON ({error.msg}, column {error.colno})"
            complaints.add(number, what, "Write one JSON object a line.")
        except (ValidationError, RecursionError) as error:
            complaints.add(number, _what(error), "See docs/contracts.md for the form.")


def _what(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "the line is nested too deeply"
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'the case'}: {e['msg']}"
        for e in error.errors()
    )
