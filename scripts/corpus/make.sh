#!/usr/bin/env bash
# Collects other libraries' test files and what these libraries read from them.
#
#   scripts/corpus/make.sh FOLDER [ARCHIVES]
#
# Takes the source distributions of Pillow, NumPy, SciPy and scikit-image from ARCHIVES, a folder of
# *.tar.gz, or downloads them with pip; unpacks their pictures and arrays into FOLDER/files, and
# writes into FOLDER/values and FOLDER/manifest.json what Pillow and NumPy read. Then
#
#   GESTALT_CORPUS=FOLDER make test
#
# compares our readers with these values (1 200 files; 1.4 GB with the values). For developers; CI has no need
# of it and downloads nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
python="$folder/venv/bin/python"
if ! "$python" -c 'import numpy, PIL' 2>/dev/null; then
    python3 -m venv "$folder/venv"
    "$python" -m pip install --quiet --upgrade setuptools pybind11 numpy pillow
fi
archives=${2:-$folder/archives}
if [ $# = 1 ]; then
    mkdir -p "$archives"
    # pip wants metadata of a source distribution, for which it would compile parts of some. With
    # the folder `backend` in the path they come from the distribution's own PKG-INFO.
    for package in pillow numpy scipy scikit-image; do
        compgen -G "$archives/${package//-/_}-*.tar.gz" >/dev/null && continue
        PYTHONPATH="$here/backend" "$python" -m pip download --quiet --no-build-isolation \
            --no-binary :all: --no-deps --dest "$archives" "$package"
    done
fi
"$python" "$here/reference.py" "$archives" "$folder"
