# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The only runner: what a person types, what the continuous integration calls. Nothing is installed outside .build.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BUILD := $(CURDIR)/.build
VENV := $(BUILD)/venv
FLOOR := $(BUILD)/floor/venv
IMPORTER := $(BUILD)/importer
AWSCLI := $(BUILD)/awscli
FLOOR_PYTHON = $(shell tests/tools/find_python.sh 3.11)
DEV := $(BUILD)/dev
PYTHON := $(VENV)/bin/python
PINS := tests/requirements
PIP := -m pip --disable-pip-version-check install --quiet

# How many of the two cores must be able to run; .ci/run asks for both.
CORES_REQUIRED ?= 1
# More words for pytest or for the simulator.
ARGS ?=

# No target can reach a real account: whatever the caller has for AWS stops here.
$(foreach name,$(filter AWS_%,$(.VARIABLES)),$(eval unexport $(name)))
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true

# Our collection, linked, with its neighbours; pytest, ansible-playbook and import-linter look here.
COLLECTIONS := ANSIBLE_COLLECTIONS_PATH=$(DEV) PYTHONPATH=$(DEV)
TESTS := PATH=$(VENV)/bin:$$PATH $(COLLECTIONS)

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- environments

.PHONY: install
install: $(VENV)/.installed ## the main environment, in .build/venv

$(VENV)/.installed: $(PINS)/main.txt $(PINS)/constraints.txt tests/simulator/pyproject.toml
	@command -v git >/dev/null || { echo "git is missing: apt-get install git"; exit 1; }
	@tests/tools/find_python.sh >/dev/null || { echo "Python 3.11 or newer with venv is missing: apt-get install python3 python3-venv"; exit 1; }
	@test -x $(PYTHON) || "$$(tests/tools/find_python.sh)" -m venv $(VENV)
	@echo "Installing into $(VENV): takes a few minutes the first time"
	@$(PYTHON) $(PIP) -r $(PINS)/main.txt -c $(PINS)/constraints.txt
	@$(PYTHON) $(PIP) -c $(PINS)/constraints.txt --no-build-isolation -e tests/simulator
	@$(PYTHON) tests/tools/tree.py link $(DEV)
	@touch $@

$(FLOOR)/.installed: $(PINS)/floor.txt $(PINS)/floor-collections.txt
	@test -x $(FLOOR)/bin/python || "$$(tests/tools/find_python.sh 3.11)" -m venv $(FLOOR)
	@$(FLOOR)/bin/python $(PIP) -r $(PINS)/floor.txt
	@$(FLOOR)/bin/python $(PIP) --no-deps -r $(PINS)/floor-collections.txt
	@touch $@

$(IMPORTER)/.installed: $(PINS)/importer.txt
	@test -x $(IMPORTER)/bin/python || "$$(tests/tools/find_python.sh)" -m venv $(IMPORTER)
	@$(IMPORTER)/bin/python $(PIP) -r $(PINS)/importer.txt
	@touch $@

$(AWSCLI)/.installed: $(PINS)/awscli.txt
	@test -x $(AWSCLI)/bin/python || "$$(tests/tools/find_python.sh)" -m venv $(AWSCLI)
	@$(AWSCLI)/bin/python $(PIP) -r $(PINS)/awscli.txt
	@touch $@

# ---- the fast loop

.PHONY: check ruff types layers units-fast
check: install ## the fast loop: style, types, layers, unit tests with their coverage; a failure does not hide the next
	@$(MAKE) --keep-going ruff types layers coverage

ruff: install
	$(VENV)/bin/ruff check .

types: install
	cd $(DEV) && MYPYPATH=$(DEV) $(VENV)/bin/mypy --config-file $(CURDIR)/pyproject.toml --cache-dir $(BUILD)/mypy -p ansible_collections.cutover.eks.plugins
	MYPYPATH=tests/simulator/src $(VENV)/bin/mypy --cache-dir $(BUILD)/mypy-simulator -p simulator
	MYPYPATH=tests/tools $(VENV)/bin/mypy --cache-dir $(BUILD)/mypy-tools tests/tools

layers: install
	$(COLLECTIONS) $(VENV)/bin/lint-imports --cache-dir $(BUILD)/layers

units-fast: install ## the unit tests alone; ARGS="-k drift"
	$(TESTS) $(PYTHON) -m pytest tests/unit $(ARGS)

.PHONY: coverage
coverage: install ## branch coverage of the pure layers by the unit tests; less than pyproject.toml demands fails
	$(TESTS) $(PYTHON) -m coverage run -m pytest -q tests/unit
	$(PYTHON) -m coverage report

