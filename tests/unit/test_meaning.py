"""Meaning beside words: optional, never mixed up, exact about its weights."""

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters import minilm
from adapters.library import open_library
from knowledge import PackError, School
from knowledge import model as m
from knowledge.matching import Matched, Matcher, Reader, build
from knowledge.matching.features import Floats, Vector
from knowledge.matching.kernel import SummedKernel
from knowledge.matching.meaning import share

SMALL = Path(__file__).parents[1] / "small"
installed = pytest.mark.skipif(
    any(
        importlib.util.find_spec(name) is None
        for name in ("onnx", "onnxruntime", "tokenizers", minilm.PACKAGE)
    ),
    reason="the semantic extra and its weights are not installed",
)


class FakeEncoder:
    """Two dimensions: whether a text speaks of pay, and of anything else."""

    name = "fake"

    def encode(self, texts: Sequence[str]) -> Floats:
        paid = ("wages", "salary", "payslip")
        rows = [
            [3.0, 0.1] if any(w in text for w in paid) else [0.1, 1.0 + at % 3 / 9]
            for at, text in enumerate(texts)
        ]
        return np.array(rows, np.float32)


def bank_of_pay() -> m.Bank:
    def topic(name: str, *phrasings: str) -> m.Topic:
        return m.Topic(id=m.TopicId(name), title=name, about=name, phrasings=phrasings)

    topics = (
        topic("pay", "when do my wages come", "where is my wages slip", "wages?"),
        topic("parking", "where may the car go", "is there a car space", "car?"),
    )
    return m.Bank(
        topics={t.id: t for t in topics},
        background=("what is for lunch", "tell a joke"),
        signs=(),
        lexicon=m.Lexicon(short={}),
    )


def test_a_word_never_seen_is_understood_by_its_meaning() -> None:
    encoder = FakeEncoder()
    bank = bank_of_pay()
    reader = Reader(bank, build(bank, lambda *_: None, encoder), encoder)

    found = reader.among("salary", [m.TopicId("pay"), m.TopicId("parking")])

    assert found[0][0] == "pay"
    assert found[0][1] > 2 * found[1][1]


def test_votes_tell_words_and_meaning_apart() -> None:
    encoder = FakeEncoder()
    bank = bank_of_pay()
    reader = Reader(bank, build(bank, lambda *_: None, encoder), encoder)

    vote = reader.votes(reader.sense(reader.repaired("payslip")), 0)[0]

    assert vote.by_words < 0.1
    assert vote.by_meaning is not None
    assert vote.by_meaning > 0.5


def test_the_length_of_an_encoding_does_not_matter() -> None:
    encoder = FakeEncoder()
    meanings = build(bank_of_pay(), lambda *_: None, encoder).meanings
    assert meanings is not None
    row = encoder.encode(["salary"])[0]

    assert np.allclose(meanings.of(row), meanings.of(row * 7), atol=1e-6)


def test_an_index_is_not_read_with_another_encoder_than_it_learnt_with() -> None:
    bank = bank_of_pay()
    with pytest.raises(ValueError, match="same encoder"):
        Reader(bank, build(bank, lambda *_: None), FakeEncoder())


def test_meaning_weighs_more_where_few_phrasings_are_known() -> None:
    assert share(phrasings=100, topics=10) > share(phrasings=1000, topics=10)


def test_the_summed_kernel_multiplies_like_the_table_it_stands_for() -> None:
    rng = np.random.default_rng(5)
    dense = (rng.random((7, 11)) * (rng.random((7, 11)) > 0.5)).astype(np.float32)
    meanings = rng.random((7, 3)).astype(np.float32)
    vectors = [
        Vector(np.flatnonzero(row).astype(np.int64), row[np.flatnonzero(row)])
        for row in dense
    ]
    votes = rng.random((7, 300)).astype(np.float32)

    found = SummedKernel.of(vectors, 11, meanings, 0.25) @ votes

    table = 0.75 * dense @ dense.T + 0.25 * meanings @ meanings.T
    assert np.allclose(found, table @ votes, atol=1e-5)


def test_without_meaning_a_school_still_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADNOTE_MEANING", "off")
    library = open_library(
        topics=SMALL / "topics", packs=SMALL / "packs", cache=tmp_path
    )
    found = library.school("oakfield").matcher.match("can I say where I work in my bio")

    assert library.reader.index.meanings is None
    assert isinstance(found, Matched)
    assert found.topic == "say-where-i-work"


@installed
def test_the_encoder_gives_the_models_published_likenesses(tmp_path: Path) -> None:
    encoder = minilm.encoder("auto", tmp_path)
    assert encoder is not None

    rows = encoder.encode(["That is a happy person", "That is a happy dog"])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    # 0.695 by the model's card; 8-bit products may move the second digit.
    assert float(rows[0] @ rows[1]) == pytest.approx(0.695, abs=0.05)


@installed
def test_one_text_and_many_are_encoded_alike(tmp_path: Path) -> None:
    encoder = minilm.encoder("auto", tmp_path)
    assert encoder is not None
    texts = [f"may I post picture number {n}" + " please" * (n % 5) for n in range(40)]

    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])

    together /= np.linalg.norm(together, axis=1, keepdims=True)
    alone /= np.linalg.norm(alone, axis=1, keepdims=True)
    assert (together * alone).sum(axis=1).min() > 0.98


@installed
def test_a_broken_graph_in_the_cache_is_made_again(tmp_path: Path) -> None:
    assert minilm.encoder("auto", tmp_path) is not None
    kept = next(tmp_path.glob("*.onnx"))
    whole = kept.stat().st_size
    kept.write_bytes(b"not what it was")

    again = minilm.encoder("auto", tmp_path)

    assert again is not None
    assert again.encode(["hello"]).shape == (1, 384)
    assert kept.stat().st_size == whole


@installed
def test_other_weights_than_the_known_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(PackError, match="SHA-256 differs"):
        minilm.encoder(str(tmp_path), tmp_path / "cache")


@installed
def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="Name the folder that holds"):
        minilm.encoder(str(tmp_path / "nothing"), tmp_path / "cache")


def test_meaning_can_be_switched_off(tmp_path: Path) -> None:
    assert minilm.encoder("off", tmp_path) is None


def test_bands_may_be_chosen(oakfield: School) -> None:
    strict = replace(oakfield.matcher.bands, sure=1.5, sure_of_silence=1.5)
    matcher = Matcher(oakfield.matcher.reader, oakfield.pack, strict)

    assert not isinstance(matcher.match("can I say where I work in my bio"), Matched)
