"""Bad content is refused well: file, line, what is wrong and how to fix it."""

import shutil
from pathlib import Path

import pytest

from knowledge import PackError, load_bank, load_pack
from knowledge.model import ClauseId, Silent, TopicId

SMALL = Path(__file__).parents[1] / "small"
TREE = "packs/oakfield/trees/parent-friends.yaml"
ANSWERS = "packs/oakfield/answers.yaml"
POLICY = "packs/oakfield/policy.yaml"
TOPICS = "topics/things.yaml"

DEFECTS = [
    # file, words replaced, by, file and line told, words told
    (POLICY, 'id: "2.10"', 'id: "1.2"', "policy.yaml:9", "'1.2' is given twice"),
    (POLICY, "school: oakfield", "school: ashfield", "policy.yaml:1", "'ashfield'"),
    (POLICY, "2024-05", "May 24", "policy.yaml:5", "write a date as"),
    (POLICY, "version:", "verson:", "policy.yaml:4", "Extra inputs"),
    (ANSWERS, "verdict: no", "verdict: nope", "answers.yaml:4", "depends"),
    (ANSWERS, "clauses: [1.1]", "clauses: [9.9]", "answers.yaml:3", "no clause '9.9'"),
    (ANSWERS, "silent: [1.1]", "silent: [1.7]", "answers.yaml:11", "no clause '1.7'"),
    (ANSWERS, "tree: parent-", "tree: parrot-", "answers.yaml:1", "no tree"),
    (ANSWERS, "own-phone-around-pupils", "own-phone", "answers.yaml:1", "no position"),
    (ANSWERS, "  silent: [1.1]", "  say: Hm.", "answers.yaml:11", "give `verdict`"),
    (TREE, "go: allowed}", "go: aloud}", "parent-friends.yaml:17", "'aloud'"),
    (TREE, "go: allowed}", "go: agreed}", "parent-friends.yaml:17", "in a circle"),
    (TREE, "go: allowed}", "go: not-yet}", "parent-friends.yaml:21", "cannot be"),
    (TREE, "Not sure, go: not-yet", "Not sure, go: allowed", ":14", "leads to a yes"),
    (TREE, "unsure: {label: Not sure, go: not-yet}", "maybe: {label: M, go: not-yet}",
     ":14", "no `unsure`"),
    (TREE, "tree: parent-friends", "tree: parents", "parent-friends.yaml:1", "called"),
    (TREE, "say: Ask the head to", "say: Ask, the head to", ":22", "Extra inputs"),
    ("packs/oakfield/examples.yaml", "[1.1]", "[8.8]", "examples.yaml:1", "'8.8'"),
]  # fmt: skip


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "content")
    return tmp_path / "content"


def load(content: Path) -> None:
    load_pack(content / "packs" / "oakfield", load_bank(content / "topics"))


def test_content_without_a_defect_is_taken(content: Path) -> None:
    load(content)


@pytest.mark.parametrize(("file", "old", "new", "where", "what"), DEFECTS)
def test_a_defect_is_told_with_its_place_and_remedy(
    content: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    path = content / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(PackError) as refused:
        load(content)

    told = [str(problem) for problem in refused.value.problems]
    assert any(where in line and what in line for line in told), told
    assert all(problem.how_to_fix.endswith(".") for problem in refused.value.problems)


def test_all_problems_are_told_at_once(content: Path) -> None:
    answers = content / ANSWERS
    text = answers.read_text(encoding="utf-8")
    answers.write_text(
        text.replace("[2.10]", "[7.7]").replace("[3.1]", "[7.8]"), encoding="utf-8"
    )
    tree = content / TREE
    text = tree.read_text(encoding="utf-8")
    tree.write_text(text.replace("[1.2]", "[7.9]"), encoding="utf-8")

    with pytest.raises(PackError) as refused:
        load(content)

    told = str(refused.value)
    assert all(clause in told for clause in ("7.7", "7.8", "7.9"))


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("topics/phrasings/more.yaml", "no-such-topic: [hello you]", "unknown topic"),
        ("topics/phrasings/more.yaml", "say-where-i-work: [phone in class]", "also"),
        (
            "topics/more.yaml",
            "- {topic: say-where-i-work, title: A, about: B}",
            "twice",
        ),
        ("topics/more.yaml", "- {topic: lonely, title: A, about: B}", "0 phrasings"),
        (
            "topics/more.yaml",
            "- {topic: finer, title: A, about: B, within: nowhere}",
            "lies within 'nowhere', which no school answers",
        ),
        (
            "topics/more.yaml",
            "- {topic: finer, title: A, about: B, within: emergency-self-harm}",
            "which no school answers",
        ),
        (
            "topics/more.yaml",
            "[{topic: finer, title: A, about: B, within: finer}]",
            "lies within itself",
        ),
        ("topics/words/signs.yaml", "- {topic: nowhere, all: [[x]]}", "emergency"),
        ("topics/words/short.yaml", "u: [you]", "valid string"),
        ("topics/background/all.yaml", "a: b", "valid list"),
    ],
)
def test_a_defect_of_the_bank_is_told(
    content: Path, file: str, text: str, what: str
) -> None:
    (content / file).write_text(text, encoding="utf-8")

    with pytest.raises(PackError, match=what):
        load(content)


def test_a_missing_file_is_told(content: Path) -> None:
    (content / POLICY).unlink()

    with pytest.raises(PackError, match=r"oakfield/policy\.yaml:1: cannot be read"):
        load(content)


FINER = (
    "- {topic: bio-emoji, title: Emoji in a bio, about: B, within: say-where-i-work}"
)


def with_a_finer_topic(content: Path) -> None:
    (content / "topics/more.yaml").write_text(FINER, encoding="utf-8")
    lines = "\n".join(f"  - emoji number {n} in my bio" for n in range(12))
    more = content / "topics/phrasings/more.yaml"
    more.write_text(f"bio-emoji:\n{lines}\n", encoding="utf-8")


def test_a_finer_topic_takes_the_broader_ones_position(content: Path) -> None:
    with_a_finer_topic(content)

    bank = load_bank(content / "topics")
    positions = load_pack(content / "packs" / "oakfield", bank).positions

    assert positions[TopicId("bio-emoji")] == positions[TopicId("say-where-i-work")]


def test_a_school_may_take_its_own_stand_on_a_finer_topic(content: Path) -> None:
    with_a_finer_topic(content)
    with (content / ANSWERS).open("a", encoding="utf-8") as file:
        file.write("- topic: bio-emoji\n  silent: [2.10]\n")

    bank = load_bank(content / "topics")
    positions = load_pack(content / "packs" / "oakfield", bank).positions

    assert positions[TopicId("bio-emoji")] == Silent((ClauseId("2.10"),))
