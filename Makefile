# Every target does its own set-up: Python 3.11 or later, make and the package registry are enough.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BENCH := .venv-bench
MEASURE := PYTHONPATH=translators:. $(BENCH)/bin/python
FUZZ := build/venv-fuzz
COMPILED := build/venv-compiled
JUDGES := tests/judges/node
NODE := build/node
NPM := npm --no-audit --no-fund --ignore-scripts
MUTANTS := build/venv-mutants
SECONDS ?= 60
COUNT ?= 40
SEED ?= 0
MODULES ?=
PROFILE ?= proof
DEMO := fixtures/demo/mixed.jsonl

.PHONY: setup demo test test-corpus corpus-all lint proof judge-node node-requirements fuzz fuzz-requirements mutants mutants-requirements wheel wheel-compiled test-compiled compiled-requirements bench bench-compiled bench-requirements cost schemas requirements clean

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

# The tests that need recorded traffic: make test-corpus DRAGOMAN_TRAFFIC=/folder/of/recorded/exchanges. Without the
# folder there is nothing to pass, and the job fails (tests/conftest.py).
test-corpus: setup
	$(BIN)/python -m pytest -q -n $(JOBS) -m corpus

# The same with nothing sampled: streams cut behind every frame, 20 damaged variants of each line into every dialect,
# every line for the official SDKs. A job of its own, and a long one (hours).
corpus-all: setup
	DRAGOMAN_ALL=1 $(BIN)/python -m pytest -q -n $(JOBS) -m corpus

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The laws and all other tests with 1,000 examples each, and docs/proof.md. make proof PROFILE=brief is a quick look.
# The page is written whatever the tests say, for it tells that too; the job fails when they do.
proof: setup
	$(BIN)/python -m pytest -q -n $(JOBS) --hypothesis-profile=$(PROFILE) --proof; status=$$?; \
	$(BIN)/python -m tests.proof generators corpus --documents 1800 && exit $$status

# The official Node SDKs and the Vercel AI SDK. npm is needed, which any Node brings; the Node that runs is a package.
judge-node: setup $(NODE)/ready
	PYTHONPATH=translators:. $(BIN)/python -m tests.judges.node

$(NODE)/ready: $(JUDGES)/package.json $(JUDGES)/package-lock.json $(JUDGES)/.npmrc
	@command -v npm > /dev/null || { echo 'npm is needed, which any Node brings'; exit 1; }
	@mkdir -p $(NODE)
	cp $^ $(NODE)
	cd $(NODE) && $(NPM) ci --loglevel=error
	@touch $@

# Guided by coverage, SECONDS for all targets together. The fuzzer has an environment of its own. With DRY=1 docs/proof.md
# stays as it is.
fuzz: $(FUZZ)/ready
	PYTHONPATH=translators:. $(FUZZ)/bin/python -m tests.fuzz --seconds $(SECONDS) $(if $(DRY),--dry)

$(FUZZ)/ready: tests/fuzz/requirements.txt
	$(PYTHON) -m venv --clear $(FUZZ)
	$(FUZZ)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

# Mutants of the library, COUNT of each module (or of MODULES="laws.py carrier.py"), and who survives the tests: hours
# for all. With SECONDS=... no further module is begun after so many. The mutation tester has an environment of its own.
mutants: $(MUTANTS)/ready
	PYTHONPATH=translators:. $(MUTANTS)/bin/python -m tests.mutants $(MODULES) --count $(COUNT) --seed $(SEED) --wide \
	  $(if $(findstring command,$(origin SECONDS)),--seconds $(SECONDS))

