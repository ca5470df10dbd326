# Every target works from a clean clone; `setup` makes .venv, which the others use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')  # some tests wait for a while

SHARD ?=
PART := $(or $(subst /,-of-,$(SHARD)),whole)
CHECK ?= $(and $(CI),--check)  # in CI a page that said otherwise is a failure

.PHONY: demo test prove proven setup check screenshots bench lock clean

demo: setup  ## set-up, then the whole loop: mock, vendor app, certification
	$(BIN)/mock-clever demo

test: setup  ## set-up, a browser where one can be had, then all tests
	@.ci/browser $(BIN)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

prove: setup  ## the proof of the certification suite, docs/kill-matrix.md; SHARD=1/3 runs a third of it
	@.ci/browser $(BIN)
	rm -rf reports/proof/whole reports/proof/$(PART)
	PROOF=reports/proof/$(PART) SHARD=$(SHARD) $(BIN)/python -m pytest -n $(WORKERS) -m proof tests/certification_suite
ifeq ($(SHARD),)
	$(BIN)/python tests/certification_suite/proof.py $(CHECK) reports/proof/$(PART)
endif

proven: setup  ## docs/kill-matrix.md from the parts of a sharded proof in reports/proof
	$(BIN)/python tests/certification_suite/proof.py $(CHECK) reports/proof

setup: $(VENV)/ready  ## create .venv with everything the other targets need

$(VENV)/ready: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q mock_clever vendor_app certification_suite  # a first start is quick too
	touch $@

check: setup  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

screenshots: setup  ## every page of the mock, wide and narrow, into reports/screenshots; needs a browser
	$(BIN)/python tests/screenshots.py

bench: setup  ## ratios against baselines taken in the same run; never fails
	$(BIN)/python -m benchmarks

lock: setup  ## write the versions now in .venv to requirements.lock
	(echo '# What `make setup` installs, to the version. Refresh with `make lock`.'; \
	 $(BIN)/python -m pip freeze --all --exclude-editable | grep -vi '^pip==' | sort -f) > requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:  ## forget the virtual environment and what tools left behind
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis reports
