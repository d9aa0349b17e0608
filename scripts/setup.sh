#!/usr/bin/env bash
# Installs the Debian packages that the build needs, and ffmpeg for films, if any are missing.
set -euo pipefail

needed=(libopenblas-dev liblapacke-dev zlib1g-dev libpng-dev libjpeg-dev libgif-dev libwebp-dev libtiff-dev libzip-dev pkg-config)
missing=()
for package in "${needed[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
# Films are read and written by the program ffmpeg; all else works without it.
required=${#missing[@]}
command -v ffmpeg >/dev/null || missing+=(ffmpeg)

if ! command -v swift >/dev/null; then
    echo "setup: Swift 6.2 or newer is needed and not on the PATH: https://www.swift.org/install" >&2
    exit 1
fi
if [ ${#missing[@]} = 0 ]; then exit 0; fi

# What is only optional is no failure.
fail() {
    echo "setup: $1" >&2
    if [ "$required" = 0 ]; then
        echo "setup: films need ffmpeg; all else works without it" >&2
        exit 0
    fi
    exit 1
}

if ! command -v apt-get >/dev/null; then
    fail "this system has no apt-get; install what Debian calls: ${missing[*]}"
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then
        as_root=(sudo)
    else
        fail "packages are missing and may not be installed from here; as root, run
    apt-get update && apt-get install -y ${missing[*]}"
    fi
fi
echo "setup: installing ${missing[*]}"
install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; }
log=$(mktemp)
if ! install >"$log" 2>&1; then
    # The list of packages may be old, or not there yet.
    "${as_root[@]}" apt-get update -q >"$log" 2>&1 && install >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "apt-get could not install ${missing[*]}"
    }
fi
rm -f "$log"
