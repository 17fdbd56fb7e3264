# Everything is installed into the checkout: .tools (uv, if the machine lacks it) and .venv.
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin
INSTALLED := .venv/.installed
DEVELOPING := .venv/.developing
PACKAGES := $(wildcard shared/pyproject.toml webapp/pyproject.toml emulators/pyproject.toml)
ARGS ?=

# Python keeps what it compiled, wherever it is told not to: each process would do so anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test check format train chaos fuzz bench screenshots vendor aladin lock clean help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

$(INSTALLED): requirements.lock $(PACKAGES) | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(RUN)/python --no-deps -e shared -e webapp -e emulators
	@touch $@

$(DEVELOPING): $(INSTALLED) requirements-dev.lock
	$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements-dev.lock
	@touch $@

install: $(DEVELOPING)  ## everything the other commands need, into .venv

demo: $(INSTALLED)  ## a simulated night through the whole platform, then the marshal at localhost:5000
	@$(RUN)/fritz demo $(ARGS)

test: $(DEVELOPING)  ## all tests; what this machine lacks is skipped with its reason
	$(RUN)/pytest -n 3 --dist loadgroup $(ARGS)  # one of three waits, for a browser or an emulator

check: $(DEVELOPING)  ## style, types and the direction of imports
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

format: $(DEVELOPING)  ## let ruff write the style
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

train: $(DEVELOPING) requirements-train.lock  ## what `fritz train` needs beyond, into .venv
	$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements-train.lock

chaos: $(DEVELOPING)  ## the long sweeps that `make test` leaves out: workers killed at every point
	$(RUN)/pytest -n 2 --dist loadgroup -m chaos tests $(ARGS)

fuzz: $(DEVELOPING)  ## requests that nobody thought of, 40 to every operation of the API (ARGS="200 /api/spectra")
	@$(RUN)/python -m tests.chaos.fuzz_api $(ARGS)

bench: $(DEVELOPING)  ## benchmarks, one JSON line each
	@$(RUN)/python -m tests.bench $(ARGS)

TRAIN = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header --all-extras \
  --no-emit-package fritz --no-emit-package fritz-webapp --no-emit-package fritz-emulators

screenshots: train  ## the pictures in docs/images, from a demo of their own
	$(RUN)/python -m tests.browser.screenshots
	$(RUN)/python -m tests.browser.report_picture

vendor: $(INSTALLED)  ## copy the browser's libraries anew, as package-lock.json pins them (needs npm)
	npm ci --ignore-scripts --no-audit --no-fund
	$(RUN)/python -m webapp.vendored

ALADIN = build/aladin/node_modules/aladin-lite
aladin:  ## Aladin Lite for the sky view, 2.4 MB that are not tracked (needs npm)
	npm install --ignore-scripts --no-save --no-audit --no-fund --prefix build/aladin aladin-lite@3.8.2
	echo "bed9c8ef1d1e83501b1cb782366092c72c5ecd1c88f16fef3166188ae8062066  $(ALADIN)/dist/aladin.js" \
	  | sha256sum --check --quiet
	mkdir -p webapp/static/aladin-3.8.2
	cp $(ALADIN)/dist/aladin.js $(ALADIN)/LICENSE webapp/static/aladin-3.8.2/

lock: | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)  ## write the lock files anew from the pyproject files
	$(COMPILE) $(PACKAGES) $(wildcard functions/*/pyproject.toml) -o requirements.lock
	$(COMPILE) -c requirements.lock --group pyproject.toml:dev $(PACKAGES) \
	  $(wildcard functions/*/pyproject.toml) -o requirements-dev.lock
	$(TRAIN) -c requirements-dev.lock --group pyproject.toml:train -o requirements-train.lock

clean:  ## forget what was installed and simulated
	rm -rf .venv .tools .fritz
