"""A progress bar on a terminal; nothing where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from knowledge.matching.training import Progress


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """A bar in per cent, moved by being told work done and work in all."""
    with tqdm(
        total=100,
        desc=what,
        unit="%",
        bar_format="{desc}: {percentage:3.0f}% |{bar}| {elapsed}",
        disable=not sys.stderr.isatty(),
    ) as shown:

        def told(done: int, of: int) -> None:
            shown.update(int(100 * done / of) - shown.n)

        yield told
