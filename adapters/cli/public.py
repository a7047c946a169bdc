"""`headnote bench public`: the same matcher on data that nobody here wrote.

CLINC150 (Larson et al., 2019), BANKING77 (Casanueva et al., 2020) and HINT3 (Arora
et al., 2020). Few-shot samples are drawn with a fixed seed; "damaged" has about one
word in six spoilt. Every figure is of one run, without any choice made on the test.
"""

import csv
import json
import random
import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from adapters.library import bank_lexicon, installed_encoder
from knowledge import model as m
from knowledge.matching import Encoder, Reader, build
from knowledge.matching.features import Floats

Labelled = tuple[str, str]
NOWHERE = "NO_NODES_DETECTED"
"""HINT3's label of a question that none of the bot's answers fits."""
EVERY = 6
PRECISIONS = (0.95, 0.98, 0.99)
PUBLISHED = {
    "clinc150 10-shot": "USE+ConveRT 93.3, DNNC 93.8 (fine-tuned); TF-IDF SVM 81.7",
    "clinc150 5-shot": "USE+ConveRT 90.5, DNNC 91.0 (fine-tuned); TF-IDF SVM 73.1",
    "banking77 10-shot": "USE+ConveRT 85.2, DNNC 86.7 (fine-tuned); TF-IDF SVM 75.7",
    "banking77 5-shot": "USE+ConveRT 77.8, DNNC 80.4 (fine-tuned); TF-IDF SVM 63.0",
    "hint3 sofmattress": "best of five platforms: MCC .638",
    "hint3 curekart": "best of five platforms: MCC .604",
    "hint3 powerplay11": "best of five platforms: MCC .425",
}


@dataclass(frozen=True, slots=True)
class Task:
    """Phrasings to learn from, questions to tell, and questions of no intent."""

    name: str
    train: tuple[Labelled, ...]
    test: tuple[Labelled, ...]
    elsewhere: tuple[str, ...]


def run(folder: Path) -> int:
    """Run all benchmarks, by words alone and with the encoder if there is one."""
    encoder = installed_encoder()
    for task in tasks(folder):
        print(f"\n{task.name}   (published: {PUBLISHED[task.name]})", flush=True)
        for how, used in (("words", None), ("words + meaning", encoder)):
            if how != "words" and used is None:
                print(f"  {how:16} not installed (headnote[semantic])")
                continue
            for line in _measured(task, how, used):
                print(line, flush=True)
    return 0


def tasks(folder: Path) -> Iterator[Task]:
    """The benchmarks that the folder holds, few-shot and full.

    Raises:
        OSError: A file is missing.

    """
    clinc = json.loads((folder / "clinc150" / "data_full.json").read_bytes())
    bank = {
        part: _rows(folder / "banking77" / f"{part}.csv") for part in ("train", "test")
    }
    told = tuple((text, label) for text, label in clinc["test"])
    elsewhere = tuple(text for text, _ in clinc["oos_test"])
    for shots in (5, 10):
        few = _few([(text, label) for text, label in clinc["train"]], shots)
        yield Task(f"clinc150 {shots}-shot", few, told, elsewhere)
        few = _few(bank["train"], shots)
        yield Task(f"banking77 {shots}-shot", few, tuple(bank["test"]), ())
    for name in ("sofmattress", "curekart", "powerplay11"):
        train = _rows(folder / "hint3" / "train" / f"{name}_train.csv")
        test = _rows(folder / "hint3" / "test" / f"{name}_test.csv")
        inside = tuple(row for row in test if row[1] != NOWHERE)
        outside = tuple(text for text, label in test if label == NOWHERE)
        yield Task(f"hint3 {name}", tuple(train), inside, outside)


def _rows(path: Path) -> list[Labelled]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [(row[0], row[1]) for row in rows if row]


