#!/usr/bin/env bash
# All tests, in release: loops are fast there, and the products are those that `make build` makes.
# Fixtures beyond the repository are found through GESTALT_FIXTURES and GESTALT_DATA, when set.
# At the end: the slowest tests.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Tests run in parallel: a time includes the waiting for processors that others hold.
slowest() {
    echo "== the slowest tests, seconds"
    awk '/Test .* (passed|failed) after [0-9.]+ seconds/ && !/Test run with/ {
        seconds = $0
        sub(/.* after /, "", seconds)
        sub(/ seconds.*/, "", seconds)
        name = $0
        sub(/^[^T]*Test /, "", name)
        sub(/ (passed|failed) after [0-9.]+ seconds[^"]*$/, "", name)
        printf "%8.1f  %s\n", seconds, name
    }' "$log" | sort -rn | awk 'NR <= 15'
}

status=0
swift test -c release --disable-testable-imports "$@" 2>&1 | tee "$log" || status=$?
slowest
[ "$status" -eq 0 ] || exit "$status"

# The numbers of the original program once more with every convolution algorithm preferred where it
# can serve; under Winograd the bounds are ten times as wide, and training curves are compared as far
# as rounding does not decide.
if [ "$#" -eq 0 ] && [ -n "${GESTALT_FIXTURES:-}" ]; then
    for algorithm in patches products winograd2 winograd4; do
        echo "== VideoGPT's numbers with $algorithm preferred"
        GESTALT_CONVOLUTION=$algorithm swift test -c release --disable-testable-imports --skip-build \
            --filter "VideoGPT(Forward|Curve|Prior)Tests|SamplingFixtureTests"
    done
fi
