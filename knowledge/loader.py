"""Folders of YAML to a bank and packs, or one PackError with every Problem."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from knowledge import checks, schema, translation
from knowledge import model as m
from knowledge.errors import PackError, Problem
from knowledge.pack_yaml import Document, read

TOPICS = Path(__file__).parent / "topics"
PACKS = Path(__file__).parent / "packs"

FormT = TypeVar("FormT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Files read under one root; problems gather here."""

    root: Path
    problems: list[Problem]

    def form(self, kind: type[FormT], path: Path) -> tuple[FormT | None, Document]:
        document = read(path, path.relative_to(self.root.parent).as_posix())
        form, problems = schema.checked(kind, document)
        self.problems.extend(problems)
        return form, document


def content_hash(*folders: Path) -> str:
    """The SHA-256 of every YAML file below the folders, names included."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            name = path.relative_to(folder).as_posix().encode()
            raw = path.read_bytes()
            digest.update(len(name).to_bytes(4) + name)
            digest.update(len(raw).to_bytes(8) + raw)
    return digest.hexdigest()


def load_bank(folder: Path = TOPICS) -> m.Bank:
    """The question bank.

    Raises:
        PackError: With every problem of every file.

    """
    _must_exist(folder)
    reading = _Reading(folder, [])
    forms: list[tuple[schema.TopicForm, str, int]] = []
    for path in sorted(folder.glob("*.yaml")):
        topics, document = reading.form(schema.TopicsFile, path)
        for at, form in enumerate(topics.root if topics else ()):
            forms.append((form, document.file, document.line((at,))))
    said = list(_phrasings(reading, folder / "phrasings"))
    by_topic: dict[m.TopicId, list[str]] = {}
    for _, topic, phrasing, _ in said:
        by_topic.setdefault(topic, []).append(phrasing)
    found: dict[m.TopicId, m.Topic] = {}
    lines: dict[m.TopicId, tuple[str, int]] = {}
    for form, file, line in forms:
        made = translation.to_topic(
            form, tuple(dict.fromkeys(by_topic.get(m.TopicId(form.topic), ())))
        )
        if made.id in found:
            what = f"the topic {made.id!r} is defined twice"
            reading.problems.append(Problem(file, line, what, "Keep one."))
        found[made.id] = made
        lines[made.id] = (file, line)
    background: list[str] = []
    for path in sorted((folder / "background").glob("*.yaml")):
        words, _ = reading.form(schema.BackgroundFile, path)
        background += words.root if words else []
    words_folder = folder / "words"
    short, _ = reading.form(schema.ShortFile, words_folder / "short.yaml")
    signs = tuple(_signs(reading, words_folder / "signs.yaml", found))
    if not reading.problems:
        reading.problems.extend(checks.bank_problems(found, lines))
        reading.problems.extend(checks.phrasing_problems(said, found))
    if reading.problems or not short:
        raise PackError(tuple(reading.problems))
    return m.Bank(
        topics=found,
        background=tuple({text.casefold(): text for text in background}.values()),
        signs=signs,
        lexicon=m.Lexicon(short=short.root),
    )


def _phrasings(
    reading: _Reading, folder: Path
) -> Iterator[tuple[str, m.TopicId, str, int]]:
    for path in sorted(folder.glob("*.yaml")):
        lists, document = reading.form(schema.PhrasingsFile, path)
        for topic, phrasings in (lists.root if lists else {}).items():
            for at, phrasing in enumerate(phrasings):
                line = document.line((topic, at))
                yield document.file, m.TopicId(topic), phrasing, line


def _signs(
    reading: _Reading, path: Path, topics: dict[m.TopicId, m.Topic]
) -> Iterator[m.Sign]:
    signs, document = reading.form(schema.SignsFile, path)
    for at, form in enumerate(signs.root if signs else ()):
        topic = topics.get(m.TopicId(form.topic))
        if topic is None or not topic.emergency:
            what = f"{form.topic!r} is not an emergency topic"
            fix = "Name a topic of emergencies.yaml."
            line = document.line((at,))
            reading.problems.append(Problem(document.file, line, what, fix))
            continue
        groups = tuple(tuple(group) for group in form.all)
        yield m.Sign(topic.id, groups, tuple(form.unless))


def load_pack(folder: Path, bank: m.Bank) -> m.Pack:
    """One school's pack.

    Raises:
        PackError: With every problem of every file.

    """
    reading = _Reading(folder, [])
    policy_form, document = reading.form(schema.PolicyForm, folder / "policy.yaml")
    answers, answers_at = reading.form(schema.AnswersFile, folder / "answers.yaml")
    examples, examples_at = reading.form(schema.ExamplesFile, folder / "examples.yaml")
    trees: dict[m.TreeId, tuple[m.Tree, Document]] = {}
    for path in sorted((folder / "trees").glob("*.yaml")):
        form, tree_at = reading.form(schema.TreeForm, path)
        if form and form.tree != path.stem:
            what = f"the tree is called {form.tree!r}"
            fix = f"Call it {path.stem!r}, like its file."
            line = tree_at.line(("tree",))
            reading.problems.append(Problem(tree_at.file, line, what, fix))
        elif form:
            trees[m.TreeId(form.tree)] = (translation.to_tree(form), tree_at)
    if policy_form:
        reading.problems.extend(_policy_problems(policy_form, document, folder.name))
    if policy_form is None or answers is None or examples is None:
        raise PackError(tuple(reading.problems))
    policy = translation.to_policy(policy_form)
    positions = [
        (m.TopicId(form.topic), translation.to_position(form)) for form in answers.root
    ]
    made = tuple(
        translation.to_example(form, examples_at.file, examples_at.line((at,)))
        for at, form in enumerate(examples.root)
    )
    just_trees = {name: tree for name, (tree, _) in trees.items()}
    reading.problems.extend(
        checks.answer_problems(
            answers_at, positions, topics=bank.topics, policy=policy, trees=just_trees
        )
    )
    for tree, tree_at in trees.values():
        reading.problems.extend(checks.tree_problems(tree_at, tree, policy))
    reading.problems.extend(checks.example_problems(made, policy))
    if reading.problems:
        raise PackError(tuple(reading.problems))
    return m.Pack(
        school=m.SchoolId(policy_form.school),
        name=policy_form.name,
        policy=policy,
        positions=translation.inherited(dict(positions), bank.topics),
        trees=just_trees,
        examples=made,
    )


def _policy_problems(
    form: schema.PolicyForm, document: Document, folder: str
) -> Iterator[Problem]:
    if form.school != folder:
        what = f"the school is called {form.school!r}"
        fix = f"Call it {folder!r}, like its folder."
        yield Problem(document.file, document.line(("school",)), what, fix)
    seen: set[str] = set()
    for at, clause in enumerate(form.clauses):
        if clause.id in seen:
            what = f"the clause {clause.id!r} is given twice"
            fix = 'A number printed twice gets "#2" the second time.'
            yield Problem(document.file, document.line(("clauses", at)), what, fix)
        seen.add(clause.id)


def schools(folder: Path = PACKS) -> tuple[m.SchoolId, ...]:
    """The schools that have a pack, in alphabetical order.

    Raises:
        PackError: The folder is missing.

    """
    _must_exist(folder)
    return tuple(
        m.SchoolId(path.name) for path in sorted(folder.iterdir()) if path.is_dir()
    )


def _must_exist(folder: Path) -> None:
    if not folder.is_dir():
        fix = "Check HEADNOTE_CONTENT: it names a folder with topics/ and packs/."
        raise PackError((Problem(str(folder), 1, "the folder is missing", fix),))
