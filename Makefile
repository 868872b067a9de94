# The commands of README.md. Everything is built from the package registries; no account and no Docker is needed.

SHELL := /bin/bash
.DEFAULT_GOAL := help

STAGE ?= dev
SAM_CONFIG := --config-file infra/samconfig.toml --config-env $(STAGE)

# The pages that people see, built by npm; what they are built from.
PAGES := desktop/app/dist/index.html
PAGE_SOURCES := $(shell find desktop \( -name node_modules -o -name dist -o -path desktop/e2e \) -prune -o -type f -print)

.PHONY: help run desktop test test-desktop test-deploy explore bench deploy lint format

help: ## Says what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Builds and starts the whole center on http://127.0.0.1:8080
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory desktop; \
	else echo "npm is missing: the center starts without the desktop"; fi
	cargo run --quiet --profile local --package patchbay-local -- serve

desktop: $(PAGES) ## Builds the pages that people see, where their sources changed

desktop/node_modules/.package-lock.json: desktop/package-lock.json
	cd desktop && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGES): desktop/node_modules/.package-lock.json $(PAGE_SOURCES)
	cd desktop && npm run --silent build
	@touch $@

lint: desktop/node_modules/.package-lock.json ## Format and lints of everything, and the template
	cd desktop && npm run --silent check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- --deny warnings
	cargo check --quiet --manifest-path tests/fuzz/Cargo.toml --target-dir "$${CARGO_TARGET_DIR:-target}/fuzz"
	infra/validate.sh

# The program is built first: the stories start it. Laws are tried on the same inputs every time, so that a test that
# fails does so for what has changed.
test: export PROPTEST_RNG_SEED ?= 1
test: lint ## Everything needed and every test (SKIP=test-deploy: without the deployment)
	cargo build --quiet --package patchbay-local
	cargo test --workspace --no-fail-fast
	$(MAKE) --no-print-directory test-desktop
	tests/judges/run
	$(if $(filter test-deploy,$(SKIP)),@echo "skipped: test-deploy",infra/test-deploy.sh)

test-desktop: $(PAGES) ## The pages: without a browser, and their stories in Chromium against the built program
	cd desktop && npm run --silent test
	desktop/chromium.sh
	cd desktop && npm run --silent e2e

test-deploy: ## Deploys to an emulator of the cloud on this machine and runs the stories against it
	infra/test-deploy.sh

explore: ## Looks for what the tests do not meet: laws on inputs drawn anew, ten times as many simulated histories
	SEEDS=20000 cargo test --workspace --no-fail-fast

bench: $(PAGES) ## Prints what each scenario costs, what a center does under load, how the functions start, and what the pages take
	cargo test --quiet --package patchbay-center --lib costs -- --nocapture
	cargo build --quiet --profile local --package patchbay-local
	@bin="$${CARGO_TARGET_DIR:-target}/local/patchbay"; \
	for load in "--rate 1000 --seconds 10" "--rate 4000 --seconds 10" \
	            "--rate 8000 --seconds 5" "--rate 200 --seconds 5 --agents 1000 --customers 1000"; do \
	  echo; echo "== patchbay load $$load"; "$$bin" load $$load || exit 1; \
	done
	@echo; echo "== the functions, as they are released"
	@infra/bench-functions.sh
	@echo; echo "== the pages"
	@desktop/chromium.sh
	@PATCHBAY_BIN="$$(realpath "$${CARGO_TARGET_DIR:-target}/local/patchbay")" npm --prefix desktop run --silent bench

deploy: ## Guided deployment with AWS SAM (STAGE=dev|staging|production)
	sam build $(SAM_CONFIG)
	sam deploy --guided $(SAM_CONFIG)

format: desktop/node_modules/.package-lock.json ## Formats everything
	cargo fmt --all
	cd desktop && npm run --silent format