$(MUTANTS)/ready: tests/mutants/requirements.txt
	$(PYTHON) -m venv --clear $(MUTANTS)
	$(MUTANTS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

# The wheel for everywhere: no compiler is needed, neither here nor where it is installed.
wheel: setup
	$(BIN)/python -m hatchling build -t wheel

# The same package compiled by mypyc, for this system and this version of Python; a C compiler is needed. It is built
# from a copy: the compiler leaves its files beside the sources.
wheel-compiled: $(COMPILED)/ready
	rm -rf build/compiled dist/dragoman-*-cp*.whl
	@mkdir -p build/compiled
	cp -r translators pyproject.toml README.md LICENSE build/compiled
	find build/compiled -name __pycache__ -type d -prune -exec rm -rf {} +
	cd build/compiled && HATCH_BUILD_HOOK_ENABLE_MYPYC=1 ../../$(COMPILED)/bin/python -m hatchling build -t wheel -d ../../dist

$(COMPILED)/ready: tests/compiled/requirements.txt
	$(PYTHON) -m venv --clear $(COMPILED)
	$(COMPILED)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

$(COMPILED)/installed: wheel-compiled
	$(COMPILED)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --force-reinstall dist/dragoman-*-cp*.whl

# All tests against the compiled package as it is installed, and what it makes of fixtures, whole and damaged, beside
# what the sources make of them (tests/compiled). Hypothesis draws other examples where a package is installed, hence:
# one test that counts the examples stays out, and one whose other examples break law 2, which the sources do as well
# (an empty generationConfig in both casings at once).
NOT_COMPILED := --deselect 'tests/test_strategies.py::test_everything_the_specification_names_is_reached[gemini/request]' \
  --deselect 'tests/test_odd_places.py::test_what_is_odd_arrives_as_it_is[gemini-request]'
test-compiled: $(COMPILED)/installed
	$(COMPILED)/bin/python -m pytest -q -n $(JOBS) -o pythonpath=. $(NOT_COMPILED)
	@mkdir -p build
	PYTHONHASHSEED=0 PYTHONPATH=translators $(COMPILED)/bin/python -m tests.compiled > build/interpreted.txt
	PYTHONHASHSEED=0 $(COMPILED)/bin/python -m tests.compiled > build/compiled.txt
	cmp build/interpreted.txt build/compiled.txt

# The peers have an environment of their own. make bench SHORT=1 is a quick look.
bench: $(BENCH)/ready
	$(MEASURE) -m tests.benchmarks $(if $(SHORT),--short) --out build/bench.json
	$(MEASURE) -m tests.benchmarks.page build/bench.json
	$(MEASURE) -m tests.benchmarks.framing

# The sources and the compiled wheel in turn: another section of the same page. About a minute beside the build.
bench-compiled: $(COMPILED)/installed
	$(COMPILED)/bin/python -m tests.benchmarks.builds

$(BENCH)/ready: tests/benchmarks/requirements.txt
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

# The figures that tests/test_cost.py holds the code to, for this version of Python; for another one:
# make cost PYTHON=python3.13 VENV=.venv-bench-3.13
cost: setup
	PYTHONPATH=translators:. $(BIN)/python -m tests.benchmarks.counting

schemas: setup
	$(BIN)/python -m dragoman.wire schemas

# Needs uv, which `pip install uv` brings.
requirements:
	@echo '# Everything that development needs, exact versions and hashes, Python 3.11 and later. Written by: make requirements' > requirements.txt
	@uv pip compile pyproject.toml --extra cli --group dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-annotate --no-config --quiet >> requirements.txt

# The lock of a folder: what it is for, and then exact versions and hashes of what is asked for.
define lock
@echo '# $(2), exact versions and hashes. Written by: make $@' > $(1)/requirements.txt
@uv pip compile $(3) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-config --quiet \
  >> $(1)/requirements.txt
endef
TESTED := pyproject.toml --extra cli --group dev --constraints requirements.txt

bench-requirements:
	$(call lock,tests/benchmarks,The peers and what draws the plots,tests/benchmarks/requirements.in --upgrade)

fuzz-requirements:
	$(call lock,tests/fuzz,The fuzzer,tests/fuzz/requirements.in --upgrade)

compiled-requirements:
	$(call lock,tests/compiled,The compiler and what the tests need,$(TESTED) tests/compiled/requirements.in)

mutants-requirements:
	$(call lock,tests/mutants,The mutation tester and what the tests need,$(TESTED) tests/mutants/requirements.in)

# After a change of package.json. No address of a registry goes into the lock (.npmrc), only versions and hashes.
node-requirements:
	cd $(JUDGES) && $(NPM) install --package-lock-only --loglevel=error

clean:
	rm -rf $(VENV) $(BENCH) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find translators tests -name __pycache__ -type d -prune -exec rm -rf {} +
