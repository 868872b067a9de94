#!/usr/bin/env bash
# Builds the functions as they are released, for this machine and for arm64, and measures them (`make bench`).
set -euo pipefail
cd "$(dirname "$0")/.."
. infra/tools.sh
tools .venv infra/requirements.txt

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/functions"
packages=()
for function in functions/*/; do packages+=(--package "patchbay-fn-$(basename "$function")"); done
PATH="$PWD/.venv/bin:$PATH"
case "$(uname -m)" in aarch64|arm64) here=--arm64 ;; *) here=--x86-64 ;; esac
cargo lambda build --quiet --release "$here" --lambda-dir "$CARGO_TARGET_DIR/here" "${packages[@]}"
cargo lambda build --quiet --release --arm64 --lambda-dir "$CARGO_TARGET_DIR/released" "${packages[@]}"
python3 infra/bench_functions.py "$CARGO_TARGET_DIR/here" "$CARGO_TARGET_DIR/released"
