# demo · test · lint · installer · installer-check · installer-proof · deb · deb-proof · wheel · bench · bench-peers · soak · lock. Each sets up what it needs; the environment lives in .venv.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
JAR := .cache/verapdf/cli.jar
JOBS ?= 2
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint installer installer-check installer-proof deb deb-proof wheel check-system bench bench-peers soak lock fonts clean

help:
	@echo "make demo   the main job on the example town, step by step, then the window (or its picture)"
	@echo "make test   every check: ruff, mypy, import-linter, pytest, PDF validation, the Windows package in short"
	@echo "make installer  the Windows package, in dist/; installer-check tries it under Wine, installer-proof proves it at length"
	@echo "make deb    the package for desks with Debian or Ubuntu, in dist/; deb-proof tries it in a throw-away root"
	@echo "make bench  the figures of docs/performance.md; bench-peers beside other programs; soak the long counts"

demo: $(VENV)/ready
	@tools/system.sh window
	@$(BIN)/rathaus-desk demo

test: $(VENV)/ready system-for-tests $(JAR) lint
	$(BIN)/python -m pytest -n auto --dist worksteal tests

lint: $(VENV)/ready
	$(BIN)/ruff check src tests bench tools installer
	$(BIN)/ruff format --check src tests bench tools installer
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

installer: $(VENV)/ready
	@tools/system.sh installer
	@$(BIN)/python -m installer.build

# For desks with Debian or Ubuntu; PYTHON_OF_DESKS=3.13 builds for another release than this one.
deb: $(VENV)/ready
	@tools/system.sh deb
	@$(BIN)/python -m installer.deb $(if $(PYTHON_OF_DESKS),--python $(PYTHON_OF_DESKS))

# Installs, uses and removes it in a copy of this system that is thrown away.
deb-proof: deb
	@$(BIN)/python -m installer.proof.debian

# For other desks with Linux: with requirements.lock it is all they need.
wheel: $(VENV)/ready
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist .

# The reduced round: build, install, main job, remove.
installer-check: installer system-for-tests $(JAR)
	@$(BIN)/python -m installer.proof --short

installer-proof: installer system-for-tests $(JAR)
	@$(BIN)/python -m installer.proof

bench: $(VENV)/ready
	@$(BIN)/python -m compileall -q src $(VENV)/lib >/dev/null 2>&1 || true
	@for script in bench/bench_*.py; do $(BIN)/python $$script || exit 1; done

bench-peers: $(VENV)/ready
	@tools/bench_peers.sh

soak: $(VENV)/ready
	RATHAUS_SOAK=1 $(BIN)/python -m pytest tests/store tests/sync tests/halls/test_reliability.py tests/desktop/test_reliability.py

# The environment: everything by version and hash, the project itself in place.
$(VENV)/ready: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Rathaus Desk needs Python 3.11, 3.12 or 3.13."; exit 1; }
	@tools/system.sh base
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: system-for-tests
system-for-tests:
	@tools/system.sh tests

$(JAR): tools/get_verapdf.sh | system-for-tests
	@tools/get_verapdf.sh $@

# Both locks: name, version, hash; never a host.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra server --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra server pyproject.toml -o requirements-server.lock
	@! grep -n "://" requirements.lock requirements-dev.lock requirements-server.lock

clean:
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .hypothesis
