"""Nothing that is installed to run Headnote sends anything of its own accord."""

import importlib.util
from pathlib import Path

import pytest

SENDERS = (b"Applications6Events", b"curl.se/docs")
"""What is in the libraries of an onnxruntime that has telemetry (1.29 and later)."""


def test_the_runtime_of_the_encoder_holds_no_sender() -> None:
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        pytest.skip("the extra semantic is not installed")
    libraries = list((Path(spec.origin).parent / "capi").glob("*.so*"))

    assert libraries
    for library in libraries:
        held = library.read_bytes()
        assert not any(sender in held for sender in SENDERS), library.name
