"""What authors and tuners are told: topics that look alike, thresholds, benchmarks."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from adapters.cli import bank_report, calibrate, public
from adapters.cli.cases import GoldCase
from adapters.library import Library
from knowledge.matching import BANDS
from knowledge.matching.held_out import Read, held_out
from knowledge.model import TopicId


def test_every_phrasing_is_read_once_by_an_index_that_did_not_learn_it(
    small_library: Library,
) -> None:
    bank = small_library.reader.bank

    found = list(held_out(bank, None, lambda *_: None))

    said = [(read.topic, read.phrasing) for read in found]
    known = [(t.id, p) for t in bank.topics.values() for p in t.phrasings]
    assert sorted(said) == sorted(known)
    assert 0.3 < sum(read.recognised for read in found) / len(found) < 1


def test_the_report_tells_the_share_recognised_of_each_topic() -> None:
    def read(topic: str, taken_for: str) -> Read:
        return Read("words", TopicId(topic), TopicId(taken_for), 0.5)

    found = [read("a", "a"), read("a", "b"), read("b", "b"), read("c", "")]

    assert bank_report.figures(found) == {"a": 50.0, "b": 100.0, "c": 0.0}


def test_a_stricter_threshold_never_answers_more(small_library: Library) -> None:
    cases = [
        GoldCase(
            id=str(at),
            policy="oakfield",
            turns=[text],
            kind=["answer"],
            verdict=["no"],
            clauses=["2.10"],
        )
        for at, text in enumerate(["school name in my bio", "my bio", "profile thing?"])
    ]

    def told(sure: float) -> int:
        bands = type(BANDS)(sure=sure, sure_of_silence=sure)
        counts = calibrate.outcomes(small_library, cases, bands)
        assert sum(counts.values()) == len(cases)
        return counts["right"] + counts["wrong"]

    # Beside no rival at all, somewhat less than the band is needed.
    assert told(0.0) >= told(0.5) >= told(0.99) >= told(1.5) == 0


def test_area_under_the_curve_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    inside = rng.random(200) > 0.4
    scores = np.round(rng.random(200) + 0.3 * inside, 1).astype(np.float32)

    assert public.auroc(scores, inside) == pytest.approx(roc_auc_score(inside, scores))


def test_matthews_coefficient_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    gold = rng.integers(-1, 4, 100)
    said = np.where(rng.random(100) < 0.6, gold, rng.integers(-1, 4, 100))

    assert public.mcc(said, gold) == pytest.approx(matthews_corrcoef(gold, said))


def test_coverage_counts_right_answers_at_the_loosest_such_precision() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    good = np.array([True, True, False, True, False])

    assert public.coverage(sure, good, 1.0, asked=4) == 0.5
    assert public.coverage(sure, good, 0.75, asked=4) == 0.75
    assert public.coverage(sure, ~good, 0.99, asked=4) == 0.0


def test_damage_is_the_same_every_time_and_spoils_some_words() -> None:
    text = "where has my new card been sent and when will it arrive at home"
    once = [public.damaged(text, random.Random(9)) for _ in range(3)]
    many = [public.damaged(text, random.Random(seed)) for seed in range(200)]
    changed = sum(
        a != b
        for spoilt in many
        for a, b in zip(text.split(), spoilt.split(), strict=True)
    )

    assert len(set(once)) == 1
    long_words = sum(len(word) > 2 for word in text.split())
    assert 1 / 9 < changed / (200 * long_words) < 1 / 5


def test_the_public_sets_are_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "clinc150").mkdir()
    (tmp_path / "banking77").mkdir()
    for part in ("train", "test"):
        (tmp_path / "hint3" / part).mkdir(parents=True)
    rows = [[f"question {n} of {label}", label] for label in "ab" for n in range(12)]
    clinc = {"train": rows, "test": rows[:2], "oos_test": [["what?", "oos"]]}
    (tmp_path / "clinc150" / "data_full.json").write_text(json.dumps(clinc))
    csv = "text,category\n" + "".join(f"{text},{label}\n" for text, label in rows)
    for part in ("train", "test"):
        (tmp_path / "banking77" / f"{part}.csv").write_text(csv)
        for name in ("sofmattress", "curekart", "powerplay11"):
            more = f"hm,{public.NOWHERE}\n" if part == "test" else ""
            path = tmp_path / "hint3" / part / f"{name}_{part}.csv"
            path.write_text(csv + more)

    found = {task.name: task for task in public.tasks(tmp_path)}

    assert set(found) == set(public.PUBLISHED)
    assert len(found["clinc150 5-shot"].train) == 10
    assert found["hint3 curekart"].elsewhere == ("hm",)
