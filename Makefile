# Each target is one call of packaging/bootstrap.py. Choose the Python with
# `make PYTHON=python3.12 run`; without it a newer one is looked for when python3 is too old.
PYTHON ?= python3
SETUP = $(PYTHON) packaging/bootstrap.py $(if $(filter file,$(origin PYTHON)),,--chosen)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench bundle smoke lock words clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' $(firstword $(MAKEFILE_LIST))

run: ## Set up what is missing and open the window
	@$(SETUP) run

test: ## Set up what is missing and run every check and test
	@$(SETUP) test

lint: ## Run only the checks of style, types and imports
	@$(SETUP) lint

bench: ## Measure this machine and write docs/benchmarks.md
	@$(SETUP) bench

bundle: ## Build the program to install into dist/ (STARTER=1: with the starter model)
	@$(SETUP) bundle

smoke: ## As root: install the package in a clean Debian 12, chat, remove it again
	@$(SETUP) smoke

lock: ## Choose new versions of the locked packages (needs the network)
	@$(SETUP) lock

words: ## Bring the translations up to date with the source
	@$(SETUP) words

clean: ## Remove the environment and the tools' caches; a built engine is kept
	@$(SETUP) clean
