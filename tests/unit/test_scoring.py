"""Scores as the shared eval/score.py gives them, case by case."""

import pytest

from adapters.cli.cases import GoldCase
from adapters.cli.scoring import Score, outcome


def case(**more: object) -> GoldCase:
    base = {"id": "1", "policy": "oakfield", "turns": ["x"], "kind": ["answer"]}
    return GoldCase.model_validate(
        base | {"verdict": ["no"], "clauses": ["1"], "also": ["2"]} | more
    )


def reply(kind: str, verdict: str | None, *clauses: str) -> dict[str, object]:
    cited = [{"clause": clause} for clause in clauses]
    return {"kind": kind, "verdict": verdict, "citations": cited}


@pytest.mark.parametrize(
    ("gold", "last", "expected"),
    [
        ({}, reply("answer", "no", "1"), "right"),
        ({}, reply("answer", "yes", "1"), "wrong"),
        ({}, reply("answer", "no", "2"), "wrong"),
        ({}, reply("clarify", None), "asked"),
        ({}, reply("silent", None), "missed"),
        ({}, reply("urgent", "info"), "wrong"),
        ({"kind": ["silent"]}, reply("silent", None), "right"),
        ({"kind": ["silent"]}, reply("off_topic", None), "mixed_up"),
        ({"kind": ["silent"]}, reply("answer", "no", "1"), "wrong"),
        ({"kind": ["urgent"]}, reply("urgent", "info", "2"), "right"),
        ({"kind": ["urgent"]}, reply("urgent", "info", "9"), "wrong"),
        ({"kind": ["urgent"], "clauses": []}, reply("urgent", "info"), "right"),
        ({"kind": ["urgent"]}, reply("silent", None), "missed"),
    ],
)
def test_an_outcome(
    gold: dict[str, object], last: dict[str, object], expected: str
) -> None:
    assert outcome(case(**gold), last) == expected


def test_the_figures_of_a_small_set() -> None:
    score = Score()
    score.add(case(), [reply("answer", "no", "1", "3")], [1.0])
    score.add(case(clarify=True), [reply("clarify", None), reply("silent", None)], [2])
    score.add(case(kind=["urgent"]), [reply("urgent", "info", "1")], [3.0])
    score.add(case(kind=["off_topic"]), [reply("urgent", "info")], [4.0])
    score.add(case(), [], [])

    assert score.figures() == {
        "cases": 5,
        "right%": 40.0,
        "wrong%": 20.0,
        "mixed_up%": 0.0,
        "asked%": 0.0,
        "missed%": 20.0,
        "no_reply": 1,
        "citation_precision%": 66.7,
        "emergency_recall%": 100.0,
        "false_emergency%": 33.3,
        "follow_up_when_needed%": 100.0,
        "ms_p50": 3.0,
        "ms_p99": 4.0,
    }
