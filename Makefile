# The index of what can be done here; `make help` lists it.
SHELL := /bin/bash
OUTPUT ?= out
VENV ?= .venv
SWIFT_BUILD := swift build -c release
# Benchmarks choose the kernels of BLAS by themselves.
MEASURE := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE Benchmarks/.build/release/
.DEFAULT_GOAL := help

.PHONY: help setup build test demo examples lint format clean \
	bench bench-build bench-check bench-check-update bench-roofline bench-scaling bench-peers peers-venv

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

setup:           ## install the Debian packages that are missing
	@scripts/setup.sh

build: setup     ## build the library and the program
	$(SWIFT_BUILD) --product gestalt

demo: setup      ## train a tokenizer, a segmentation head and a U-Net on the sample; about ten minutes
	@scripts/demo.sh "$(OUTPUT)"

test: setup      ## build and run all tests
	@scripts/test.sh

examples: setup  ## build and run every example
	@scripts/examples.sh

lint:            ## check the format of all Swift sources
	swift format lint --strict --recursive Package.swift Sources Tests Examples Benchmarks

format:          ## format all Swift sources
	swift format --in-place --recursive Package.swift Sources Tests Examples Benchmarks

bench-build: setup ## compile the benchmarks
	$(SWIFT_BUILD) --package-path Benchmarks

bench: bench-build ## measure convolutions against bare sgemm, elementwise operations against memory
	$(MEASURE)conv
	$(MEASURE)ops

bench-check: bench-build ## fail when a kernel is slower than Benchmarks/baselines says; CHECK="--only conv"
	$(MEASURE)check $(CHECK)

bench-check-update: bench-build ## write this machine's speeds to Benchmarks/baselines
	$(MEASURE)check --update $(CHECK)

bench-roofline: bench-build ## print each kernel's distance to its floor
	$(MEASURE)check --roofline $(CHECK)

bench-scaling: bench-build ## print how cost grows with threads, batch, length and width
	$(MEASURE)scaling

peers-venv:      ## install PyTorch into a virtual environment
	scripts/peers-venv.sh "$(VENV)"

bench-peers: bench-build peers-venv ## measure everything against PyTorch; PEERS="--rounds 1 --only unet"
	Benchmarks/peers/run --python "$(VENV)/bin/python" $(PEERS)

clean:           ## remove build products and results
	rm -rf .build Examples/.build Benchmarks/.build "$(OUTPUT)"
