#!/usr/bin/env bash
# Writes the typed stubs of preavis/ from proto/. With --check: lints the protos, refuses a change that breaks what
# PROTO_BASE (a git revision, HEAD by default) promised, and compares the committed stubs with what they should be.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
  .venv/bin/buf lint
  if git rev-parse -q --verify "${PROTO_BASE:-HEAD}:buf.yaml" >/dev/null; then
    .venv/bin/buf breaking --against ".git#ref=$(git rev-parse "${PROTO_BASE:-HEAD}")"
  fi
fi
files=$(find proto -name "*.proto" | sort)
[ "$out" != . ] || rm -rf preavis
mkdir -p "$out/preavis"
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m grpc_tools.protoc -I proto \
  --python_out="$out" --grpc_python_out="$out" --mypy_out="quiet:$out" --mypy_grpc_out="quiet,async_only:$out" $files
# Facts have no RPC: their empty gRPC stubs would only be noise.
find "$out/preavis" -name 'events_pb2_grpc.py*' -delete
if [ "$out" != . ]; then
  diff -r --exclude=__pycache__ "$out/preavis" preavis || { echo "preavis/ is not what proto/ says: run make proto" >&2; exit 1; }
fi
