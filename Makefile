# make test        tests on the sandbox, as ERPNext 16 and as 15; no bench needed
# make demo        the whole loop over sample files (LEADS=file.csv BANK=file.csv for your own)
# make bench-test  all tests on a fresh site of a real bench (BENCH=path)
# make ui-test     clicks through the desk of a real bench in headless Chromium (BENCH=path)
BENCH ?= $(HOME)/frappe-bench
VENV := .venv
PYTHON := $(VENV)/bin/python
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: setup test demo bench-test ui-test lint

setup:
	@scripts/setup.sh

test: setup
	@L2C_SANDBOX=v16 $(PYTHON) -m pytest --ignore l2c_app/tests/core $(ARGS)
	@L2C_SANDBOX=v15 $(PYTHON) -m pytest --ignore demo/tests $(ARGS)

demo: setup
	@PYTHONPATH=sandbox:. $(PYTHON) -m demo $(if $(LEADS),--leads "$(LEADS)") $(if $(BANK),--bank "$(BANK)")

bench-test:
	@scripts/bench_test.py --bench "$(BENCH)"

ui-test:
	@scripts/ui_test.py --bench "$(BENCH)"

lint: setup
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
