#!/usr/bin/env bash
# Validates the templates offline: their form, and what security checks say of them.
set -euo pipefail
cd "$(dirname "$0")/.."
. infra/tools.sh
tools .venv infra/requirements.txt
# Of its own: it wants other versions of SAM's libraries.
tools .venv-checkov infra/requirements-checkov.txt

export SAM_CLI_TELEMETRY=0 SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1
templates=(template.yaml infra/operations.yaml infra/edge.yaml)
.venv/bin/cfn-lint --regions us-east-1 -- "${templates[@]}"
.venv/bin/sam validate --lint --region us-east-1 --template-file template.yaml
# Once for all of them: its start is what takes the time. Without the network it knows no severities, and needs none.
.venv-checkov/bin/checkov --framework cloudformation --skip-download --quiet --compact --file "${templates[@]}"
