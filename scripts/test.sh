#!/usr/bin/env bash
# All tests, in release: loops are fast there, and the products are those that `make build` makes.
# Fixtures beyond the repository are found through GESTALT_FIXTURES and GESTALT_DATA, when set.
set -euo pipefail
cd "$(dirname "$0")/.."
swift test -c release --disable-testable-imports "$@"
