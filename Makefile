# The index of what can be done here; `make help` lists it.
SHELL := /bin/bash
OUTPUT ?= out
VENV ?= .venv
SWIFT_BUILD := swift build -c release
.DEFAULT_GOAL := help

.PHONY: help setup build test demo examples lint format bench bench-build peers-venv bench-peers clean

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
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE Benchmarks/.build/release/conv
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE Benchmarks/.build/release/ops

peers-venv:      ## install PyTorch into a virtual environment
	scripts/peers-venv.sh "$(VENV)"

bench-peers: bench-build peers-venv ## measure convolutions, a tokenizer step and the prior against PyTorch
	Benchmarks/peers/run "$(VENV)/bin/python"
	Benchmarks/peers/run-models "$(VENV)/bin/python"
	Benchmarks/peers/run-prior "$(VENV)/bin/python"

clean:           ## remove build products and results
	rm -rf .build Examples/.build Benchmarks/.build "$(OUTPUT)"
