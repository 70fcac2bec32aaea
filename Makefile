# What `make` can do here; `make` alone lists it.
#
# PYTHON=python3.13   another Python, 3.11 or newer
# TESTS=tests/core    some of the tests
# CONSTRAINTS=        the newest releases and not those of constraints.txt

PYTHON ?= python3
CONSTRAINTS ?= constraints.txt
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
  $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
# The package and the emulator, for the demo (Python compiles what it loads of them); then the other extras and the development tools.
LIGHT := $(VENV)/.light
FULL := $(VENV)/.installed
# Tests wait for programs and servers more than they compute.
WORKERS = $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
PYTEST = $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

.PHONY: help demo test unit lint check build bench update clean

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*##/make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(LIGHT)  ## plan, apply and plan again on an emulated Azure
	@$(BIN)/pal-reconcile demo

test: $(FULL)  ## all tests, or those of TESTS=...
	@$(PYTEST) $(COVERAGE) $(TESTS)

unit:  ## the fast tests: core, config and views
	@$(MAKE) --no-print-directory test TESTS='tests/core tests/config tests/views'

lint: $(FULL)  ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint  ## what CI runs: lint, then all tests with the coverage threshold
	@$(MAKE) --no-print-directory test COVERAGE='--cov --cov-report=term-missing:skip-covered'

build: $(FULL)  ## wheel and sdist
	@$(BIN)/python -m build

bench: $(FULL)  ## measure, and write docs/performance.md
	@$(BIN)/python -m tests.bench

update:  ## renew constraints.txt: the newest releases of what make installs
	@rm -rf build/update
	@$(MAKE) --no-print-directory CONSTRAINTS= VENV=build/update build/update/.installed
	@{ echo "# The releases that make installs, by make update."; \
	  build/update/bin/python -m pip freeze --all --exclude-editable --exclude setuptools; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/update

clean:  ## remove what make made
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(LIGHT): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "pal-reconcile needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --no-compile hatchling editables
	@$(PIP) --no-compile --no-build-isolation --editable '.[emulator]'
	@touch $@

# pip takes --group since 25.1.
$(FULL): $(LIGHT)
	@echo "Installing the other extras and the development tools ..."
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --no-build-isolation --editable '.[all]' --group dev
	@touch $@
