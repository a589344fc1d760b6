# Two commands do everything on a fresh Debian machine with Swift: `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
VENV := .build/venv
REQUIREMENTS := Tests/EndToEndTests/Python/requirements.txt
SOURCES := Package.swift Sources Tests examples
BUILD := swift build --explicit-target-dependency-import-check error
SECONDS := 60

.PHONY: help demo test examples docs simulate lint build commit libraries monitoring test-tools venv bench troubles clean

help: ## Shows what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: libraries ## Builds, then runs a gateway before a sandbox with a little traffic (DEMO=--once ends after it).
	$(BUILD) --product weir
	.build/debug/weir demo $(DEMO)

test: libraries test-tools venv lint ## Runs every check and every test.
	$(BUILD) --build-tests
	.ci/check-rules
	python3 -B Tests/Troubles/test_judge.py
	swift test --skip-build --disable-xctest --skip EndToEndTests --skip ShortageTests
	# Its exit test waits for children, as Foundation's Process does: in one process they take them from each other.
	swift test --skip-build --disable-xctest --filter ShortageTests
	.ci/end-to-end
	$(MAKE) examples docs

examples: libraries ## Builds and tests the programs in examples/, which use Weir's libraries as others do.
	# In the same folder: what Weir's own tests built is not built again.
	swift test --package-path examples --scratch-path .build --disable-xctest

docs: libraries ## Makes the libraries' documentation, .build/documentation.
	.ci/docs

simulate: libraries ## Runs the simulation on fresh seeds for SECONDS (60), or again on the one that SEED names.
	$(BUILD) --build-tests
	WEIR_SEED=$(SEED) WEIR_SIMULATE_SECONDS=$(SECONDS) swift test --skip-build --disable-xctest --filter SimulationTests

lint: ## Checks the formatting of all Swift files.
	swift format lint --strict --recursive $(SOURCES)

build: libraries commit ## Builds the release binary, .build/release/weir.
	$(BUILD) -c release --product weir

monitoring: venv ## Writes rules and Kubernetes objects for a monitoring of your own, .build/monitoring (SETTINGS="--job NAME").
	$(VENV)/bin/python prometheus/monitoring.py --to .build/monitoring $(SETTINGS)

# For weir_build_info: without git it is what WEIR_COMMIT says.
commit:
	@commit=$$(git describe --always --dirty --exclude='*' --abbrev=12 2>/dev/null || echo "$${WEIR_COMMIT:-unknown}"); \
	line="#define WEIR_COMMIT \"$$commit\""; folder=Sources/Adapters/C/CBuild; \
	[ "$$(cat $$folder/commit.h 2>/dev/null)" = "$$line" ] || { echo "$$line" > $$folder/commit.h; touch $$folder/shim.h; }

libraries: ## Installs the C libraries that Weir links to.
	@.ci/install libcurl4-openssl-dev zlib1g-dev libsqlite3-dev libmimalloc-dev pkg-config

test-tools: ## Installs the programs that the tests run for real.
	@.ci/install prometheus prometheus-alertmanager python3-venv curl jq openssl

venv: $(VENV)/.made

$(VENV)/.made: $(REQUIREMENTS)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	touch $@

bench: ## Measures Weir, and its ratio to the peers that PEERS names (see Benchmarks/README.md).
	Benchmarks/run

troubles: build test-tools ## Makes troubles happen under the shipped rules, and judges what people are told (TROUBLES=--smoke).
	Tests/Troubles/run $(TROUBLES)

clean: ## Removes what was built.
	rm -rf .build
