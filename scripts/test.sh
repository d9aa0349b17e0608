#!/usr/bin/env bash
# All tests, in release: loops are fast there, and the products are those that `make build` makes.
# Fixtures beyond the repository are found through GESTALT_FIXTURES and GESTALT_DATA, when set.
# At the end: the slowest tests; GESTALT_TEST_TIMES=1 runs one at a time, for the times of all.
set -euo pipefail
cd "$(dirname "$0")/.."
events=$(mktemp)
trap 'rm -f "$events"' EXIT

options=(--event-stream-output-path "$events" --event-stream-version 0)
serial=${GESTALT_TEST_TIMES:-0}
if [ "$serial" = 1 ]; then options+=(--no-parallel); fi

status=0
swift test -c release --disable-testable-imports "${options[@]}" "$@" || status=$?
if [ "$serial" = 1 ]; then what="tests, seconds"; else what="parameterized tests, seconds summed over cases that run at once"; fi
echo "== the slowest $what"
awk -v serial="$serial" -f scripts/slowest.awk "$events" | sort -rn | awk 'NR <= 15'
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
