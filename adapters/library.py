"""Opens the schools' knowledge: from the cache where it is current, else built.

The index is keyed by the SHA-256 of the question bank, of the engine's own source and
of the encoder's weights, and the packs by theirs, so neither can be stale; a broken or
half-written one is built again. Nothing in it is code: JSON and plain arrays.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from pydantic import TypeAdapter

import knowledge
from adapters import minilm
from adapters.progress import bar
from knowledge import PACKS, TOPICS, PackError, Problem, School, content_hash, model
from knowledge.matching import Encoder, Index, Matcher, Reader, build
from knowledge.matching.features import Vectoriser
from knowledge.matching.meaning import Meanings
from knowledge.matching.training import Progress

FORMAT = "3"
KEPT = 3
"""How many caches are kept; older ones are removed when a new one is written."""

_BANK: TypeAdapter[model.Bank] = TypeAdapter(model.Bank)
_PACKS: TypeAdapter[list[model.Pack]] = TypeAdapter(list[model.Pack])
_ARRAYS = ("keys", "idf", "weights", "bias", "labels", "votes", "rows", "ids", "values")
_MEANINGS = ("centre", "weights", "phrasings")


@dataclass(frozen=True, slots=True)
class Library:
    """Every school's knowledge, by school id."""

    schools: dict[model.SchoolId, School]
    reader: Reader

    def school(self, name: str) -> School:
        """One school.

        Raises:
            UnknownSchoolError: There is no pack of that name.

        """
        found = self.schools.get(model.SchoolId(name))
        if found is None:
            raise UnknownSchoolError(name, tuple(self.schools))
        return found


class UnknownSchoolError(Exception):
    """No pack of that name; the message lists those there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        shown = name if name.isprintable() and len(name) <= 40 else "that name"  # noqa: PLR2004
        super().__init__(
            f"there is no school called {shown!r}. Use one of: {', '.join(known)}."
        )


def cache_folder() -> Path:
    """Where built knowledge is kept: `HEADNOTE_CACHE`, or the user's cache folder."""
    named = os.environ.get("HEADNOTE_CACHE")
    return Path(named) if named else user_cache_path("headnote", appauthor=False)


def content_folders() -> tuple[Path, Path]:
    """The question bank and the packs: `HEADNOTE_CONTENT`, or those shipped."""
    named = os.environ.get("HEADNOTE_CONTENT")
    return (Path(named) / "topics", Path(named) / "packs") if named else (TOPICS, PACKS)


def installed_encoder(
    cache: Path | None = None, named: str | None = None
) -> Encoder | None:
    """The sentence encoder that is named, by `HEADNOTE_MEANING` or here.

    Raises:
        PackError: It names weights that are not there or not the known ones.

    """
    named = named or os.environ.get("HEADNOTE_MEANING", "auto")
    return minilm.encoder(named, cache or cache_folder())


def bank_lexicon() -> model.Lexicon:
    """How the shipped bank reads staff's words."""
    return knowledge.load_bank(content_folders()[0]).lexicon


def open_library(
    *,
    topics: Path | None = None,
    packs: Path | None = None,
    cache: Path | None = None,
    said: Progress | None = None,
    meaning: str | None = None,
) -> Library:
    """Open the knowledge of every school.

    Args:
        topics: The question bank's folder; the default is `content_folders()`.
        packs: The folder with one folder a school; likewise.
        cache: Where built knowledge is kept; the default is `cache_folder()`.
        said: Told how far a build is; by default a progress bar on a terminal.
        meaning: Which encoder, if not the one that `HEADNOTE_MEANING` names.

    Raises:
        PackError: The content has problems, all of which are listed; or
            `HEADNOTE_MEANING` names weights that are not there.

    """
    folder = cache or cache_folder()
    topics, packs = topics or content_folders()[0], packs or content_folders()[1]
    encoder = installed_encoder(folder, meaning)
    learnt = folder / _key(topics, encoder)
    kept = _read(learnt)
    if kept is None:
        bank = knowledge.load_bank(topics)
        schools = _load_packs(packs, bank)  # their problems are told before learning
        index = _build(bank, encoder, said)
        _write(learnt, bank, index)
    else:
        bank, index = kept
        schools = _kept_packs(learnt, packs, bank)
    reader = Reader(bank, index, encoder)
    return Library(
        {p.school: School(p, bank, Matcher(reader, p)) for p in schools}, reader
    )


