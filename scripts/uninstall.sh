#!/usr/bin/env bash
# Removes what install.sh put under PREFIX: uninstall.sh PREFIX [DESTDIR]
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:?usage: uninstall.sh PREFIX [DESTDIR]}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
root=${2:-}$prefix
rm -rf "$root/share/gestalt"
rm -f "$root/bin/gestalt" "$root/share/bash-completion/completions/gestalt" \
    "$root/share/zsh/site-functions/_gestalt" "$root/share/fish/vendor_completions.d/gestalt.fish"
echo "removed gestalt from $root"
