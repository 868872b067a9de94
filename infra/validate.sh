#!/usr/bin/env bash
# Validates template.yaml offline. Makes the tools' environment (.venv) when it is missing or out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

pinned=.venv/patchbay-requirements.txt
if ! cmp -s infra/requirements.txt "$pinned"; then
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --requirement infra/requirements.txt
  cp infra/requirements.txt "$pinned"
fi

export SAM_CLI_TELEMETRY=0 SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1
.venv/bin/cfn-lint --regions us-east-1 -- template.yaml
.venv/bin/sam validate --lint --region us-east-1 --template-file template.yaml
