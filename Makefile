# Needs Python 3.11 or newer with its venv module, and make. Everything else is installed into .venv from the lock.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lint mypy pyright layers budgets fmt bench soak lock

help:  ## show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-7s %s\n", $$1, $$2 }'

setup: $(READY)  ## make .venv from requirements-dev.lock; quick when nothing changed

$(READY): requirements-dev.lock pyproject.toml hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@

run: $(READY)  ## start QotBot on this machine
	$(BIN)/qotbot run

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: format lint mypy pyright layers budgets  ## what must be clean before a commit; -k goes on past the first failure

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

mypy: $(READY)
	$(BIN)/mypy

pyright: $(READY)
	$(BIN)/pyright

layers: $(READY)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house/test_layers.py

budgets: $(READY)
	$(BIN)/python -m pytest -q tests/house/test_budgets.py

fmt: $(READY)  ## format and sort imports
	$(BIN)/ruff check --fix --select I,UP .
	$(BIN)/ruff format .

bench: $(READY)  ## measure speed
	$(BIN)/python -m bench $(ARGS)

soak: $(READY)  ## run under load for long, with processes killed
	$(BIN)/python -m bench soak
	QOTBOT_PEOPLE=1000 QOTBOT_POINTS=all $(BIN)/python -m pytest -n 2 --dist loadfile --qotbot-full \
		tests/workers/test_stop_campaign_race.py tests/workers/test_crash.py evals/suites $(ARGS)

lock: $(READY)  ## renew both locks from pyproject.toml
	$(LOCK) --extra postgres --group dev --output-file requirements-dev.lock $(ARGS)
	$(LOCK) --extra postgres --constraint requirements-dev.lock --output-file requirements.lock
