"""Moments as the tables keep them: whole milliseconds since 1970, in UTC."""

import datetime as dt


def to_ms(at: dt.datetime) -> int:
    """An aware time as milliseconds."""
    return int(at.timestamp() * 1000)


def from_ms(ms: int) -> dt.datetime:
    """Milliseconds as a time in UTC."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
