# The studio's commands; `make` alone prints them. Python 3.11 or newer, git and a package registry are all they need.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run dev test check chaos bench screenshots models doctor clean venv venv-dev

help: ## Print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## Start the studio at http://localhost:3000; PORT moves it, PORTRAIT_DATA_DIR moves var/
	@exec $(VENV_PYTHON) -m portrait_app run

dev: venv ## The same for whoever changes it: rebuilds page and backend at each save
	@exec $(VENV_PYTHON) -m portrait_app dev

test: venv-dev ## Every check and every test, the browser's too
	@exec $(VENV_PYTHON) -m tools.test

check: venv-dev ## Lint, types, imports and the house's own rules
	@$(VENV_PYTHON) -m tools.check

chaos: venv-dev ## 500 jobs at an engine that fails in every way, while our own processes are killed
	@exec $(VENV_PYTHON) -m tests.chaos

bench: venv-dev ## Measure it: a table, and bench.json
	@exec $(VENV_PYTHON) -m tools.bench

screenshots: venv-dev ## Take pictures of the real pages into docs/screens/
	@exec $(VENV_PYTHON) -m tools.screenshots

models: venv ## Fetch the model files, checked by SHA-256
	@$(VENV_PYTHON) -m portrait_app models

doctor: venv ## Say what is configured, what is missing, and what to do next
	@$(VENV_PYTHON) -m portrait_app doctor

clean: ## Remove everything that was built or installed; var/, your data, stays
	rm -rf .venv .web .web-* .states .pytest_cache .ruff_cache .import_linter_cache bench.json
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

venv:
	@$(PYTHON) tools/bootstrap.py

venv-dev:
	@$(PYTHON) tools/bootstrap.py --dev
