"""The core's transcripts, replayed through Slack: whoever reads them, the same words.

What differs is how they look: labels in brackets, a quotation before its clause, a
form as a modal. So the words of each message are compared, not their order.
"""

import copy
import re
from collections import Counter
from pathlib import Path

import pytest

from adapters.library import Library
from knowledge import School
from tests.fakes import FakeDirectory, a_roster
from tests.slack.elements import Json
from tests.slack.reading import buttons, words
from tests.slack.rig import SlackRig
from tests.slack.staff import Staff
from tests.slack.world import Message
from tests.transcripts.test_between_people import FILES as BETWEEN_PEOPLE
from tests.transcripts.test_between_people import FILLS, PASSES, PRESSES, SAYS
from tests.transcripts.test_transcripts import ADVISER, STAFF
from tests.transcripts.test_transcripts import FILES as ALONE

TO = re.compile(r"^    to (\w+):$")
DOES = (SAYS, PRESSES, FILLS, PASSES)
ONLY_ON_SLACK = ("Why this answer?", "Helpful", "Not helpful")
ONLY_ON_A_FORM = "Close"
WORD = re.compile(r"\w+")


def counted(text: str) -> Counter[str]:
    """The words of a text, and how often each is said."""
    return Counter(WORD.findall(text.lower()))


def read(message: Message) -> Counter[str]:
    """The words of a message that the core said."""
    said = counted(words(message))
    for button in buttons(message):
        if button.label in ONLY_ON_SLACK:
            said -= counted(button.label)
    return said


def shown(view: object) -> str:
    """All the words of a form: labels, options, what is filled in, its buttons."""
    match view:
        case {"type": "plain_text" | "text", "text": str(text)}:
            return text
        case dict():
            kept = (v for k, v in view.items() if k not in {"initial_option", "hint"})
            own = str(view.get("initial_value", ""))
            return " ".join((own, *(shown(v) for v in kept)))
        case list():
            return " ".join(map(shown, view))
        case _:
            return ""


class Replay:
    """A transcript on Slack, step by step."""

    def __init__(self, rig: SlackRig, people: list[str]) -> None:
        self._rig = rig
        self._staff = {name: rig.staff(name) for name in people}
        self._read = dict.fromkeys(people, 0)
        self._forms: dict[str, str] = {}
        self._first: dict[str, list[Message]] = {name: [] for name in people}

    async def do(self, line: str) -> dict[str, list[Counter[str]]]:
        """Do what a line says; the words that each person then sees."""
        await self._do(line)
        seen: dict[str, list[Counter[str]]] = {}
        for name, who in self._staff.items():
            messages = self._rig.seen(who)[self._read[name] :]
            self._read[name] += len(messages)
            self._first[name] += copy.deepcopy(messages)
            told = [*map(read, messages), *self._form(name, who)]
            if told:
                seen[name] = told
        return seen

    def _form(self, name: str, who: Staff) -> list[Counter[str]]:
        """The form that somebody has before them, if it is another than before."""
        view: Json | None = self._rig.double.modal(who.id)
        if view is None or self._forms.get(name) == view["id"]:
            return []
        self._forms[name] = view["id"]
        return [counted(shown(view)) - counted(ONLY_ON_A_FORM)]

    async def _do(self, line: str) -> None:
        rig = self._rig
        if found := SAYS.match(line):
            await rig.says(self._staff[found[1]], found[2])
        elif found := PRESSES.match(line):
            await self._press(found[1], found[2])
        elif found := FILLS.match(line):
            fields = dict(each.split("=", 1) for each in found[3].split("; "))
            await rig.fills(self._staff[found[1]], **fields)
        elif found := PASSES.match(line):
            await rig.pass_time(**{found[2]: float(found[1])})

    async def _press(self, name: str, label: str) -> None:
        """Press a button; if it is gone, on a screen that has not caught up yet."""
        who = self._staff[name]
        on = self._rig.with_button(who, label)
        for message in reversed(self._first[name] if on is None else ()):
            if any(button.label == label for button in buttons(message)):
                on = message
                break
        assert on, f"{name} never had a button {label!r}"
        await self._rig.send(who.click(on, label))


def steps(text: str) -> list[tuple[str, dict[str, list[Counter[str]]]]]:
    """What was done, each with the words that each person then read."""
    done: list[tuple[str, dict[str, list[Counter[str]]]]] = []
    last = Counter[str]()
    for line in text.splitlines():
        if any(does.match(line) for does in DOES):
            done.append((line, {}))
        elif found := TO.match(line):
            last = Counter()
            done[-1][1].setdefault(found[1], []).append(last)
        elif line.strip():
            last.update(counted(line))
    return done


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", BETWEEN_PEOPLE, ids=lambda p: p.stem)
async def test_people_read_the_same_on_slack(file: Path, oakfield: School) -> None:
    people = ["ann", *(holder.id for holder in a_roster().holders)]
    async with SlackRig(oakfield) as rig:
        replay = Replay(rig, people)
        for line, expected in steps(text_of(file)):
            seen = await replay.do(line)

            assert (line, seen) == (line, expected)


@pytest.mark.parametrize("file", ALONE, ids=lambda p: f"{p.parent.name}/{p.stem}")
async def test_a_conversation_reads_the_same_on_slack(
    file: Path, request: pytest.FixtureRequest
) -> None:
    name = file.parent.name
    wanted = "small_library" if name == "oakfield" else "library"
    library: Library = request.getfixturevalue(wanted)
    nobody = FakeDirectory()
    async with SlackRig(library.school(name), directory=nobody) as rig:
        ann = rig.staff("ann")
        for said, expected in turns(text_of(file)):
            if said.startswith("[") and said.endswith("]"):
                await rig.presses(ann, said[1:-1])
            else:
                await rig.says(ann, said)
            seen = read(rig.seen(ann)[-1])

            assert (said, seen) == (said, counted(expected))


def turns(text: str) -> list[tuple[str, str]]:
    """What was said, each with what was answered."""
    done: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith(STAFF):
            done.append((line.removeprefix(STAFF), ""))
        else:
            said, answer = done[-1]
            done[-1] = (said, f"{answer}\n{line.removeprefix(ADVISER)}")
    return done
