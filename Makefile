# make demo | test | lint | format | train | styles. Each makes its own virtual environment first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := out/demo.png

.PHONY: demo test lint format train styles clean

demo: $(VENV)/.installed ## paint a photograph in a style of ours
	@mkdir -p $(dir $(DEMO))
	$(BIN)/scumble stylize examples/astronaut.png examples/styles/strokes.jpg --size 512 -o $(DEMO) --on-exists rename

test: $(VENV)/.dev ## run all tests
	$(BIN)/pytest

lint: $(VENV)/.dev ## check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

PICTURES ?= ../shared/images/photos ../shared/images/artworks
TEACHER ?= ../shared/teacher/cd-vgg19-16x.safetensors
RUN ?= runs/compact
STEPS ?= 5000

train: $(VENV)/.dev ## distil the bundled network, or go on where it stopped
	$(BIN)/python -m training.train $(foreach folder,$(PICTURES),--pictures $(folder)) --teacher $(TEACHER) --out $(RUN) --steps $(STEPS)

styles: $(VENV)/.installed ## paint the example styles again
	$(BIN)/python examples/make_styles.py

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## remove the environment and what was made
	rm -rf $(VENV) out build dist
