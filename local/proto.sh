#!/usr/bin/env bash
# Writes the typed stubs of preavis/ from proto/; with --check, writes them elsewhere and compares.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.
if [ "${1:-}" = --check ]; then out=$(mktemp -d); trap 'rm -rf "$out"' EXIT; .venv/bin/buf lint; fi
mapfile -t files < <(find proto -name '*.proto' | sort)
[ "$out" = . ] && rm -rf preavis
mkdir -p "$out/preavis"
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m grpc_tools.protoc -I proto \
  --python_out="$out" --grpc_python_out="$out" --mypy_out="quiet:$out" --mypy_grpc_out="quiet,async_only:$out" "${files[@]}"
find "$out/preavis" -name '*_pb2_grpc.py*' -path '*events_pb2_grpc*' -delete
if [ "$out" != . ]; then
  diff -r --exclude=__pycache__ "$out/preavis" preavis || { echo "preavis/ is not what proto/ says: run make proto" >&2; exit 1; }
fi