def _few(rows: Sequence[Labelled], shots: int) -> tuple[Labelled, ...]:
    """So many phrasings of every label, drawn with a fixed seed."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in rows:
        by_label[label].append(text)
    draw = random.Random(shots)  # noqa: S311  a fixed draw is what is wanted
    return tuple(
        (text, label)
        for label in sorted(by_label)
        for text in draw.sample(sorted(set(by_label[label])), shots)
    )


def damaged(text: str, draw: random.Random) -> str:
    """The text with about one word in six spoilt as hurried fingers do."""
    words = text.split()
    for at, word in enumerate(words):
        if len(word) > 2 and draw.random() < 1 / EVERY:  # noqa: PLR2004
            words[at] = _slip(word, draw)
    return " ".join(words)


def _slip(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word) - 1)
    slips: tuple[Callable[[], str], ...] = (
        lambda: word[:at] + word[at + 1 :],
        lambda: word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        lambda: word[: at + 1] + word[at:],
        lambda: word[:at] + draw.choice(string.ascii_lowercase) + word[at + 1 :],
    )
    return word.replace("'", "") if "'" in word else draw.choice(slips)()


def _measured(task: Task, how: str, encoder: Encoder | None) -> Iterator[str]:
    labels = sorted({label for _, label in task.train})
    reader = _reader(task.train, labels, encoder)
    number = {label: at for at, label in enumerate(labels)}
    truth = np.array([number.get(label, -1) for _, label in task.test])
    few = "shot" in task.name
    for condition in ("clean", "damaged") if few else ("clean",):
        spoil = random.Random(7) if condition == "damaged" else None  # noqa: S311
        chances = _read(reader, [text for text, _ in task.test], spoil)
        told = chances.argmax(axis=1)
        right = told == truth
        line = f"  {how:16} {condition:8} accuracy {100 * right.mean():.1f}"
        if task.elsewhere:
            other = _read(reader, task.elsewhere, spoil)
            sure = np.concatenate([chances.max(axis=1), other.max(axis=1)])
            inside = np.arange(len(sure)) < len(truth)
            line += f"  AUROC {auroc(sure, inside):.3f}"
            good = np.concatenate([right, np.zeros(len(other), bool)])
            line += "".join(
                f"  cov@{100 * p:.0f} {100 * coverage(sure, good, p, len(truth)):.0f}"
                for p in PRECISIONS
            )
            if not few:
                line += f"  MCC {best_mcc(told, other.argmax(axis=1), truth, sure):.3f}"
        yield line


def _read(reader: Reader, texts: Iterable[str], spoil: random.Random | None) -> Floats:
    """Each text's chance of each label; spoilt first if there is a spoiler."""
    shown = tqdm(list(texts), leave=False, disable=None)
    said = (damaged(text, spoil) if spoil else text for text in shown)
    found = [reader.chances(reader.sense(reader.repaired(text))) for text in said]
    return np.array(found)[:, :-1]


def _reader(
    train: Sequence[Labelled], labels: Sequence[str], encoder: Encoder | None
) -> Reader:
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in train:
        by_label[label].append(text)
    topics = {
        m.TopicId(f"t{at}"): m.Topic(
            id=m.TopicId(f"t{at}"),
            title=label.replace("_", " ").lower(),
            about=label,
            phrasings=tuple(by_label[label]),
        )
        for at, label in enumerate(labels)
    }
    bank = m.Bank(topics=topics, background=(), signs=(), lexicon=bank_lexicon())
    return Reader(bank, build(bank, lambda *_: None, encoder), encoder)


def auroc(scores: Floats, positive: np.ndarray) -> float:
    """The chance that a positive outranks a negative; ties count half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    _, group = np.unique(scores, return_inverse=True)
    means = np.bincount(group, ranks) / np.bincount(group)
    ranks = means[group]
    count = int(positive.sum())
    rest = len(scores) - count
    above = float(ranks[positive].sum()) - count * (count + 1) / 2
    return above / (count * rest)


def coverage(sure: Floats, good: np.ndarray, precision: float, asked: int) -> float:
    """The share of questions answered rightly at the loosest such precision."""
    order = np.argsort(-sure, kind="stable")
    rightly = np.cumsum(good[order])
    fits = np.flatnonzero(rightly / np.arange(1, len(order) + 1) >= precision)
    return float(rightly[fits[-1]] / asked) if len(fits) else 0.0


def best_mcc(
    told: np.ndarray, told_elsewhere: np.ndarray, truth: np.ndarray, sure: Floats
) -> float:
    """Matthews' coefficient, "elsewhere" a class, at the best of 19 thresholds.

    The optimistic rule of the HINT3 paper, by which all its platforms were scored.
    """
    said = np.concatenate([told, told_elsewhere])
    gold = np.concatenate([truth, np.full(len(told_elsewhere), -1)])
    return max(
        mcc(np.where(sure >= least, said, -1), gold)
        for least in np.arange(0.05, 1.0, 0.05)
    )


def mcc(said: np.ndarray, gold: np.ndarray) -> float:
    """Matthews' correlation coefficient for many classes (Gorodkin, 2004)."""
    classes = np.union1d(said, gold)
    said_of = np.array([(said == c).sum() for c in classes], float)
    gold_of = np.array([(gold == c).sum() for c in classes], float)
    count, agree = float(len(gold)), float((said == gold).sum())
    spread = (count**2 - said_of @ said_of) * (count**2 - gold_of @ gold_of)
    return float((agree * count - said_of @ gold_of) / spread**0.5) if spread else 0.0
