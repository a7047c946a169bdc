"""Conversations as they read, replayed through the adviser.

`pytest tests/transcripts --update-transcripts` writes what is said now; the diff is
then what a reviewer reads. A line `staff> [Label]` presses the button of that label.
"""

import asyncio
from pathlib import Path

import pytest

from adapters.library import Library
from bot.plain_text import plain
from bot.reply import Choices, Reply
from bot.turn import Activity, Press, Utterance
from knowledge import School
from tests.fakes import Rig

HERE = Path(__file__).parent
FILES = sorted(f for f in HERE.glob("*/*.txt") if f.parent.name != "people")
STAFF, ADVISER = "staff>    ", "adviser>  "


@pytest.mark.parametrize("file", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_transcript_reads_as_it_did(
    file: Path, request: pytest.FixtureRequest
) -> None:
    name = file.parent.name
    wanted = "small_library" if name == "oakfield" else "library"
    library: Library = request.getfixturevalue(wanted)
    school = library.school(name)
    before = file.read_text(encoding="utf-8")
    said = [
        line.removeprefix(STAFF)
        for line in before.splitlines()
        if line.startswith(STAFF)
    ]

    now = asyncio.run(replay(school, said))
    if request.config.getoption("--update-transcripts"):
        file.write_text(now, encoding="utf-8")

    assert said, "no line starts with 'staff>'"
    assert now == before or request.config.getoption("--update-transcripts")


async def replay(school: School, said: list[str]) -> str:
    rig = Rig(school)
    await rig.begin("ann")
    lines: list[str] = []
    for text in said:
        last = rig.channel.sent[-1].reply if rig.channel.sent else None
        await rig.act("ann", activity(text, last))
        shown = plain(rig.channel.sent[-1].reply).splitlines()
        lines.append(f"{STAFF}{text}")
        lines.append(f"{ADVISER}{shown[0]}")
        lines += [f"{' ' * len(ADVISER)}{line}".rstrip() for line in shown[1:]]
        lines.append("")
    await rig.store.close()
    return "\n".join(lines).rstrip() + "\n"


def activity(text: str, last: Reply | None) -> Activity:
    if not (text.startswith("[") and text.endswith("]")) or last is None:
        return Utterance(text)
    labels = {
        button.label: button.action
        for part in last.parts
        if isinstance(part, Choices)
        for button in part.buttons
    }
    return Press(labels[text[1:-1]])
