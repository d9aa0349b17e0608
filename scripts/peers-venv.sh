#!/usr/bin/env bash
# Makes the virtual environment that the PyTorch peers of Benchmarks/peers run in.
#
#   scripts/peers-venv.sh [FOLDER]      (default: .venv beside this repository's Makefile)
#
# Takes the CPU wheel when it resolves, otherwise plain torch (5 GB). Does nothing when the folder
# already has torch and numpy.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/.venv}
if "$folder/bin/python" -c 'import torch, numpy' 2>/dev/null; then
    "$folder/bin/python" -c 'import torch; print("torch", torch.__version__, "is there already")'
    exit 0
fi
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install numpy
if ! "$folder/bin/pip" install 'torch==2.13.0+cpu'; then
    echo "peers-venv: the CPU wheel does not resolve here; taking plain torch" >&2
    "$folder/bin/pip" install torch
fi
"$folder/bin/python" -c 'import torch; print("torch", torch.__version__)'
