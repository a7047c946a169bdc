"""`headnote evaluate --bank`: for authors, which topics the bank can't tell apart."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from adapters.cli.scoring import percent
from adapters.library import content_folders, installed_encoder
from adapters.progress import bar
from knowledge import load_bank
from knowledge.matching.held_out import Read, held_out

MOST_PAIRS = 40
SHOWN = 2
"""Phrasings shown of a pair of topics that are taken for one another."""


def report(*, as_json: bool) -> int:
    """Read every phrasing by an index that did not learn it, and print what it says.

    Raises:
        PackError: The bank has problems.

    """
    bank = load_bank(content_folders()[0])
    with bar("Learning the bank without each quarter of it") as shown:
        found = list(held_out(bank, installed_encoder(), shown))
    if as_json:
        print(json.dumps(figures(found), indent=2))
    else:
        _print(found)
    return 0


def figures(found: Iterable[Read]) -> dict[str, float | None]:
    """The share of each topic's phrasings that were recognised, in per cent."""
    total: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for read in found:
        total[read.topic] += 1
        known[read.topic] += read.recognised
    return {topic: percent(known[topic], total[topic]) for topic in sorted(total)}


def _print(found: list[Read]) -> None:
    known = sum(read.recognised for read in found)
    print(f"{percent(known, len(found))}% of {len(found):,} phrasings are recognised")
    print("\nTopics that their other phrasings do not show (per cent recognised):")
    worst = sorted(figures(found).items(), key=lambda pair: (pair[1] or 0, pair[0]))
    for topic, share in worst[:MOST_PAIRS]:
        print(f"  {share:5} {topic}")
    pairs: dict[tuple[str, str], list[Read]] = defaultdict(list)
    for read in found:
        if not read.recognised:
            pairs[read.topic, read.taken_for or "(off topic)"].append(read)
    print("\nTopics taken for others, most often first:")
    often = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for (topic, other), reads in often[:MOST_PAIRS]:
        print(f"  {len(reads):3} of {topic} taken for {other}")
        reads.sort(key=lambda read: -read.chance)
        for read in reads[:SHOWN]:
            print(f"        {read.chance:.2f} {read.phrasing}")
