# Everything stays inside this folder: the packages in .venv, the data in data/.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export UV_CACHE_DIR = $(CURDIR)/$(VENV)/cache

# Keeps the versions that the lock has, unless UPGRADE=1 asks for the newest.
COMPILE = env -u UV_FIND_LINKS "$(CURDIR)/$(BIN)/uv" pip compile --quiet --universal \
  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) pyproject.toml
COMPILE_ALL = $(COMPILE) --group dev --output-file requirements-dev.txt && \
  $(COMPILE) --constraint requirements-dev.txt --output-file requirements.txt

.DEFAULT_GOAL := help
.PHONY: help venv demo tour test fuzz crash check check-lock run bench screenshots lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ARGS are its options, as in: make demo ARGS="--open --port 9000"
demo: $(INSTALLED) ## try the bot on a page: a Discord and an image API on this machine
	@$(BIN)/python -m bot demo $(ARGS)

tour: $(INSTALLED) ## the same in a terminal: plays a tour and saves the images
	@$(BIN)/python -m bot demo --tour $(ARGS)

# The tests of a file share a bot, so that a file stays with one process. In which order the files
# come is up to tests/distribution.py, not to how many tests each has.
test: $(INSTALLED) ## run the tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

# ARGS as in: make crash ARGS="--kills 1056 --seed 1"
crash: $(INSTALLED) ## kill the bot again and again, and compare its books afterwards
	@$(BIN)/python -m tests.crash $(ARGS)

# Fails and shrinks as a test does; what it found is tried first the next time.
fuzz: $(INSTALLED) ## try very many hostile inputs and sequences of events (about ten minutes)
	@$(BIN)/python -m pytest tests/hostile tests/storage/test_sequences.py \
	  --hypothesis-profile=fuzz --hypothesis-show-statistics $(ARGS)

check: $(INSTALLED) ## look through code, types, imports, lock files and links
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.check_links
	@$(MAKE) --no-print-directory check-lock

run: $(INSTALLED) ## start the bot with the settings of .env
	@$(BIN)/python -m bot run

bench: $(INSTALLED) ## measure what the bot costs
	@$(BIN)/python -m bench $(ARGS)

venv: $(INSTALLED) ## install all packages into .venv (the other targets do it by themselves)

screenshots: $(INSTALLED) ## take the pictures of docs/images anew (needs Chromium)
	@$(BIN)/python -m tools.screenshots

lock: $(INSTALLED) ## write requirements*.txt from pyproject.toml (UPGRADE=1: newest versions)
	$(COMPILE_ALL)

check-lock: $(INSTALLED)
	@rm -rf $(VENV)/lock && mkdir $(VENV)/lock
	@cp pyproject.toml requirements.txt requirements-dev.txt $(VENV)/lock
	@cd $(VENV)/lock && $(COMPILE_ALL)
	@diff -u requirements.txt $(VENV)/lock/requirements.txt && \
	  diff -u requirements-dev.txt $(VENV)/lock/requirements-dev.txt || \
	  { echo "The lock files do not fit pyproject.toml: run 'make lock' and commit them."; exit 1; }
	@echo "The lock files fit pyproject.toml."

clean: ## remove .venv and all caches; keep data/ and .env
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Done once, and again when the lock has changed or the Python below it is gone.
$(INSTALLED): requirements-dev.txt
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { python="$$(sh tools/find_python.sh)" && "$$python" -m venv --clear $(VENV); }
	@echo "Installing the packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements-dev.txt
	@touch $@
