# The index of what can be done here; `make help` lists it.
SHELL := /bin/bash
OUTPUT ?= out
DATA ?=
VENV ?= .venv
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT_BUILD := swift build -c release
# Builds one program of Benchmarks and runs it; it chooses the kernels of BLAS by itself.
define measure
	@$(SWIFT_BUILD) --package-path Benchmarks --product $(1)
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE Benchmarks/.build/release/$(1) $(2)
endef
.DEFAULT_GOAL := help

.PHONY: help setup build install uninstall test guide demo models few-labels families own-films examples docs snippets lint format clean api api-check \
	bench bench-build bench-check bench-check-update bench-roofline bench-scaling bench-peers peers-venv

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

setup:           ## install the Debian packages that are missing
	@scripts/setup.sh

build: setup     ## build the library and the program
	$(SWIFT_BUILD) --product gestalt

install:         ## install a program that needs no Swift, its data, models and completions: PREFIX=/usr/local
	@scripts/install.sh "$(PREFIX)" "$(DESTDIR)"

uninstall:       ## remove what `make install` put under PREFIX
	@scripts/uninstall.sh "$(PREFIX)" "$(DESTDIR)"

demo: setup      ## use the pre-trained models, then train others on the sample; about five minutes
	@scripts/demo.sh "$(OUTPUT)"

models: build    ## train the models of Models/ again, for hours: DATA=FOLDER or DATA=synthetic:240
	@scripts/models.sh "$(DATA)" "$(OUTPUT)/models"

few-labels: build ## the table of few labels in Documentation/Results.md, for hours: DATA=FOLDER
	@.build/release/gestalt study run Studies/few-labels.json --data "$(DATA)" --output "$(OUTPUT)/few-labels"
	@.build/release/gestalt study report "$(OUTPUT)/few-labels"

families: build  ## compare VideoGPT's and MAGVIT's family in tables, for hours: DATA=FOLDER
	@scripts/families.sh "$(DATA)" "$(OUTPUT)/families"

own-films: build ## compare fit with a U-Net on films with few labels, for hours: DATA=FOLDER or synthetic:24
	@scripts/own-films.sh "$(DATA)" "$(OUTPUT)/own-films"

test: setup      ## build and run all tests
	@scripts/test.sh

guide: build     ## run every command of the guides in Documentation
	@scripts/guide.sh Documentation/YourOwnData.md
	@scripts/guide.sh Documentation/Segment-your-own-film.md

examples: setup  ## build and run every example
	@scripts/examples.sh

docs: build      ## build guides and reference as a site in out/docs; warnings are errors
	@scripts/docs.sh "$(OUTPUT)/docs"

snippets: build  ## type-check every Swift block of guides, READMEs and doc comments
	@scripts/snippets.sh

lint:            ## check the format of all Swift sources and the order of the modules
	swift format lint --strict --recursive Package.swift Sources Models Tests Examples Benchmarks
	@scripts/floors.sh

api:             ## write the public API to Documentation/API
	@scripts/api.sh --update

api-check: build ## show how the public API differs from Documentation/API
	@scripts/api.sh

format:          ## format all Swift sources
	swift format --in-place --recursive Package.swift Sources Models Tests Examples Benchmarks

bench-build: setup ## compile the benchmarks
	$(SWIFT_BUILD) --package-path Benchmarks

bench: setup     ## measure convolutions against bare sgemm, elementwise operations against memory
	$(call measure,conv)
	$(call measure,ops)

bench-check: setup ## fail when a kernel is slower than Benchmarks/baselines says; CHECK="--only conv"
	$(call measure,check,$(CHECK))

bench-check-update: setup ## write this machine's speeds to Benchmarks/baselines
	$(call measure,check,--update $(CHECK))

bench-roofline: setup ## print each kernel's distance to its floor
	$(call measure,check,--roofline $(CHECK))

bench-scaling: setup ## print how cost grows with threads, batch, length and width
	$(call measure,scaling)

peers-venv:      ## install PyTorch into a virtual environment
	scripts/peers-venv.sh "$(VENV)"

bench-peers: setup peers-venv ## measure everything against PyTorch; PEERS="--rounds 1 --only unet"
	Benchmarks/peers/run --python "$(VENV)/bin/python" $(PEERS)

clean:           ## remove build products and results
	rm -rf .build Examples/.build Benchmarks/.build "$(OUTPUT)"
