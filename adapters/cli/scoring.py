"""Scoring replies against gold cases, by the rules of the shared eval/score.py.

Outcome of a case, from its last reply: right, asked (a follow-up where none is
expected), missed (quiet where the policy has an answer), mixed_up (silent for off
topic or the reverse), wrong (anything else), no_reply.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.cli.cases import GoldCase

Replies = Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Score:
    """Counts over cases; `figures` turns them into what is printed."""

    outcomes: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    cited: int = 0
    cited_well: int = 0
    urgent: int = 0
    urgent_seen: int = 0
    calm: int = 0
    calm_alarmed: int = 0
    unclear: int = 0
    unclear_asked: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, case: GoldCase, replies: Replies, ms: Sequence[float]) -> str:
        """Count one case; returns its outcome."""
        found = outcome(case, replies[-1]) if replies else "no_reply"
        self.outcomes[found] += 1
        self.ms += ms
        if replies:
            self._citations(case, replies[-1], found)
            self._alarms(case, [str(reply["kind"]) for reply in replies])
        return found

    def _citations(self, case: GoldCase, last: Mapping[str, Any], found: str) -> None:
        if last["kind"] in ("answer", "urgent") and found in ("right", "wrong"):
            fine = {*case.clauses, *case.also}
            for clause in _clauses(last):
                self.cited += 1
                self.cited_well += clause in fine

    def _alarms(self, case: GoldCase, kinds: Sequence[str]) -> None:
        if case.kind == ["urgent"]:
            self.urgent += 1
            self.urgent_seen += "urgent" in kinds
        elif "urgent" not in case.kind:
            self.calm += 1
            self.calm_alarmed += "urgent" in kinds
        if case.clarify:
            self.unclear += 1
            self.unclear_asked += kinds[0] == "clarify"

    def figures(self) -> dict[str, float | int | None]:
        """The figures in the order and names of the shared scorer."""
        total = sum(self.outcomes.values())
        ranked = sorted(self.ms)

        def share(name: str) -> float | None:
            return percent(self.outcomes[name], total)

        return {
            "cases": total,
            "right%": share("right"),
            "wrong%": share("wrong"),
            "mixed_up%": share("mixed_up"),
            "asked%": share("asked"),
            "missed%": share("missed"),
            "no_reply": self.outcomes["no_reply"],
            "citation_precision%": percent(self.cited_well, self.cited),
            "emergency_recall%": percent(self.urgent_seen, self.urgent),
            "false_emergency%": percent(self.calm_alarmed, self.calm),
            "follow_up_when_needed%": percent(self.unclear_asked, self.unclear),
            "ms_p50": ranked[len(ranked) // 2] if ranked else None,
            "ms_p99": ranked[int(len(ranked) * 0.99)] if ranked else None,
        }


def outcome(case: GoldCase, last: Mapping[str, Any]) -> str:
    """What a case's last reply comes to."""
    kind = last["kind"]
    cited = set(_clauses(last))
    if kind == "clarify":
        return "asked"
    if kind in case.kind:
        if kind == "answer":
            fits = last.get("verdict") in case.verdict and cited & set(case.clauses)
            return "right" if fits else "wrong"
        if kind == "urgent" and case.clauses:
            return "right" if cited & {*case.clauses, *case.also} else "wrong"
        return "right"
    if kind in ("silent", "off_topic"):
        return "missed" if {"answer", "urgent"} & set(case.kind) else "mixed_up"
    return "wrong"


def percent(part: int, whole: int) -> float | None:
    """A share in per cent with one decimal; None of nothing."""
    return round(100.0 * part / whole, 1) if whole else None


def _clauses(reply: Mapping[str, Any]) -> list[str]:
    return [citation["clause"] for citation in reply.get("citations") or []]


GROUPINGS: Mapping[str, Callable[[GoldCase], str]] = {
    "policy": lambda case: case.policy,
    "style": lambda case: case.style,
    "gold": lambda case: "/".join(case.kind),
}
