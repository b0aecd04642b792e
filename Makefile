# GNU make 3.81, the one of a Mac, is enough.

.PHONY: help install run test lint lint-prometheus lock rules guides clean
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON := python3.14 python3.13 python3.12 python3.11 python3
# Whatever changes what an installation holds changes its stamp: the place, the versions, the entry points.
KEY := $(shell (pwd; cat requirements-dev.lock pyproject.toml) | cksum | tr ' ' '-')
STAMP := .venv/.installed-$(KEY)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

help:
	@echo 'make install          everything into .venv; quick when repeated'
	@echo 'make run  ARGS="..."  talktime up --traffic 50 ARGS'
	@echo 'make test ARGS="..."  pytest ARGS'
	@echo 'make lint             every linter'
	@echo 'make lock             write the lock files anew; keeps the versions that still fit'
	@echo 'make rules            write the alert rules anew from the catalogue of metrics'
	@echo 'make guides           draw the life of a recharge request anew from the worker'
	@echo 'make clean            forget everything that was made here'

install: $(STAMP)

$(STAMP):
	@lacks=; found=; \
	for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then lacks=; found=$$python; break; fi; \
		[ -n "$$lacks" ] || lacks=$$("$$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	done; \
	if [ -n "$$lacks" ]; then echo "make: the package $$lacks is missing; on Debian or Ubuntu: apt-get install $$lacks" >&2; exit 1; fi; \
	if [ -z "$$found" ]; then echo "make: Python 3.11 or newer is missing (tried: $(PYTHON)); on Debian or Ubuntu: apt-get install python3 python3-venv; on macOS: brew install python" >&2; exit 1; fi; \
	$(BIN)/python -c 'import pip' 2>/dev/null || "$$found" -m venv .venv
	@echo 'Installing into .venv: about a minute the first time.'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f .venv/.installed-*
	@touch $@

run: install
	@$(BIN)/talktime up --traffic 50 $(ARGS)

# Four files at a time: tests wait for servers more than they work.
test: install
	@$(BIN)/python -m pytest --numprocesses 4 --dist loadfile $(ARGS)

lint: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy worker schemas tests deploy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --nocolor --processes -1 worker
	$(BIN)/deptry worker schemas
	$(BIN)/codespell
	$(BIN)/yamllint --strict .
	PATH="$(BIN):$$PATH" shellcheck .ci/run
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@if command -v promtool >/dev/null; then $(MAKE) --no-print-directory lint-prometheus; \
	else echo 'promtool is not on this machine: the alert rules were not checked.'; fi

lint-prometheus:
	promtool check config deploy/prometheus/prometheus.yml
	promtool test rules deploy/prometheus/tests/*.yml

lock: install
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra local --group dev --output-file requirements-dev.lock
	$(COMPILE) --group build --output-file requirements-build.lock

rules: install
	$(BIN)/python deploy/prometheus/alerting.py >deploy/prometheus/rules/talktime.yml

guides: install
	PYTHONPATH=. $(BIN)/python deploy/guides/recharge_states.py >deploy/guides/recharge-states.md

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find worker schemas tests -name __pycache__ -type d -prune -exec rm -rf {} +
