PYTHON ?= python3
LAUNCHER := .local/venvs/local
BENCH := .local/venvs/bench
PIP := -m pip install --quiet --disable-pip-version-check --require-hashes

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(LAUNCHER)/.done ## Start everything on this machine and print the address
	@exec $(LAUNCHER)/bin/python -m local

stdio: $(LAUNCHER)/.done ## Serve one person's tools to an MCP client that starts this command
	@exec $(LAUNCHER)/bin/python -m local $(if $(STATE),--state $(STATE)) stdio

connect: $(LAUNCHER)/.done ## Print what to paste into Claude Desktop, Claude Code, Cursor and VS Code
	@$(LAUNCHER)/bin/python -m local connect

mcpb: $(LAUNCHER)/.done ## Pack the bundle that desktop apps install, .local/mcpb/remit.mcpb
	@$(LAUNCHER)/bin/python -m local --state .local/mcpb mcpb

secrets: $(LAUNCHER)/.done ## Make the secrets of the containers, once, for `docker compose up`
	@$(LAUNCHER)/bin/python -m local --state .local/compose secrets

install: $(LAUNCHER)/.done ## Install and build everything that `make run` starts
	@$(LAUNCHER)/bin/python -m local --install

test: ## Run every test, set up from nothing
	@$(MAKE) --no-print-directory --jobs=2 install .venv/.done
	@sh tests/run

test-replicas: install .venv/.done ## Run the end-to-end tests on replicas, behind a balancer and a pooler
	@. tests/tools.sh && .venv/bin/python -m pytest --quiet tests/e2e --replicas --timeout=300

check: install .venv/.done ## Lint, types and import rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	frontend/node_modules/.bin/pyright
	.venv/bin/lint-imports
	npm --prefix frontend run --silent lint
	npm --prefix frontend run --silent types

images-dry: install .venv/.done ## Run every step of every image in a plain shell, and start what they would start
	.venv/bin/python -m pytest --quiet tests/images

pictures: ## Put the screenshots that the last `make test` took into the documentation
	cp test-results/first-conversation.png specs/pictures/

release-before: ## Keep the services of COMMIT, the release before this one, for the test of the rollback
	git archive --format=tar.gz --output=tests/operations/release-before.tar.gz $(COMMIT) gateway mcp_server shared

pins: ## Compile the hashed requirement files again (needs uv)
	uv pip compile --quiet --no-header --all-extras pyproject.toml -o requirements/dev.txt
	for process in gateway mcp-server local; do \
	  uv pip compile --quiet --no-header --extra $$process -c requirements/dev.txt pyproject.toml -o requirements/$$process.txt; \
	done
	uv pip compile --quiet --no-header -c requirements/dev.txt requirements/bench.in -o requirements/bench.txt

eval: .venv/.done ## Run the table of everyday requests against the configured model; CASES=undo chooses some
	.venv/bin/python -m tests.evals $(CASES)

prove: install .venv/.done ## Try every promise of the kind "never" very often, or go on with it; ONLY=leak tries one
	.venv/bin/python -m tests.prove $(ONLY)

bench: install .venv/.done $(BENCH)/.done ## Measure every promise of speed; ONLY=auth measures one
	.venv/bin/python -m benchmarks $(ONLY)

bench-quick: install .venv/.done $(BENCH)/.done ## The same with few repetitions, in less than two minutes
	.venv/bin/python -m benchmarks --quick $(ONLY)

conformance: .venv/.done ## Run the official MCP conformance suite, and other people's clients, in both revisions
	.venv/bin/python -m pytest --quiet tests/conformance

contracts: .venv/.done ## Write the contract of the MCP tools again, from the running server
	WRITE_CONTRACTS=1 .venv/bin/python -m pytest --quiet tests/mcp_server/test_listing.py

$(BENCH)/.done: requirements/bench.txt
	@$(PYTHON) -m venv --clear $(BENCH)
	@$(BENCH)/bin/python $(PIP) -r requirements/bench.txt
	@touch $@

$(LAUNCHER)/.done: requirements/local.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (PYTHON=python3.x make …).")'
	@echo "  · Preparing the launcher" >&2
	@$(PYTHON) -m venv --clear $(LAUNCHER)
	@$(LAUNCHER)/bin/python $(PIP) -r requirements/local.txt
	@touch $@

.venv/.done: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (PYTHON=python3.x make …).")'
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python $(PIP) -r requirements/dev.txt
	@touch $@

.PHONY: help run stdio connect secrets mcpb install test test-replicas check images-dry pictures release-before pins contracts eval prove bench bench-quick conformance
