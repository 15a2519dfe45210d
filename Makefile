# Every target installs what it needs; it takes Python >= 3.11, make and PyPI.
#
#   make serve                                     the sample documents, served
#   make serve PATHS=~/articles                    yours
#   GRAPH_API_PORT=9000 make serve                 every GRAPH_API_* variable reaches the server

PYTHON ?= python3
PATHS ?= seeds
ARGS ?=
PROCESSES ?= auto

VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check audit format bench soak fuzz picture constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

serve: $(VENV)/runtime.stamp ## ingest PATHS (seeds) and serve them; settings come from GRAPH_API_* variables
	@exec $(BIN)/graph-api serve $(PATHS) $(ARGS)

test: $(VENV)/dev.stamp ## run the tests (ARGS="-k revision" for some of them)
	@$(BIN)/python -m pytest --numprocesses=$(PROCESSES) --dist=worksteal $(ARGS)

check: $(VENV)/dev.stamp ## formatting, lint, types, import rules, published contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/graph-api schema --check
	@find build/audit.stamp -newer constraints.txt -mmin -1440 2>/dev/null | grep -q . || \
		{ $(MAKE) --no-print-directory audit && touch build/audit.stamp; } # once a day

audit: $(VENV)/dev.stamp ## look for known vulnerabilities of the pinned versions; needs network
	@[ -x build/audit/bin/pip-audit ] || { $(call new_venv,build/audit); \
		build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit 2>/dev/null || true; }
	@$(BIN)/python -m tests.audit build/audit/bin/pip-audit

format: $(VENV)/dev.stamp ## format the code and apply lint fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

BENCHES ?= documents links ingest walks turns admission scale queries page

bench: $(VENV)/dev.stamp ## run the benchmarks and print their figures (BENCHES="documents walks" for some)
	@for bench in $(BENCHES); do $(BIN)/python -m tests.bench.bench_$$bench $(ARGS) || failed=1; done; exit $${failed:-0}

soak: $(VENV)/dev.stamp ## ten minutes of mixed load and ingests; fails on errors and on growing memory (ARGS="--seconds 60")
	@$(BIN)/python -m tests.bench.bench_soak $(ARGS)

fuzz: $(VENV)/dev.stamp ## fuzz the document parser for ten minutes; crashing inputs are kept in build/fuzz (ARGS="-max_total_time=60")
	@mkdir -p build/fuzz/inputs
	@$(BIN)/python -m tests.documents.fuzz -max_total_time=600 -artifact_prefix=build/fuzz/ $(ARGS) build/fuzz/inputs

picture: $(VENV)/dev.stamp ## take the picture of GraphiQL that README.md shows (needs chromium)
	@$(BIN)/python -m tests.server.web.picture

constraints: ## resolve all dependencies and pin them in constraints.txt
	@rm -rf build/constraints
	@$(call new_venv,build/constraints)
	build/constraints/bin/python -m pip install --quiet --upgrade '.[dev]'
	build/constraints/bin/python -m pip freeze --exclude graph-api > constraints.txt
	@rm -rf build/constraints

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) build dist graph_api/server/web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find graph_api tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The pages are built when the package is installed.
WEB := $(wildcard graph_api/server/web/*.*)

# One environment; the stamps record what is installed, and a changed pin outdates them.
$(VENV)/runtime.stamp: pyproject.toml constraints.txt $(WEB)
	@$(call new_venv,$(VENV))
	@echo "installing what graph-api needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt $(WEB)
	@$(call new_venv,$(VENV))
	@echo "installing what developing graph-api needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(VENV)/runtime.stamp $@

define new_venv
if ! command -v $(PYTHON) >/dev/null; then \
	echo "$(PYTHON) is not installed: install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; fi; \
if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), older than Python 3.11; name a newer one: make PYTHON=python3.12" >&2; exit 1; fi; \
if [ ! -x $(1)/bin/pip ] && ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	echo "$(PYTHON) has no ensurepip, so it cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; fi; \
[ -x $(1)/bin/pip ] || $(PYTHON) -m venv $(1)
endef
