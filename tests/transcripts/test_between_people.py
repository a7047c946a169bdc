"""Escalations as all concerned read them, replayed through the whole shell.

A line `ann says: …` types, `ann presses: [Label]` presses the newest button of that
label, `ann fills in: [Label] field=value; …` sends a form, and `time passes: 4 hours`
moves the clock. Everything else is what was sent because of it.
`pytest tests/transcripts --update-transcripts` writes what is said now.
"""

import asyncio
import re
from pathlib import Path

import pytest

from bot.persistence.opening import open_store
from bot.plain_text import plain
from bot.ports import Delivery
from bot.turn import Utterance
from knowledge import School
from tests.fakes import Rig, a_roster

FILES = sorted((Path(__file__).parent / "people").glob("*.txt"))
SAYS = re.compile(r"^(\w+) says: (.+)$")
PRESSES = re.compile(r"^(\w+) presses: \[(.+)\]$")
FILLS = re.compile(r"^(\w+) fills in: \[(.+?)\] (.+)$")
PASSES = re.compile(r"^time passes: (\d+) (minutes|hours|days)$")
DOES = (SAYS, PRESSES, FILLS, PASSES)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_an_escalation_reads_as_it_did(
    file: Path, oakfield: School, request: pytest.FixtureRequest
) -> None:
    before = file.read_text(encoding="utf-8")
    lines = [line for line in before.splitlines() if any(d.match(line) for d in DOES)]

    now = asyncio.run(replay(oakfield, lines))
    if request.config.getoption("--update-transcripts"):
        file.write_text(now, encoding="utf-8")

    assert lines, "nobody does anything"
    assert now == before or request.config.getoption("--update-transcripts")


async def replay(school: School, lines: list[str]) -> str:
    rig = Rig(school, open_store("sqlite://"), a_roster())
    people = ["ann", *(holder.id for holder in a_roster().holders)]
    for who in people:
        await rig.begin(who, f"{who.capitalize()} Example")
    written: list[str] = []
    for line in lines:
        written += [line, ""]
        for delivery in await act(rig, line):
            written += [f"    to {delivery.address.id}:"]
            shown = plain(delivery.reply).splitlines()
            written += [f"        {each}".rstrip() for each in shown] + [""]
    await rig.store.close()
    return "\n".join(written).rstrip() + "\n"


async def act(rig: Rig, line: str) -> list[Delivery]:
    if found := SAYS.match(line):
        return await rig.act(found[1], Utterance(found[2]))
    if found := PRESSES.match(line):
        return await rig.press(found[1], found[2])
    if found := FILLS.match(line):
        fields = dict(each.split("=", 1) for each in found[3].split("; "))
        return await rig.submit(found[1], found[2], **fields)
    found = PASSES.match(line)
    assert found
    return await rig.pass_time(**{found[2]: float(found[1])})
