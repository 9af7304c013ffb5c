# Thin: every target is one command. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin/python
AIRPORT ?= $(if $(DAY),EWR,CSX)
RATE ?= 60
export AIRPORT
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help run demo test test-rooms test-people test-house check fix test-long nightly bench lock python setup setup-test

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: setup ## run the whole suite (ARGS=--split: one process a service; AIRPORT=EWR: another airport)
	@exec $(RUN) -m deploy.local $(ARGS)

demo: python ## replay a real day: make demo AIRPORT=EWR DAY=2013-07-10 RATE=60
	@$(PYTHON) -m deploy.bootstrap demo
	@exec $(RUN) -m deploy.local $(if $(DAY),--day $(DAY) --rate $(RATE)) $(ARGS)

# Three lanes side by side: what stays inside a room, what people and phones do, and what is killed, raced, sent and agreed.
ROOMS := tests/unit tests/store tests/gateway tests/deploy
PEOPLE := tests/journeys tests/sandbox
LANE = $(RUN) -m pytest -m "not long" -o cache_dir=.pytest_cache/$@

test: check setup-test ## check, then all tests in three lanes; needs nothing started before
	@exec $(MAKE) -s -j3 -Otarget test-rooms test-people test-house

test-rooms: ; @$(LANE) $(ROOMS)

# A browser on a busy machine may be too slow for a test once: what failed is tried once more when the lane is through, and both
# are printed. Everywhere else a test that fails by chance has found something.
test-people: ; @$(LANE) $(PEOPLE) || { failed=$$?; [ $$failed = 1 ] && echo "--- once more, alone: what failed above" && \
	$(LANE) --last-failed --last-failed-no-failures none $(PEOPLE); }

test-house: ; @$(LANE) $(ROOMS:%=--ignore=%) $(PEOPLE:%=--ignore=%) tests

test-long: setup-test ## the tests that take too long for `make test` as well
	@exec $(RUN) -m pytest

nightly: setup-test ## many more generated requests and orders of delivery than `make test`
	@TEST_EFFORT=nightly exec $(RUN) -m pytest

check: python ## ruff, formatting, mypy --strict, import rules
	@$(PYTHON) -m deploy.bootstrap check
	$(RUN) -m ruff check -q .
	$(RUN) -m ruff format -q --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports

fix: python ## let ruff repair and format what it can; write the README's settings anew
	@$(PYTHON) -m deploy.bootstrap check
	@$(RUN) -m ruff check --fix -q . ; $(RUN) -m ruff format -q .
	@$(RUN) -W ignore -m deploy.readme_settings

bench: setup-test ## measure; prints one table and keeps it in docs/benchmarks.md
	@exec $(RUN) -m tests.bench $(ARGS)

lock: ## write requirements/*.txt anew from requirements/*.in (needs uv)
	@for name in run test demo node; do \
	  deps=$$([ $$name = demo ] && echo --no-deps); \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-annotation $$deps \
	    --custom-compile-command 'make lock' -q requirements/$$name.in -o requirements/$$name.txt; done

setup: python
	@$(PYTHON) -m deploy.bootstrap run

setup-test: python
	@$(PYTHON) -m deploy.bootstrap test

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: sudo apt-get install python3"; exit 1; }
