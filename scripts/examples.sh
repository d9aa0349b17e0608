#!/usr/bin/env bash
# Builds the examples, a package of its own, and runs each: its run.sh, or the program alone. What one
# prints must contain lines like those of its expected.txt.
set -euo pipefail
cd "$(dirname "$0")/../Examples"
swift build -c release
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
for folder in Sources/*/; do
    name=$(basename "$folder")
    program=$PWD/.build/release/$name
    echo "== $name"
    if [ -f "$folder/run.sh" ]; then
        bash "$folder/run.sh" "$program" "$output/$name" 2>&1 | tee "$output/$name.out"
    else
        "$program" | tee "$output/$name.out"
    fi
    while IFS= read -r line; do
        grep -qE -- "$line" "$output/$name.out" || {
            echo "examples: $name did not print a line like: $line" >&2
            exit 1
        }
    done <"$folder/expected.txt"
done
