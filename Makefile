# Everything here works in a fresh clone; what it needs is made first, in .tools. `make` lists what there is.

PYTHON ?= python3
# Whatever runs after `make tools` runs in the project's own environment (tasks/stack/environment.py).
VENV := .tools/venv/bin
RUN := $(VENV)/python -m tasks.stack.environment $(VENV)/python -m

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help reachable tools tools-refresh engine images systems env demo demo-down test unit lint docs bench soak clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do \
		printf '  make %-14s %s\n' "$$target" "$$text"; done

tools: ## the virtual environment, Pulumi, docker-machine and plugins, in .tools
	@$(PYTHON) -m tasks.tools.make

tools-refresh: ## choose anew between what you have, what can be downloaded, and what is built
	@$(PYTHON) -m tasks.tools.make --again

engine: tools ## a local Docker engine that answers; on Debian it is installed if there is none
	@$(VENV)/python -m tasks.engine.install

images: engine ## the container machine's image, the registry's, and a small site
	@$(RUN) images.build

systems: engine # the hosts of several systems as well, which the tests need
	@$(RUN) images.build --systems

env: ## the environment for pulumi by hand, as in: eval "$(make -s env)"
	@$(PYTHON) -m tasks.stack.environment

reachable:
	@$(PYTHON) -m tasks.engine.reachable

demo: reachable images ## stand up a registry and two clients, and show that they work together
	@$(RUN) tasks.demo.demo

demo-down: tools ## take the demo down; nothing of it is left
	@$(RUN) tasks.demo.demo down

# What pytest makes of the tests' sources is kept, or it would take seconds each time.
QUICK := PYTHONDONTWRITEBYTECODE= $(RUN) pytest -n 2 --dist worksteal -o tmp_path_retention_policy=failed

test: lint systems ## everything: linters, types, unit, contract and end-to-end tests
	@$(QUICK) tests/unit tests/shell
	@$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder tests/e2e tests/offline tests/fakes

unit: tools ## the quick loop
	@$(QUICK) tests/unit

lint: tools ## linters and the type checker
	@$(RUN) ruff check --quiet
	@$(RUN) ruff format --check --quiet
	@$(RUN) mypy

docs: tools ## write what is made from the settings: their schema, the table in docs/settings.md, Pulumi.yaml's config
	@$(RUN) tasks.docs.make

bench: images ## how long the demo takes, beside the same steps by hand; up to 20 machines; clients of several systems
	@$(RUN) tasks.bench.bench --scale --systems

soak: images ## the long tests
	@$(RUN) pytest tests/soak

clean: ## remove .tools, unless a stack still has resources
	@$(PYTHON) -m tasks.clean