# ---- Ansible's own checks, on the oldest and on the newest core

.PHONY: cores sanity units sanity-newest units-newest sanity-floor units-floor
sanity: sanity-newest sanity-floor ## ansible-test sanity on both cores
units: units-newest units-floor ## ansible-test units on both cores

sanity-newest units-newest: %-newest: $(VENV)/.installed
	@$(PYTHON) tests/tools/ansible_test.py newest $*

sanity-floor units-floor: %-floor: cores $(VENV)/.installed
	@test -z "$(FLOOR_PYTHON)" || { $(MAKE) $(FLOOR)/.installed && $(PYTHON) tests/tools/ansible_test.py floor $*; }

cores: install ## which of the two cores this machine can test with
	@echo "newest core: $$($(VENV)/bin/ansible-test --version), $$($(PYTHON) --version)"
	@if test -n "$(FLOOR_PYTHON)"; then echo "oldest core: ansible-test version 2.18, $$($(FLOOR_PYTHON) --version)"; \
	else echo "NOT RUN: ansible-core 2.18 needs Python 3.11, which this machine does not have"; test $(CORES_REQUIRED) -lt 2; fi

.PHONY: lint
lint: install ## ansible-lint, changelog, documentation
	@$(PYTHON) tests/tools/tree.py copy $(BUILD)/lint
	@# antsibull-docs copies what git tracks; without the ceiling it finds our repository around the dependencies, which ignores them all.
	cd $(BUILD)/lint/ansible_collections/cutover/eks && export PATH=$(VENV)/bin:$$PATH ANSIBLE_COLLECTIONS_PATH=$(BUILD)/lint && \
	    export GIT_CEILING_DIRECTORIES=$(CURDIR) && \
	    ansible-lint --strict && \
	    antsibull-changelog lint && \
	    antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml && \
	    antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs dependent --skip-rstcheck .

.PHONY: importer
importer: install $(IMPORTER)/.installed ## what Galaxy and Automation Hub say on upload
	@$(PYTHON) tests/tools/tree.py copy $(BUILD)/galaxy
	@PATH=$(IMPORTER)/bin:$$PATH $(IMPORTER)/bin/python tests/tools/importer.py $(BUILD)/galaxy

# ---- the simulator and everything that runs against it

# A worker and the simulator of its own take turns, so it takes three of them to keep two cores busy.
MATRIX := tests/e2e/test_crash_matrix.py
WORKERS ?= 3

.PHONY: simulator demo test-simulator test-e2e test-playbooks test-crashes bench soak
simulator: install ## the local AWS; ARGS="--port 5199 --speed 60"
	@$(PYTHON) -m simulator $(ARGS)

demo: install ## plan, create, repeat, drift, repair, delete; KEEP=1 leaves the simulator up
	@$(TESTS) $(PYTHON) scripts/demo.py

test-simulator: install $(AWSCLI)/.installed ## the simulator's own tests
	$(TESTS) CUTOVER_EKS_AWSCLI=$(AWSCLI)/bin/aws $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/simulator/tests $(ARGS)

test-e2e: install $(AWSCLI)/.installed ## playbooks against the simulator, and the crash matrix's sample
	@$(MAKE) --keep-going test-playbooks test-crashes

test-playbooks: install $(AWSCLI)/.installed
	$(TESTS) CUTOVER_EKS_AWSCLI=$(AWSCLI)/bin/aws $(PYTHON) -m pytest -n 2 --dist loadfile tests/e2e -m "not soak" --ignore=$(MATRIX) $(ARGS)

test-crashes: install
	$(TESTS) $(PYTHON) -m pytest $(MATRIX) -m "not soak" --numprocesses=$(WORKERS) $(ARGS)

bench: install ## the benchmark beside amazon.aws and community.aws
	$(TESTS) $(PYTHON) tests/benchmarks/run.py $(ARGS)

soak: install ## every call of the crash matrix, and every cell through ansible-playbook; takes hours
	$(TESTS) $(PYTHON) -m pytest $(MATRIX) --numprocesses=$(WORKERS) $(ARGS)

# ---- everything

.PHONY: test environments
environments: install $(IMPORTER)/.installed $(AWSCLI)/.installed

test: ## all of it, with a line for each part
	@$(MAKE) environments cores
	@$(PYTHON) tests/tools/parts.py $(BUILD)/logs \
	    check sanity-floor,units-floor+sanity-newest,units-newest lint+importer test-simulator test-e2e
