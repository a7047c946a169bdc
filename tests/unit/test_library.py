"""Built knowledge is kept, never stale, and never in the way."""

import shutil
from pathlib import Path

import pytest

from adapters.library import KEPT, UnknownSchoolError, open_library
from knowledge import PackError
from knowledge.model import Answer, TopicId

SMALL = Path(__file__).parents[1] / "small"


class Builds:
    """Counts how often an index was trained."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, done: int, of: int) -> None:
        self.count += done == of


def open_small(cache: Path, content: Path = SMALL) -> int:
    builds = Builds()
    library = open_library(
        topics=content / "topics",
        packs=content / "packs",
        cache=cache,
        said=builds,
    )
    assert library.school("oakfield").pack.name == "Oakfield School"
    return builds.count


def test_the_bank_is_learnt_once(tmp_path: Path) -> None:
    assert open_small(tmp_path) == 1
    assert open_small(tmp_path) == 0


def test_changed_content_is_learnt_anew_and_few_caches_are_kept(
    tmp_path: Path,
) -> None:
    content = tmp_path / "content"
    shutil.copytree(SMALL, content)
    words = content / "topics" / "background" / "all.yaml"
    for number in range(KEPT + 2):
        with words.open("a", encoding="utf-8") as file:
            file.write(f"- where is room {number}\n")
        assert open_small(tmp_path / "cache", content) == 1

    assert len(list((tmp_path / "cache").glob("*/index.json"))) == KEPT


@pytest.mark.parametrize("broken", ["index.json", "weights.npy", "bank.json"])
def test_a_broken_cache_is_built_again(tmp_path: Path, broken: str) -> None:
    open_small(tmp_path)
    next(tmp_path.glob(f"*/{broken}")).write_bytes(b"not what it was")

    assert open_small(tmp_path) == 1
    assert open_small(tmp_path) == 0


def test_where_nothing_can_be_kept_it_works_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a file"
    file.write_text("in the way", encoding="utf-8")

    assert open_small(file) == 1
    assert "HEADNOTE_CACHE" in capsys.readouterr().err


def test_an_unknown_school_is_told_with_those_there_are(tmp_path: Path) -> None:
    library = open_library(
        topics=SMALL / "topics", packs=SMALL / "packs", cache=tmp_path
    )

    with pytest.raises(UnknownSchoolError, match="Use one of: oakfield"):
        library.school("ashfield")


def test_problems_of_all_schools_are_told_together(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(SMALL, content)
    for name in ("ash", "elm"):
        shutil.copytree(content / "packs" / "oakfield", content / "packs" / name)

    with pytest.raises(PackError) as refused:
        open_library(topics=content / "topics", packs=content / "packs", cache=tmp_path)

    files = {problem.file for problem in refused.value.problems}
    assert files == {"ash/policy.yaml", "elm/policy.yaml"}


def test_a_changed_pack_is_read_anew_and_nothing_is_learnt_again(
    tmp_path: Path,
) -> None:
    content = tmp_path / "content"
    shutil.copytree(SMALL, content)
    answers = content / "packs/oakfield/answers.yaml"

    def says() -> str:
        library = open_library(
            topics=content / "topics",
            packs=content / "packs",
            cache=tmp_path / "cache",
            said=builds,
        )
        position = library.school("oakfield").pack.positions[
            TopicId("say-where-i-work")
        ]
        assert isinstance(position, Answer)
        return position.say

    builds = Builds()
    first, again = says(), says()
    text = answers.read_text(encoding="utf-8")
    answers.write_text(text.replace(first, "Better not."), encoding="utf-8")

    assert again == first
    assert says() == says() == "Better not."
    assert builds.count == 1
