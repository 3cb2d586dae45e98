# make demo | lab | test | lint | test-gpu | notebooks-build | clean. Each sets up .venv first and again only when
# pyproject.toml or constraints.txt change. Another Python: make demo PYTHON=python3.13
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

# What a target needs beyond the package itself.
EXTRAS_demo :=
EXTRAS_lab  := [lab]
EXTRAS_test := [lab,grade,scale,dev]

# The processors of the published models import torchvision. It lies beside the environment, where only their tests
# look: beside a CPU torch the usual build does not import, and transformers then breaks for everything else too.
TORCHVISION := 0.28.0

NOTEBOOKS := $(wildcard notebooks/*.ipynb solutions/*.ipynb)
SANITIZE  := $(patsubst %,--nbval-sanitize-with=%,$(wildcard notebooks/nbval.cfg))
NBVAL     := --nbval-current-env --nbval-cell-timeout=600 --nbval-kernel-startup-timeout=180 $(SANITIZE)

# One thread a process: the tests themselves run two abreast, and torch's threads would fight over the same cores.
# A progress bar that shows on a slow machine alone must not end up in a notebook's outputs.
TEST_ENV := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1 COURSE_PROGRESS=off COURSE_RECORD=off

.DEFAULT_GOAL := help
.PHONY: help demo lab test lint unit notebooks notebooks-build test-gpu clean python

help:
	@echo "make demo      the 30-second clip in; summary, temporal mistakes and report.html out"
	@echo "make lab       JupyterLab on the welcome notebook, and your progress beside it"
	@echo "make test      lint, types, unit tests, notebooks"
	@echo "make test-gpu  the notebooks and the tests marked gpu, on CUDA"
	@echo "make lint      ruff, mypy and the order of the rooms alone"
	@echo "make notebooks-build   run the texts of the notebooks and store them (NAMES=00_welcome: that one)"
	@echo "make clean     remove .venv and what the tools left"

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: '$(PYTHON)' is not Python 3.11 or newer ($$($(PYTHON) --version 2>&1 | head -n 1))." \
	       "Install one and name it: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "make: '$(PYTHON)' cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/.ready-%: pyproject.toml constraints.txt | python
	@echo "Setting up $(VENV) for 'make $*' (minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check "pip>=26"  # an older one cannot read newer packages
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".$(EXTRAS_$*)"
	@test $* != test || $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --upgrade \
	  --target $(VENV)/hub torchvision==$(TORCHVISION)
	@touch $@

demo: $(VENV)/.ready-demo
	@$(BIN)/course demo

lab: $(VENV)/.ready-lab
	@$(BIN)/course lab

test: lint unit notebooks

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.ready-test
	$(TEST_ENV) $(BIN)/pytest -q -n 2 --dist loadfile --cov --cov-report=term tests

notebooks: $(VENV)/.ready-test
ifneq ($(NOTEBOOKS),)
	$(TEST_ENV) $(BIN)/pytest -q -n 2 --dist loadfile --nbval $(NBVAL) $(NOTEBOOKS)
endif

notebooks-build: $(VENV)/.ready-test
	@$(BIN)/python notebooks/build.py $(NAMES)

# Outputs were stored on a CPU: on CUDA the last digits differ, so the cells must run, not print the same.
test-gpu: $(VENV)/.ready-test
	@$(BIN)/python -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' || { \
	  echo "make: torch sees no CUDA device here. Run 'course doctor' for the reason." >&2; exit 2; }
	$(BIN)/pytest -q -m gpu tests || [ $$? -eq 5 ]
ifneq ($(NOTEBOOKS),)
	$(BIN)/python tests/project/with_gpu_cells.py build/gpu $(NOTEBOOKS)
	COURSE_PROGRESS=off $(BIN)/pytest -q -p no:xdist --nbval-lax $(NBVAL) build/gpu
endif

clean:
	rm -rf $(VENV) build *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
