#!/usr/bin/env bash
# Puts An Otter Wiki into a folder, which may be moved afterwards: otterwiki.sh FOLDER. Tests start it as `FOLDER/venv/bin/python -m flask`.
set -euo pipefail
folder=$1
version=2.26.1

python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "otterwiki==$version" </dev/null \
    || { echo "error: pip cannot install otterwiki $version; does it reach its registry?" >&2; exit 1; }
# The scripts beside Python hold the path of the folder, which is wrong once it is moved.
find "$folder/venv/bin" -maxdepth 1 -type f -delete
