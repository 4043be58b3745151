# Two commands do everything on a fresh machine with Python 3.11 and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
ANSWER ?=
ARGS ?=
# The tests wait more than they compute, so that more of them run at once than there are cores; each worker has a control
# plane of its own, and a file's tests stay together. ARGS='-n 0' runs them in this process.
SIDE_BY_SIDE := -n 4 --dist loadfile

.PHONY: demo test check soak control-plane unleash conformance claude-code axe plugin bench requirements clean

demo: $(READY)
	@$(BIN)/incident-mcp demo $(if $(ANSWER),--answer $(ANSWER))

test: $(READY_DEV)
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

check: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

# What takes long: `kill -9` a thousand times of writers of the record, fifty times of a server in the middle of a change or a message;
# the gate in any order of events, by the audit log of a real API server; and ten thousand hostile inputs.
KILLS ?= 1000
STEPS ?= 5000
HOSTILE ?= 10000
soak: $(READY_DEV)
	INCIDENT_TEST_KILLS=$(KILLS) $(BIN)/pytest tests/record/test_killed_writers.py $(ARGS)
	INCIDENT_TEST_KILLS=50 $(BIN)/pytest -s tests/surface/test_after_a_crash.py tests/communicate/test_killed.py -k killed $(ARGS)
	INCIDENT_TEST_GATE_STEPS=$(STEPS) $(BIN)/pytest tests/gate/test_interleavings.py $(ARGS)
	INCIDENT_TEST_HOSTILE=$(HOSTILE) $(BIN)/pytest tests/gate/test_hostile.py $(ARGS)

control-plane:
	$(PYTHON) tests/controlplane/build.py

# The real server of Unleash for its tests, once, beside the control plane; PostgreSQL is Debian's package.
UNLEASH := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/incident-mcp/unleash
unleash:
	@test -f $(UNLEASH)/node_modules/unleash-server/dist/server.js || \
		npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(UNLEASH) unleash-server@7.5.1

# The official suite of the protocol, with the Node that it needs.
CONFORMANCE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/incident-mcp/conformance
conformance:
	@test -f $(CONFORMANCE)/node_modules/.bin/conformance || \
		npm install --silent --no-audit --no-fund --prefix $(CONFORMANCE) @modelcontextprotocol/conformance@0.1.16 node@22

# The real Claude Code for its tests, once for each era of the protocol, beside the control plane; tmux is Debian's package.
CLAUDE_CODE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/incident-mcp/claude-code
claude-code:
	@for version in 2.1.197 2.1.330; do \
		test -d $(CLAUDE_CODE)/$$version/node_modules || \
			npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(CLAUDE_CODE)/$$version \
			@anthropic-ai/claude-code@$$version || exit 1; \
	done

# What Claude Code reads: .claude/ from prompts/ and the list of tools, plugin/ from .claude/.
plugin: $(READY_DEV)
	$(BIN)/python -m tests.plugin.build

# What looks for barriers in the console's pages, for its tests; the browser is Debian's package `chromium`.
AXE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/incident-mcp/axe
axe:
	@test -f $(AXE)/node_modules/axe-core/axe.min.js || \
		npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(AXE) axe-core@4.14.1

bench: $(READY_DEV)
	$(BIN)/python -m bench

# The pins, with hashes and without addresses; run after a change of the dependencies in pyproject.toml.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
requirements: $(READY_DEV)
	$(COMPILE) --build-deps-for editable --output-file requirements.txt pyproject.toml
	$(COMPILE) --build-deps-for editable --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("incident-mcp needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(READY_DEV): $(READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
