# Two commands matter: `make demo` and `make test`. Each makes what it needs and can be run again.

PORT ?= 8000
VENV ?= .venv
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name) 2>/dev/null),$(name))))
ARGS ?=
RUN := $(VENV)/bin/python
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: help demo test fuzz check bench screenshots messages wheel docs clean environment-demo environment-dev

help:
	@echo "make demo         the demo campus and the simulator (PORT=$(PORT))"
	@echo "make test         every test (ARGS='tests/unit -k clock')"
	@echo "make fuzz         papers fuzzed for a minute each (ARGS='paper -max_total_time=600')"
	@echo "make check        format, lint, types, import contracts, translations, migrations, generated docs"
	@echo "make bench        figures into var/bench.json"
	@echo "make screenshots  docs/pictures/"
	@echo "make messages     collect and compile translations"
	@echo "make wheel docs clean"

environment-demo environment-dev: environment-%:
	@test -n "$(PYTHON)" || { echo "Missing: Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) scripts/environment.py $(VENV) $*

demo: environment-demo
	@exec $(RUN) -m demo --port $(PORT)

test: environment-dev
	@$(RUN) scripts/test_tools.py fetch
	@nice $(RUN) -m pytest -n 2 $(ARGS)

fuzz: environment-dev
	@nice $(RUN) -m tests.fuzz $(ARGS)

check: environment-dev
	@$(RUN) scripts/check.py

bench: environment-dev
	@$(RUN) -m tests.bench $(ARGS)

screenshots: environment-dev
	@$(RUN) scripts/test_tools.py fetch
	@$(RUN) -m tests.screenshots $(ARGS)

messages: environment-dev
	@$(RUN) scripts/messages.py update

docs: environment-dev
	@$(RUN) scripts/write_states_doc.py

wheel: environment-dev
	@$(RUN) -m build --wheel --outdir dist

clean:
	rm -rf $(VENV) build dist var *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
