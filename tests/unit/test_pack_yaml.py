"""Words stay words, and every value knows its line."""

import pytest

from knowledge.pack_yaml import parse


def test_clause_numbers_dates_and_yes_no_arrive_as_they_were_typed() -> None:
    document = parse("a: 3.10\nb: no\nc: 2025-09-01\nd: 010\ne: 1_000\n", "x.yaml")

    assert document.value == {
        "a": "3.10",
        "b": "no",
        "c": "2025-09-01",
        "d": "010",
        "e": "1_000",
    }


def test_an_empty_value_is_nothing_and_a_quoted_one_is_words() -> None:
    assert parse("a:\nb: ''\nc: 'null'", "x").value == {"a": None, "b": "", "c": "null"}


def test_every_value_knows_its_line() -> None:
    document = parse("a: 1\nb:\n  - x\n  - y: z\n", "x.yaml")

    assert document.line(("b", 1, "y")) == 4
    assert document.line(("b", 1, "nothing here")) == 4


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\na: 2\n", 2, "'a' is given twice"),
        ("a: &x 1\nb: *x\n", 1, "an alias"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: !secret x\n", 1, "the tag '!secret'"),
        ("a: 1\n b: 2\n", 2, "not valid YAML"),
        ("? [a, b]\n: 1\n", 1, "a key is not a word"),
        ("a: 'open\n", 2, "not valid YAML"),
    ],
)
def test_what_authors_get_wrong_is_told_with_its_line(
    text: str, line: int, what: str
) -> None:
    problem = parse(text, "x.yaml").problems[0]

    assert (problem.file, problem.line) == ("x.yaml", line)
    assert what in problem.what
    assert problem.how_to_fix


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n"
        for n in range(20)
    )

    assert parse(bomb, "x").problems


def test_values_nested_without_end_are_refused() -> None:
    assert "nested" in parse("[" * 60 + "]" * 60, "x").problems[0].what
