"""Conversations as they read, replayed through the adviser.

`pytest tests/transcripts --update-transcripts` writes what is said now; the diff is
then what a reviewer reads. A line `staff> [Label]` presses the button of that label.
"""

import asyncio
from pathlib import Path

import pytest

from adapters.library import Library
from bot.adviser import Adviser
from bot.delivery import Courier
from bot.persistence.memory import MemoryStore
from bot.plain_text import plain
from bot.reply import Choices, Reply
from bot.turn import Activity, Address, PersonId, Press, Turn, TurnId, Utterance
from knowledge import School
from tests.fakes import FakeChannel, noon

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.txt"))
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
    channel = FakeChannel()
    store = MemoryStore()
    courier = Courier(store, {"test": channel})
    schools = {school.pack.school: school}
    adviser = Adviser(schools, store, courier, noon, lambda _: ())
    person = PersonId("ann")
    await adviser.begin(person, school.pack.school)
    lines: list[str] = []
    for number, text in enumerate(said):
        last = channel.sent[-1].reply if channel.sent else None
        turn = Turn(
            id=TurnId(str(number)),
            person=person,
            address=Address("test", "ann"),
            activity=activity(text, last),
        )
        await adviser.handle(turn)
        shown = plain(channel.sent[-1].reply).splitlines()
        lines.append(f"{STAFF}{text}")
        lines.append(f"{ADVISER}{shown[0]}")
        lines += [f"{' ' * len(ADVISER)}{line}".rstrip() for line in shown[1:]]
        lines.append("")
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
