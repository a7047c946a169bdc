"""The `headnote` command as other programs run it, on the small school."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = Path(__file__).parents[1] / "small"
REPLY_KEYS = [
    "kind", "verdict", "text", "citations", "question", "choices", "escalation", "why",
]  # fmt: skip
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `headnote` in a process of its own, with the small school's content."""
    environment = os.environ | {
        "HEADNOTE_CACHE": str(tmp_path_factory.mktemp("cache")),
        "HEADNOTE_CONTENT": str(SMALL),
        "PYTHONWARNINGS": "error",
    }

    def headnote(*words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "adapters.main", *words],
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            check=False,
            timeout=60,
        )

    return headnote


def test_ask_prints_the_conversation(run: Run) -> None:
    done = run("ask", "--school", "oakfield", "can I add a parent on facebook", "no")

    assert done.returncode == 0
    assert "> can I add a parent on facebook" in done.stdout
    assert "Don't accept it unless the head agrees in writing." in done.stdout


def test_ask_json_prints_one_list_with_a_reply_a_turn(run: Run) -> None:
    done = run(
        "ask", "--json", "--school", "oakfield", "can I accept this request", "a pupil"
    )
    replies = json.loads(done.stdout)

    assert [list(reply) for reply in replies] == [REPLY_KEYS, REPLY_KEYS]
    assert replies[0]["kind"] == "clarify"
    assert replies[0]["question"] == "Who is the request from?"
    assert replies[0]["choices"] == ["A pupil", "A parent"]
    assert replies[1]["citations"] == [
        {
            "clause": "1.1",
            "section": "1 Friends",
            "text": "Staff do not become friends with pupils online.",
            "wording": "summary",
        }
    ]
    assert replies[1]["escalation"] == {"offered": False, "to": "headteacher"}
    assert set(replies[1]["why"]) == {"topic", "score", "because", "taken_as_said"}


def test_a_batch_loses_nothing_but_its_bad_lines(run: Run) -> None:
    lines = [
        '{"id": "a", "policy": "oakfield", "turns": ["phone in class"]}',
        "{not json",
        '{"id": "b", "policy": "nowhere", "turns": ["x"]}',
        '{"id": "c", "policy": "oakfield"}',
        '{"id": "d", "policy": "oakfield", "turns": "x"}',
        "[]",
        "",
        "[" * 3000,
        '{"id": "e", "policy": "oakfield", "turns": ["", "overdose"], "style": "x"}',
    ]
    done = run("ask", "--batch", "-", typed="\n".join(lines))
    out = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [case["id"] for case in out] == ["a", "e"]
    assert [reply["kind"] for reply in out[1]["replies"]] == ["clarify", "urgent"]
    assert len(out[1]["ms"]) == 2
    told = done.stderr.splitlines()
    assert [line.split(":")[1] for line in told if line.startswith("<stand")] == [
        "2", "3", "4", "5", "6", "8",
    ]  # fmt: skip
    assert "no school called 'nowhere'" in done.stderr
    assert "oakfield" in done.stderr


def test_check_says_that_all_is_well(run: Run) -> None:
    done = run("check")

    assert done.returncode == 0
    assert "no problems, 2 examples" in done.stdout


def test_check_tells_every_problem_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "content")
    examples = tmp_path / "content/packs/oakfield/examples.yaml"
    examples.write_text(
        "- ask: phone in class\n  expect: {kind: answer, verdict: no}\n"
        "- ask: school name in my bio\n  expect: {kind: answer, verdict: yes}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "adapters.main", "check", "oakfield"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {
            "HEADNOTE_CACHE": str(tmp_path / "cache"),
            "HEADNOTE_CONTENT": str(tmp_path / "content"),
        },
    )

    assert done.returncode == 1
    assert "oakfield/examples.yaml:1: 'phone in class': expected answer" in done.stderr
    assert "oakfield/examples.yaml:3: 'school name in my bio': expected" in done.stderr
    assert "2 problem(s)" in done.stderr


