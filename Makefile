# Each target makes its own virtual environment first. Another Python: make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: help demo test paths lint format docs styles gallery train network curves quality speed clean

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## paint a photograph in a style of ours
	@mkdir -p out
	$(BIN)/scumble stylize examples/coffee.jpg examples/styles/strokes.jpg --size 512 -o out/demo.png --on-exists rename

COVERED := 95

test: $(VENV)/.dev ## run all tests; fail, too, where they reach less of the code than they did
	$(BIN)/pytest -n auto --maxprocesses 4 --cov --cov-report= --cov-fail-under=$(COVERED)

NUMERIC := $(BIN)/pytest -m numeric -n auto --maxprocesses 4 tests

paths: $(VENV)/.dev ## run the numeric tests again on every path of arithmetic that this machine can be made to take
	@# where there is no x86 processor, or it lacks a set, a run is like the one before
	ONEDNN_MAX_CPU_ISA=AVX2 $(NUMERIC)
	ONEDNN_MAX_CPU_ISA=AVX512_CORE $(NUMERIC)
	ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 $(NUMERIC)
	SCUMBLE_ARITHMETIC=amx $(NUMERIC)
	SCUMBLE_ARITHMETIC=plain $(NUMERIC)
	$(NUMERIC) --threads 2

lint: $(VENV)/.dev ## check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## build the site, docs/_build/html; its pictures take five minutes of processor time the first time
	$(BIN)/python docs/make_pictures.py
	@# -E: what the reference is read from may have changed, and no file of the site with it
	$(BIN)/sphinx-build -E -W --keep-going -q docs docs/_build/html
	@echo docs/_build/html/index.html

styles: $(VENV)/.installed ## paint the example styles again
	$(BIN)/python examples/make_styles.py

gallery: $(VENV)/.installed ## paint the README's pictures again
	$(BIN)/python examples/make_gallery.py

PICTURES ?= ../shared/images/photos ../shared/images/artworks
TEACHER ?= ../shared/teacher/cd-vgg19-16x.safetensors
RUN ?= runs/compact
STEPS ?= 5000
MINUTES ?=
TAUGHT := $(PICTURES:%=--pictures %) --teacher $(TEACHER)

train: $(VENV)/.dev ## distill a network like the bundled one, or go on where it stopped; MINUTES=10 for a small budget
	$(BIN)/python -m training.train $(TAUGHT) --out $(RUN) $(if $(MINUTES),--minutes $(MINUTES),--steps $(STEPS))

network: $(VENV)/.dev ## make the bundled network itself from nothing
	$(BIN)/python -m training.network $(TAUGHT)

curves: $(VENV)/.dev ## plot the course of a training run
	$(BIN)/python -m training.plot $(RUN) -o $(RUN)/curves.png

PAIRS ?=

quality: $(VENV)/.dev ## paint pairs at five strengths and measure the pictures; half an hour for our own
	$(BIN)/python -m benchmarks.quality $(if $(PAIRS),--pairs $(PAIRS))

speed: $(VENV)/.dev ## time pictures of five sizes beside the classic loop; some minutes
	$(BIN)/python -m benchmarks.speed

clean: ## remove the environment and what was made
	rm -rf $(VENV) .coverage out build dist docs/_build docs/_pictures

$(VENV)/.installed: pyproject.toml
	@echo "setting up $(VENV); the first time this takes a minute or two"
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"error: Python 3.11 or newer is needed, this is {v[0]}.{v[1]}")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	@touch $@
