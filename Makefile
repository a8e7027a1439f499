# Zerodesk. `make` alone lists what there is.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin

# The trust store of AWS is not the one of an emulator on 127.0.0.1.
unexport AWS_CA_BUNDLE
# Without byte code, importing the CDK takes half a minute instead of two seconds.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: help setup run up down status test lint types contracts unit simulate simulate-pairs mutants explore format lock layer templates figures clean python

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: python  ## install everything, locked, into .venv/, node_modules/ and .local/
	@$(PYTHON) -m infra_cdk.local setup

run: setup  ## start the local cloud, deploy to it and run a live market
	@$(BIN)/zerodesk up
	@$(BIN)/zerodesk demo

up: setup  ## start the local cloud with the state that it had
	@$(BIN)/zerodesk up

down:  ## save the state and stop the local cloud
	@if [ -x $(BIN)/zerodesk ]; then $(BIN)/zerodesk down; else echo "nothing runs: no .venv/ here"; fi

status: setup  ## say what runs, where, since when
	@$(BIN)/zerodesk status

test: setup lint contracts unit  ## everything that must hold; starts a local cloud of its own

lint: setup  ## ruff: rules and format
	@echo "ruff"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: setup  ## mypy, strict
	@echo "mypy --strict"
	@$(BIN)/mypy

contracts: setup  ## the directions in which packages may import
	@echo "import contracts"
	@$(BIN)/lint-imports --no-logo

# A process for each core, and one that mostly waits for its local clouds. Groups of tests that
# share something costly come first, the largest, the clouds', before all; then one test after the
# other goes to whoever is idle. mypy, which has but one core at a time, is one of the tests.
WORKERS ?= $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))
unit: setup
	@echo "pytest, in $(WORKERS) processes"
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

LIVES ?= 10000
SEED ?= 1
simulate: setup  ## live LIVES=N orders under faults from SEED=S, and check every invariant; KEEP=FILE goes on
	@$(BIN)/python -m tests.simulation --lives $(LIVES) --seed $(SEED) $(if $(KEEP),--keep $(KEEP))

SEEDS ?= 40
mutants: setup  ## let each bug of tests/simulation/mutants live, and see what catches it
	@$(BIN)/python -m tests.simulation.mutants --seeds $(SEEDS) --record

simulate-pairs: setup  ## play every fault, and every pair of faults, at every boundary of one order's way
	@$(BIN)/python -m tests.simulation --pairs

DEVIATIONS ?= 2
explore: setup  ## play every schedule of the protocol's scenarios with DEVIATIONS=2, and some by chance, on all cores
	@$(BIN)/python -m tests.protocol --deviations $(DEVIATIONS)

format: setup  ## rewrite the code in the house format
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix --quiet || true

lock: setup  ## derive the lock files from pyproject.toml and package.json again
	@$(BIN)/python -m infra_cdk.local lock

layer: setup  ## build the third-party Lambda layer for AWS (arm64)
	@$(BIN)/python -m infra_cdk.local layer

templates: setup  ## cfn-lint and checkov over the templates of every stage, in an environment of their own
	@$(BIN)/python -m infra_cdk.local templates

figures: setup  ## print every figure of synthesis, packages, cold starts, cost, the way of an order and the durable path; PARTS="cost path" some, SMALL=1 to see them work
	@$(BIN)/python -m tests.benchmarks.figures $(PARTS) $(if $(SMALL),--small)

clean: down  ## stop, and delete all that setup and run produced, keys and state too
	@rm -rf .venv .local node_modules cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or newer, or name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed, name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
