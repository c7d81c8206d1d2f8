# Every target does its own set-up: Python 3.11 or later, make and the package registry are enough.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO := fixtures/demo/mixed.jsonl

.PHONY: setup demo test test-corpus lint proof bench schemas requirements clean

setup: $(VENV)/ready

# Two stamps: only a change of requirements.txt costs a new environment.
$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/ready: $(VENV)/installed pyproject.toml
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# One line of the log is broken on purpose, hence exit status 1.
demo: setup
	@mkdir -p build
	@for to in anthropic-messages openai-chat gemini; do \
	  echo "$$ dragoman convert $(DEMO) --to $$to"; \
	  $(BIN)/dragoman convert $(DEMO) --to $$to -o build/$$to.jsonl --losses build/$$to.losses.jsonl 2> build/$$to.txt; \
	  test $$? -eq 1 || { cat build/$$to.txt; exit 1; }; \
	  sed 's/^/< /' $(DEMO) > build/in; sed 's/^/> /' build/$$to.jsonl > build/out; \
	  paste -d '\n' build/in build/out | cut -c 1-320; \
	  cat build/$$to.txt; \
	  echo "whole lines: build/$$to.jsonl, every loss: build/$$to.losses.jsonl"; echo; \
	done; rm build/in build/out

test: setup
	$(BIN)/python -m pytest -q -n $(JOBS)

# The tests that need recorded traffic: make test-corpus DRAGOMAN_TRAFFIC=/folder/of/recorded/exchanges
test-corpus: setup
	$(BIN)/python -m pytest -q -n $(JOBS) -m corpus

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

proof: setup
	$(BIN)/python -m pytest -q -n $(JOBS) --hypothesis-profile=proof

bench: setup
	@for file in tests/bench/*.py; do echo "$$file"; $(BIN)/python $$file || exit 1; done

schemas: setup
	$(BIN)/python -m dragoman.wire schemas

# Needs uv, which `pip install uv` brings.
requirements:
	@echo '# Everything that development needs, exact versions and hashes, Python 3.11 and later. Written by: make requirements' > requirements.txt
	@uv pip compile pyproject.toml --extra cli --group dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-annotate --no-config --quiet >> requirements.txt

clean:
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find translators tests -name __pycache__ -type d -prune -exec rm -rf {} +
