# The commands of README.md. Everything is built from the package registries; no account and no Docker is needed.

SHELL := /bin/bash
.DEFAULT_GOAL := help

STAGE ?= dev
SAM_CONFIG := --config-file infra/samconfig.toml --config-env $(STAGE)

.PHONY: help run test test-deploy bench deploy lint format

help: ## Says what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Builds and starts the whole center on http://127.0.0.1:8080
	cargo run --quiet --profile local --package patchbay-local -- serve

lint: ## Format and lints of everything, and the template
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- --deny warnings
	infra/validate.sh

# The program is built first: the stories start it.
test: lint ## Everything needed and every test (SKIP=test-deploy: without the deployment)
	cargo build --quiet --package patchbay-local
	cargo test --workspace --no-fail-fast
	$(if $(filter test-deploy,$(SKIP)),@echo "skipped: test-deploy",infra/test-deploy.sh)

test-deploy: ## Deploys to an emulator of the cloud on this machine and runs the stories against it
	infra/test-deploy.sh

bench: ## Prints what each scenario costs, what a center does under load, and how the functions start
	cargo test --quiet --package patchbay-center --lib costs -- --nocapture
	cargo build --quiet --profile local --package patchbay-local
	@bin="$${CARGO_TARGET_DIR:-target}/local/patchbay"; \
	for load in "--rate 1000 --seconds 10" "--rate 4000 --seconds 10" \
	            "--rate 8000 --seconds 5" "--rate 200 --seconds 5 --agents 1000 --customers 1000"; do \
	  echo; echo "== patchbay load $$load"; "$$bin" load $$load || exit 1; \
	done
	@echo; echo "== the functions, as they are released"
	@infra/bench-functions.sh

deploy: ## Guided deployment with AWS SAM (STAGE=dev|staging|production)
	sam build $(SAM_CONFIG)
	sam deploy --guided $(SAM_CONFIG)

format: ## Formats everything
	cargo fmt --all
