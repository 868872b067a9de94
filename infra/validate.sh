#!/usr/bin/env bash
# Validates template.yaml offline.
set -euo pipefail
cd "$(dirname "$0")/.."
. infra/tools.sh
tools .venv infra/requirements.txt

export SAM_CLI_TELEMETRY=0 SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1
.venv/bin/cfn-lint --regions us-east-1 -- template.yaml
.venv/bin/sam validate --lint --region us-east-1 --template-file template.yaml