def test_evaluate_scores_cases(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"id": "1", "policy": "oakfield", "turns": ["school name in my bio"], '
        '"kind": ["answer"], "verdict": ["no"], "clauses": ["2.10"]}\n'
        '{"id": "2", "policy": "oakfield", "turns": ["phone in class"], '
        '"kind": ["answer"], "verdict": ["no"], "clauses": ["1.1"]}\n',
        encoding="utf-8",
    )
    done = run("evaluate", str(cases), "--by", "policy", "--show", "missed")

    assert done.returncode == 0
    assert "right%                   50.0" in done.stdout
    assert "missed     2" in done.stdout
    assert "oakfield           n=  2 right=50.0% missed=1" in done.stdout


CASES = (
    '{"id": "1", "policy": "oakfield", "turns": ["school name in my bio"], '
    '"kind": ["answer"], "verdict": ["no"], "clauses": ["2.10"], "style": "keyword"}\n'
    '{"id": "2", "policy": "oakfield", "turns": ["phone in class"], '
    '"kind": ["silent"], "style": "plain"}\n'
)


def test_why_shows_votes_repairs_band_threshold_and_runner_up(run: Run) -> None:
    done = run("ask", "--school", "oakfield", "--why", "scholl name in my bio")

    assert done.returncode == 0
    why = [line for line in done.stdout.splitlines() if line.startswith("  why: ")]
    told = "\n".join(why)
    assert "topic: say-where-i-work" in told
    assert "like “" in told
    assert "words 0." in told
    assert "“scholl” read as “school”" in told
    assert "sure: 0." in told
    assert "is needed to be sure" in told
    assert "next: " in told


def test_calibrate_shows_what_each_threshold_would_cost(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "cases.jsonl").write_text(CASES, encoding="utf-8")
    done = run("calibrate", str(tmp_path / "cases.jsonl"))

    assert done.returncode == 0
    rows = done.stdout.splitlines()
    assert rows[0].startswith("threshold  right  wrong")
    assert sum("<- in use" in row for row in rows) == 1


def test_quality_prints_tables_by_school_and_style(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text(CASES, encoding="utf-8")
    done = run("quality", str(tmp_path / "cases.jsonl"))

    assert done.returncode == 0
    assert "## By words alone" in done.stdout
    assert "| cases.jsonl | 2 | 100.0 | 0.0 |" in done.stdout
    assert "| school oakfield | 2 | 100.0 % |" in done.stdout
    assert "| style keyword | 1 | 100.0 % |" in done.stdout


def test_evaluate_bank_tells_authors_what_looks_alike(run: Run) -> None:
    done = run("evaluate", "--bank")

    assert done.returncode == 0
    assert "phrasings are recognised" in done.stdout
    assert "Topics taken for others" in done.stdout
    figures = json.loads(run("evaluate", "--bank", "--json").stdout)
    assert set(figures) >= {"say-where-i-work", "emergency-self-harm"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "usage"),
        (("ask",), "say which school"),
        (("ask", "--school", "oakfield"), "say what to ask"),
        (("ask", "--school", "nowhere", "x"), "Use one of: oakfield."),
        (("ask", "--batch", "/no/such/file"), "cannot be read"),
        (("ask", "--batch", "-", "x"), "from the file"),
        (("evaluate", "/no/such/file"), "cannot be read"),
        (("evaluate",), "either a file of cases or --bank"),
        (("evaluate", "x.jsonl", "--bank"), "either a file of cases or --bank"),
        (("calibrate", "/no/such/file"), "cannot be read"),
        (("quality", "/no/such/file"), "cannot be read"),
        (("bench", "public", "/no/such/folder"), "cannot be read"),
        (("bench", "privately"), "bench public FOLDER"),
        (("check", "nowhere"), "Use one of"),
        (("serve", "--port", "pear"), "a number"),
        (("serve", "--host", "0.0.0.0"), "this machine only"),  # noqa: S104
    ],
)
def test_bad_usage_exits_with_two_and_says_what_to_do(
    run: Run, words: tuple[str, ...], told: str
) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_content_folder_that_is_not_there_is_told_civilly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adapters.main", "check"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HEADNOTE_CONTENT": str(tmp_path / "none")},
    )

    assert done.returncode == 1
    assert "HEADNOTE_CONTENT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "ask",
        "check",
        "evaluate",
        "calibrate",
        "quality",
        "serve",
        "bench",
    ],
)
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    assert "example" in run(command, "--help").stdout
