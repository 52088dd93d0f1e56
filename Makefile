# What a checkout can do; `make help` lists it. Needs Python >= 3.11 and pip's index, nothing else.
PYTHON ?= python3
SUITE ?= suites/local.yaml
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# a stamp is newer than pyproject.toml when that extra is installed as it stands there
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run setup test test-boards test-links test-rest test-long test-deps reliability verdicts check-kernels bench-kernels bench-networks count-kernels count-networks lint types layers wheel clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(INSTALLED) ## install, build the runner for this machine, run suites/local.yaml to a report
	@$(BIN)/harness run $(SUITE)

setup: $(INSTALLED) ## only the virtual environment in .venv

test: $(INSTALLED_DEV) ## all checks and tests that take minutes, with their set-up
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types layers test-deps
	@$(MAKE) --no-print-directory --jobs=3 --keep-going test-boards test-links test-rest

# Three at a time: rooms that use the machine's board `local` (one lease, so one after the other), rooms that mostly wait
# for links and deadlines of boards of their own, and all others, which keep a core busy.
BOARDS := boards commands runtimes test_wheel.py
LINKS := faults transport
test-boards: $(INSTALLED_DEV)
	@$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS) $(BOARDS:%=tests/%)

test-links: $(INSTALLED_DEV)
	@$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS) $(LINKS:%=tests/%)

test-rest: $(INSTALLED_DEV)
	@$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS) tests $(BOARDS:%=--ignore=tests/%) $(LINKS:%=--ignore=tests/%)

test-long: $(INSTALLED_DEV) test-deps ## the slow tests
	@$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

test-deps: ## system packages, emulator and foreign roots that the tests need
	@bash tests/test_deps.sh

reliability: $(INSTALLED_DEV) test-deps ## the whole fault suite, and docs/RELIABILITY.md from what it saw
	@rm -rf build/faults
	@$(BIN)/python -m pytest tests/faults
	@$(BIN)/python -m tests.faults.table

verdicts: $(INSTALLED_DEV) test-deps ## each verdict rule broken on purpose, and docs/VERDICTS.md from what was found
	@rm -rf build/verdicts
	@$(BIN)/python -m pytest tests/verdicts --ignore=tests/verdicts/test_doc.py
	@$(BIN)/python -m tests.verdicts.table

check-kernels: $(INSTALLED_DEV) test-deps ## every kernel variant on every CPU model and under sanitizers: build/check/kernels.md
	@$(BIN)/python -m tests.kernels.check_all

bench-kernels: $(INSTALLED_DEV) ## our kernels beside others' on this machine: build/bench/kernels.json, docs/PERFORMANCE.md
	@$(BIN)/python -m tests.bench_kernels

bench-networks: $(INSTALLED_DEV) ## our networks beside other runtimes' on this machine: build/bench/networks.json, docs/PERFORMANCE.md
	@$(BIN)/python -m tests.bench_networks

count-kernels: $(INSTALLED_DEV) test-deps ## executed instructions of Arm and RISC-V kernels in the emulator: docs/COUNTS.md
	@$(BIN)/python -m tests.count_kernels

count-networks: $(INSTALLED_DEV) test-deps ## the same of each layer of two networks: the end of docs/COUNTS.md
	@$(BIN)/python -m tests.count_networks

lint: $(INSTALLED_DEV) ## style, and what must never be called
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml harness

types: $(INSTALLED_DEV) ## mypy --strict
	@$(BIN)/mypy

layers: $(INSTALLED_DEV) ## who may import whom
	@$(BIN)/lint-imports

# The ready-made runners go away again: a checkout always runs what its own kernels/ say.
wheel: $(INSTALLED) ## the wheel with ready-made runners for every target, in dist/
	@trap 'rm -rf harness/_runners' EXIT INT TERM; set -e; \
	rm -f dist/lowbit_edge_harness-*.whl; \
	$(BIN)/python -m harness.toolchain.package; \
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls -l dist/*.whl

clean: ## everything that was built here, but not .venv, results or the user's cache
	rm -rf build dist harness/_runners .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .coverage *.egg-info
	find harness tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv; ensurepip.version()' 2> /dev/null || \
	  $(MAKE) --no-print-directory .python-venv
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Debian and Ubuntu ship Python without ensurepip.
.PHONY: .python-venv
.python-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv; \
	else \
	  echo "Python's venv is not installed; run: sudo apt-get install python3-venv" >&2; exit 1; \
	fi

$(INSTALLED): pyproject.toml | $(BIN)/python
	@$(PIP) --editable '.[toolchain,reference]'
	@touch $@

$(INSTALLED_DEV): pyproject.toml | $(BIN)/python
	@$(PIP) --editable '.[toolchain,reference,dev]'
	@touch $@ $(INSTALLED)
