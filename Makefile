# make start   the sample county at http://127.0.0.1:8000    make test    all tests
# make check   what CI says, changing nothing                make fix     what a machine can mend
# make bench   every measure, one JSON object a line         make docs    generated pages and pictures

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export CANBAO_CHROMIUM ?= /usr/bin/chromium

.PHONY: start test quick check fix bench docs clean
.DEFAULT_GOAL := start

start: $(READY)
	@PYTHON=$(PYTHON) scripts/system-packages fonts
	@$(BIN)/canbao start

test: $(READY)
	@PYTHON=$(PYTHON) scripts/system-packages fonts browser
	$(BIN)/python -m pytest -n 2 --dist loadfile

quick: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long and not browser"

check: $(READY)
	@BIN=$(BIN) scripts/check

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	@$(BIN)/python -m bench

docs: $(READY)
	@PYTHON=$(PYTHON) scripts/system-packages fonts browser
	$(BIN)/canbao docs
	$(BIN)/python -m tests.web.pictures docs/pictures

# Throws away the sample county, the embedded database and its keys.
clean:
	rm -rf var

$(READY): requirements.lock pyproject.toml scripts/bootstrap
	@PYTHON=$(PYTHON) scripts/bootstrap
	@touch $(READY)