def _key(topics: Path, encoder: Encoder | None) -> str:
    """Names what an index was learnt from: the bank, the engine, the encoder."""
    sources = Path(knowledge.__file__).parent
    code = b"".join(p.read_bytes() for p in sorted(sources.rglob("*.py")))
    digest = hashlib.sha256(FORMAT.encode() + code)
    digest.update(np.__version__.encode())
    digest.update(encoder.name.encode() if encoder else b"words alone")
    digest.update(content_hash(topics).encode())
    return digest.hexdigest()[:24]


def _load_packs(packs: Path, bank: model.Bank) -> list[model.Pack]:
    found: list[model.Pack] = []
    problems: list[Problem] = []
    for school in knowledge.schools(packs):
        try:
            found.append(knowledge.load_pack(packs / school, bank))
        except PackError as error:
            problems += error.problems
    if problems:
        raise PackError(tuple(problems))
    return found


def _kept_packs(learnt: Path, packs: Path, bank: model.Bank) -> list[model.Pack]:
    """The packs, from beside the index where they have not changed since."""
    kept = learnt / f"packs-{content_hash(packs)[:24]}.json"
    try:
        return _PACKS.validate_json(kept.read_bytes())
    except (OSError, ValueError):
        found = _load_packs(packs, bank)
    for old in learnt.glob("packs-*.json"):
        old.unlink(missing_ok=True)
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile(dir=learnt, delete=False) as file,
    ):
        file.write(_PACKS.dump_json(found))
        file.close()
        Path(file.name).replace(kept)
    return found


def _build(bank: model.Bank, encoder: Encoder | None, said: Progress | None) -> Index:
    if said is not None:
        return build(bank, said, encoder)
    with bar("Learning the question bank (once)") as shown:
        return build(bank, shown, encoder)


def _write(learnt: Path, bank: model.Bank, index: Index) -> None:
    folder = learnt.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="new-") as made:
            new = Path(made) / "built"
            new.mkdir()
            _save(new, bank, index)
            try:
                new.replace(learnt)
            except OSError:  # somebody else was quicker; theirs is the same
                shutil.rmtree(new, ignore_errors=True)
        _prune(folder)
    except OSError as error:
        print(
            f"headnote: could not keep the built index in {folder} "
            f"({error.strerror}); it will be built again next time. "
            "Set HEADNOTE_CACHE to a folder that can be written.",
            file=sys.stderr,
        )


def _save(folder: Path, bank: model.Bank, index: Index) -> None:
    (folder / "bank.json").write_bytes(_BANK.dump_json(bank))
    arrays = {"keys": index.vectoriser.keys, "idf": index.vectoriser.idf}
    arrays |= {name: getattr(index, name) for name in _ARRAYS[2:]}
    if index.meanings:
        arrays |= {
            f"meaning-{name}": getattr(index.meanings, name) for name in _MEANINGS
        }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    rest: dict[str, Any] = {
        "classes": index.classes,
        "unseen": index.vectoriser.unseen,
        "phrasings": index.phrasings,
        "words": index.words,
        "meanings": index.meanings is not None,
        "share": index.share,
    }
    (folder / "index.json").write_text(json.dumps(rest), encoding="utf-8")


def _read(folder: Path) -> tuple[model.Bank, Index] | None:
    if not folder.is_dir():
        return None
    try:
        bank = _BANK.validate_json((folder / "bank.json").read_bytes())
        rest = json.loads((folder / "index.json").read_bytes())
        arrays = {name: _array(folder, name) for name in _ARRAYS}
        meanings = None
        if rest["meanings"]:
            meanings = Meanings(*(_array(folder, f"meaning-{n}") for n in _MEANINGS))
        keys, idf = arrays.pop("keys"), arrays.pop("idf")
        index = Index(
            classes=tuple(model.TopicId(name) for name in rest["classes"]),
            vectoriser=Vectoriser(keys, idf, float(rest["unseen"])),
            phrasings=tuple(rest["phrasings"]),
            words=rest["words"],
            meanings=meanings,
            share=float(rest["share"]),
            **arrays,
        )
    except (OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return bank, index


def _array(folder: Path, name: str) -> Any:  # noqa: ANN401  any number type
    kept = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    return np.asarray(kept)


def _prune(folder: Path) -> None:
    built = [p for p in folder.iterdir() if (p / "index.json").exists()]
    built.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in built[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
