# The only door: every task starts here, and CI runs nothing else. `make help` writes itself.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
TWO_HOUSES := -n 2 --dist loadfile # two workers, each with servers of its own
ROOMS := kit services cli local tests bench
# compiled modules are kept, whatever the shell says: without them each start compiles the house anew
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup up reset doctor check lint types borders secrets audit proto proto-drift test fast prove bench lock clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready .assets/.ready ## everything a fresh machine needs (asked for by the other targets)

.venv/.ready: requirements-dev.lock local/setup.sh
	@bash local/setup.sh python

.assets/.ready: package-lock.json local/setup.sh | .venv/.ready
	@bash local/setup.sh assets

up: setup ## start the whole system on this machine: Postgres, NATS, sandbox, services, demo data
	@$(PY) -m local up

reset: setup ## forget all data of `make up`
	@$(PY) -m local reset

doctor: setup ## say what this machine lacks, and the line that mends it
	@$(PY) -m local doctor

check: setup lint types borders proto-drift secrets audit fast ## under a minute: style, types, borders, proto drift, secrets, fast tests

lint: .venv/.ready ## style and format
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: .venv/.ready ## mypy, strict
	@.venv/bin/mypy $(wildcard $(ROOMS))

borders: .venv/.ready ## who may import whom
	@.venv/bin/lint-imports

secrets: .venv/.ready ## no secret in any file that git keeps (a changed file is looked at once)
	@$(PY) -m local.guard leaks

audit: .venv/.ready ## no dependency known to be vulnerable (asked once a day; said when nobody answers)
	@$(PY) -m local.guard audit

proto: .venv/.ready ## regenerate the stubs of preavis/ from proto/
	@bash local/proto.sh

proto-drift: .venv/.ready ## lint the protos, and fail when the committed stubs are not theirs
	@bash local/proto.sh --check

fast: setup ## tests that need no server and little time
	@$(PYTEST) -m "not servers and not browser and not slow and not prove" -n 2

test: setup ## all tests, on real Postgres, NATS, sandbox and Chromium
	@bash local/setup.sh browser
	@$(PYTEST) -m "not servers and not browser and not prove" -n 2
	@$(PYTEST) -m "servers and not prove" --ignore tests/e2e $(TWO_HOUSES)
	@$(PYTEST) tests/e2e --no-loadscope-reorder $(TWO_HOUSES)

prove: setup ## kill storms, lost brokers, restores, fuzzing at length: minutes to hours
	@$(PYTEST) -m prove -s --ignore=tests/prove/fuzz
	@$(PYTEST) -s tests/prove/fuzz/rest
	@PREAVIS_PROVE_TIMES=$${PREAVIS_PROVE_TIMES:-25} PREAVIS_PROVE_SEED=$${PREAVIS_PROVE_SEED:-$$RANDOM} $(PYTEST) tests/prove/fuzz --ignore=tests/prove/fuzz/rest --timeout 3600

bench: setup ## measure speed beside what one would pick instead (half an hour; ARGS="--help")
	@$(PY) -m bench $(ARGS)

lock: .venv/.ready ## lock the dependencies again
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.lock
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 -c requirements.lock requirements-dev.in -o requirements-dev.lock
	@npm install --no-audit --no-fund --silent --package-lock-only --omit-lockfile-registry-resolved

clean: ## forget the environment (data of `make up` stays: see reset)
	@rm -rf .venv .assets node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .guard_cache
