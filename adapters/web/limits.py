"""How often somebody may do something: token buckets, by whom. In this process only."""

import datetime as dt
import math
from collections import OrderedDict
from dataclasses import dataclass

from bot.ports import Clock

MOST_KEYS = 10_000
"""Buckets remembered; beyond it the one that was used longest ago is dropped."""


class TooOftenError(Exception):
    """Not now.

    Attributes:
        wait: Whole seconds until it may be tried again.

    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"try again in {wait} s")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Bucket:
    left: float
    at: dt.datetime


class Limit:
    """At most so often within a time, refilled evenly."""

    def __init__(self, most: int, within: dt.timedelta, clock: Clock) -> None:
        self._most = most
        self._each = within.total_seconds() / most
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Do it once more.

        Args:
            key: Who does it; never kept longer than the process lives.

        Raises:
            TooOftenError: They did it too often just now.

        """
        now = self._clock()
        bucket = self._buckets.pop(key, _Bucket(self._most, now))
        # A clock that was set back must not take anything away.
        passed = max(0.0, (now - bucket.at).total_seconds())
        left = min(float(self._most), bucket.left + passed / self._each)
        enough = left >= 1
        self._buckets[key] = _Bucket(left - 1 if enough else left, now)
        while len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        if not enough:
            raise TooOftenError(math.ceil((1 - left) * self._each))
