#!/usr/bin/env bash
# Builds the examples, a package of its own, and runs each; what one prints must hold its last line.
set -euo pipefail
cd "$(dirname "$0")/../Examples"
swift build -c release
for folder in Sources/*/; do
    name=$(basename "$folder")
    echo "== $name"
    .build/release/"$name" | tee ".build/$name.out"
    if [ -f "$folder/expected.txt" ]; then
        while IFS= read -r line; do
            grep -qE -- "$line" ".build/$name.out" || {
                echo "examples: $name did not print a line like: $line" >&2
                exit 1
            }
        done <"$folder/expected.txt"
    fi
done
