PYTHON ?= .venv/bin/python

.PHONY: install test fast lint serve
install:
	python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[model,test]"
test:
	$(PYTHON) -m pytest
fast:
	$(PYTHON) -m pytest -m "not model and not browser"
lint:
	$(PYTHON) -m ruff format src tests app.py && $(PYTHON) -m ruff check --fix src tests app.py && $(PYTHON) -m mypy
serve:
	$(PYTHON) app.py
