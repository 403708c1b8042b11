#!/usr/bin/env bash
# Installs An Otter Wiki into a folder that can be moved: otterwiki.sh FOLDER. The tests start it with `FOLDER/venv/bin/python -m flask`.
set -euo pipefail
folder=$1
version=2.26.1

python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "otterwiki==$version" </dev/null \
    || { echo "error: pip cannot install otterwiki $version; can it reach its registry?" >&2; exit 1; }
# The scripts beside Python contain the path of the folder, which changes when it is moved.
find "$folder/venv/bin" -maxdepth 1 -type f -delete
