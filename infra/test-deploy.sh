#!/usr/bin/env bash
# Deploys template.yaml as it is to an emulator of CloudFormation on this machine, puts the example configuration in
# force and runs the stories of tests/ against what was deployed. Needs no account, no Docker, nothing but loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
. infra/tools.sh
tools .venv infra/requirements.txt
# Of its own: SAM and the emulator want different versions of the same SDK.
tools .venv-emulator infra/requirements-emulator.txt

began=$SECONDS
say() { echo "== $* ($((SECONDS - began)) s)"; }

work="$(mktemp -d)"
pids=()
finish() {
  status=$?
  if [ "$status" -ne 0 ]; then
    echo "== what the emulator and its functions said last:"
    tail -n "${PATCHBAY_TEST_LOG_LINES:-200}" "$work/emulator.log" "$work/simulator.log" 2>/dev/null || true
  fi
  [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

# Two ports that are free: whoever takes one in between makes the start fail, not the test lie.
read -r port simulator_port < <(python3 -c '
import socket
ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(port.getsockname()[1] for port in ports))')
emulator="http://127.0.0.1:$port"
simulator="http://127.0.0.1:$simulator_port/simulator"

# Whatever account the user has is out of reach: these are the emulator's.
export AWS_ENDPOINT_URL="$emulator" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_REGION
export SAM_CLI_TELEMETRY=0

# ---- build: the release build that SAM asks for, without what makes it small and slow to build ----------------------

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet --package patchbay-local
# Of the whole workspace, as in "make test": with other features everything would be built once more.
cargo test --quiet --workspace --test it --no-run
say "the program and the stories are built"
# The emulator starts the functions as they are, on this machine: it must be a Linux.
case "$(uname -m)" in
  aarch64 | arm64) architecture=arm64 ;;
  *) architecture=x86_64 ;;
esac
# Absolute: SAM looks for it beside the template.
samconfig=(--config-file "$PWD/infra/samconfig.toml" --config-env test)
PATH="$PWD/.venv/bin:$PATH"
CARGO_TARGET_DIR="$CARGO_TARGET_DIR/functions" \
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
  sam build "${samconfig[@]}" --build-dir "$work/build" --parameter-overrides "Architecture=$architecture" \
  > "$work/build.log" 2>&1 ||
  { cat "$work/build.log"; exit 1; }
say "sam build"

# ---- the emulator: its environment is its functions', so it gets none of ours --------------------------------------

env --ignore-environment PATH="$PATH" HOME="$work" TMPDIR="$work" GATEWAY_PORT="$port" BIND_HOST=127.0.0.1 \
  AWS_ENDPOINT_URL="$emulator" LAMBDA_EXECUTOR=local \
  .venv-emulator/bin/python -m ministack > "$work/emulator.log" 2>&1 &
pids+=($!)
answers() { python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=1)' "$1" 2>/dev/null; }
for _ in $(seq 240); do
  answers "$emulator/_ministack/health" && break
  kill -0 "${pids[0]}" || exit 1
  sleep 0.25
done
say "the emulator answers at $emulator"

# ---- the settings: the example's accounts, with what a laptop makes up by itself ------------------------------------

settings="$work/settings.toml"
secret() { python3 -c 'import secrets; print(secrets.token_hex(32))'; }
# [webchat.default] is the last table of the file; the key of [api.default] has the only role.
{
  sed "s/^role = .*/&\nsecret = \"$(secret)\"/" config/channels.toml
  echo "signing_secret = \"$(secret)\""
  echo "[signing]"
  echo "keys = [\"$(secret)\"]"
} > "$settings"
.venv/bin/python - "$settings" <<'PYTHON'
import sys, boto3
text = open(sys.argv[1]).read()
boto3.client("ssm").put_parameter(Name="/patchbay/settings", Type="SecureString", Tier="Advanced", Value=text)
PYTHON

# ---- deploy ---------------------------------------------------------------------------------------------------------

parameters="Architecture=$architecture DeletionProtection=false LogLevel=DEBUG SimulatorUrl=$simulator"
deploy() {
  sam deploy "${samconfig[@]}" --template-file "$work/build/template.yaml" --parameter-overrides "$parameters" > "$work/deploy.log" 2>&1 ||
    { cat "$work/deploy.log"; exit 1; }
}
output() {
  python3 -c '
import json, sys
print(next(one["OutputValue"] for one in json.load(open(sys.argv[1])) if one["OutputKey"] == sys.argv[2]))' \
    "$work/outputs.json" "$1"
}
# The first label of an API's host is its id, by which the emulator has it under a path.
api_of() { python3 -c 'import sys, urllib.parse; print(urllib.parse.urlsplit(sys.argv[1]).hostname.split(".")[0])' "$1"; }

deploy
say "sam deploy"
sam list stack-outputs --stack-name patchbay-test --output json > "$work/outputs.json" 2> "$work/outputs.log" ||
  { cat "$work/outputs.log"; exit 1; }
public="$(output PublicUrl)"
endpoint="$emulator/_aws/execute-api/$(api_of "$public")/\$default"
socket_path="_aws/execute-api/$(api_of "$(output AgentSocketUrl)")/agent"
# The sockets' endpoint is known only now: once more, as an update of what runs.
parameters+=" ManagementUrl=$emulator/$socket_path"
deploy
say "sam deploy, the second time"

# ---- seed and test --------------------------------------------------------------------------------------------------

patchbay="$CARGO_TARGET_DIR/debug/patchbay"
"$patchbay" simulate --listen "127.0.0.1:$simulator_port" --settings "$settings" --endpoint "$endpoint" \
  --public-url "$public" > "$work/simulator.log" 2>&1 &
pids+=($!)
PATCHBAY_TOKEN="$("$patchbay" token --settings "$settings")"
export PATCHBAY_TOKEN
"$patchbay" config apply --endpoint "$endpoint"
say "the example configuration is in force"

PATCHBAY_DEPLOYED="$(python3 -c '
import json, sys
names = ["url", "socket_url", "simulator_url", "settings", "inbound_url", "inbound_dead_letters_url"]
print(json.dumps(dict(zip(names, sys.argv[1:]))))' "$endpoint" "ws://127.0.0.1:$port/$socket_path" "$simulator" "$settings" \
  "$(output InboundQueueUrl)" "$(output InboundDeadLettersUrl)")"
export PATCHBAY_DEPLOYED
cargo test --quiet --workspace --test it -- stories "$@"
say "the stories"
