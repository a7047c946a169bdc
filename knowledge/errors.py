"""What is wrong with a file, said so that its author can put it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One defect: where it is, what it is and how to fix it."""

    file: str
    line: int
    what: str
    how_to_fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.how_to_fix}"


class PackError(Exception):
    """Content was refused; carries every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StaleAnswerError(Exception):
    """An answer names a question or option that the tree no longer has."""
