# Development tasks. `make` lists the targets.
#
# PYTHON=python3.13   another Python, 3.11 or later
# TESTS=tests/core    only these tests
# CONSTRAINTS=        the newest releases instead of those in constraints.txt

PYTHON ?= python3
CONSTRAINTS ?= constraints.txt
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
  $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
# LIGHT: the package and the emulator, enough for the demo (not compiled: Python compiles what it loads). FULL: all extras and the
# development tools.
LIGHT := $(VENV)/.light
FULL := $(VENV)/.installed
# Tests spend most of their time waiting for programs and servers, so use two workers for each core.
WORKERS = $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
PYTEST = $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

.PHONY: help demo test unit fix lint check docs build bench update clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(LIGHT)  ## run plan, apply and plan on an emulated Azure
	@$(BIN)/pal-reconcile demo

test: $(FULL)  ## run all tests, or those in TESTS=...
	@$(PYTEST) $(COVERAGE) $(TESTS)

# Without the tests in a browser, and with fewer examples for each property. make test runs them all.
UNIT := tests/core tests/config tests/views --ignore-glob=*/test_browser*.py --hypothesis-profile unit

unit:  ## run the fast tests: core, config and views
	@$(MAKE) --no-print-directory test TESTS='$(UNIT)'

fix: $(FULL)  ## fix style: ruff check --fix and ruff format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lint: $(FULL)  ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint  ## run lint, then all tests with the coverage threshold, as CI does
	@$(MAKE) --no-print-directory test COVERAGE='--cov --cov-report=term-missing:skip-covered'

# Without --quiet, with which MkDocs would not count warnings.
docs: $(FULL)  ## build the documentation site in build/site; a warning fails it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

build: $(FULL)  ## build the wheel and the sdist
	@$(BIN)/python -m build

bench: $(FULL)  ## measure performance and write docs/performance.md
	@$(BIN)/python -m tests.bench

update:  ## update constraints.txt to the newest releases
	@rm -rf build/update
	@$(MAKE) --no-print-directory CONSTRAINTS= VENV=build/update build/update/.installed
	@{ echo "# Releases that make installs. Written by make update."; \
	  build/update/bin/python -m pip freeze --all --exclude-editable --exclude setuptools; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/update

clean:  ## remove everything that make created
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(LIGHT): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "pal-reconcile needs Python 3.11 or later; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --no-compile hatchling editables
	@$(PIP) --no-compile --no-build-isolation --editable '.[emulator]'
	@touch $@

# pip supports --group since 25.1.
$(FULL): $(LIGHT)
	@echo "Installing the other extras and the development tools ..."
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --no-build-isolation --editable '.[all]' --group dev --group docs
	@touch $@
