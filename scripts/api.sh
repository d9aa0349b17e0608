#!/usr/bin/env bash
# The public API as text, a file a module in Documentation/API. Without an argument shows what differs
# from these files and fails; with --update writes them. Needs a release build.
set -euo pipefail
cd "$(dirname "$0")/.."
modules=.build/release/Modules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
swiftc -O -parse-as-library scripts/api/Listing.swift -o "$work/listing"
maps=()
for map in .build/release/{CKernels,CMedia,CFilm}.build/module.modulemap; do
    [ -f "$map" ] && maps+=(-Xcc "-fmodule-map-file=$map")
done
for headers in .build/checkouts/{swift-subprocess/Sources/_SubprocessCShims,swift-system/Sources/CSystem,Yams/Sources/CYaml}/include; do
    maps+=(-I "$headers")
done
target=$(swiftc -print-target-info | sed -n 's/.*"triple": "\([^"]*\)".*/\1/p' | head -n 1)
mkdir -p "$work/api"
for folder in Sources/Gestalt?*/; do
    module=$(basename "$folder")
    case $module in GestaltMain) continue ;; esac
    mkdir "$work/$module"
    swift-symbolgraph-extract -module-name "$module" -target "$target" -minimum-access-level public \
        -skip-inherited-docs -I "$modules" -I Sources/CBLAS -I Sources/CZlib -I Sources/CZip \
        "${maps[@]}" -output-dir "$work/$module"
    "$work/listing" "$work/$module" >"$work/api/$module.txt"
done
if [ "${1:-}" = --update ]; then
    mkdir -p Documentation/API
    cp "$work"/api/*.txt Documentation/API/
elif ! diff -ru Documentation/API "$work/api"; then
    echo "api: the public API differs from Documentation/API; scripts/api.sh --update takes it over" >&2
    exit 1
fi
