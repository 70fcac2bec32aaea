#!/usr/bin/env bash
# Installs the program from the commit of the action, with the releases that constraints.txt pins.
set -euo pipefail

place="$RUNNER_TEMP/pal-reconcile"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pal-reconcile needs Python 3.11 or later")'
"$PYTHON" -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check \
  --constraint "$GITHUB_ACTION_PATH/constraints.txt" "$GITHUB_ACTION_PATH[nightly,keyvault]"
echo "$place/bin" >> "$GITHUB_PATH"
