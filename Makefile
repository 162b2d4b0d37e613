# The front door. `make` alone lists the verbs.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   := .venv
UV     := $(VENV)/bin/uv
UV_VERSION := 0.13.9
READY  := $(VENV)/.ready

.PHONY: help up down setup test check bench bench-model docs train lock clean

help:     ## list these verbs
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

up: setup ## everything on this machine: dashboard, Airflow, the first posts; Ctrl-C stops it
	@$(VENV)/bin/earshot up

down:     ## stop what `make up` started
	@test -x $(VENV)/bin/earshot && $(VENV)/bin/earshot down || echo "Nothing was running."

setup: $(READY) ## only the environment, in .venv/

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Earshot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing the environment into $(VENV)/ …"
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make an environment here. Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(VENV)/bin/pip || $(VENV)/bin/python -m ensurepip >/dev/null
	@test -x $(UV) || $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) pip install --quiet --python $(VENV)/bin/python --require-hashes -r requirements.txt
	@$(UV) pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

test: setup ## every test that can run here; says what it skipped and why
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" scripts/test.sh

check: setup ## lint, types, import contract
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: setup ## benchmarks, printed as tables (docs/benchmarks.md explains them)
	@$(VENV)/bin/python -m pipeline.benchmark $(BENCH)

bench-model: setup ## how good the model is, beside others (docs/model-quality.md explains the tables)
	@$(VENV)/bin/python -m sentiment.quality $(BENCH)

docs: setup ## the documentation as pages, in build/docs/
	@$(VENV)/bin/python -m mkdocs build --strict && echo "Open build/docs/index.html"

train:    ## train the bundled model again (hours on two cores; see sentiment/training/README.md)
	@sentiment/training/run.sh

lock: setup ## resolve the dependencies anew and pin them with hashes
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --all-extras --quiet pyproject.toml -o requirements.txt

clean:    ## remove the environment and caches; your data in .earshot/ stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
