#!/usr/bin/env bash
# Builds the program and runs the demonstration into a folder.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-out}
begin=$(date +%s)
echo "Building Gestalt; the first time takes a few minutes, packages included."
swift build -c release --product gestalt
echo "Built in $(($(date +%s) - begin)) s."
.build/release/gestalt demo --output "$output"
