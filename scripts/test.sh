#!/usr/bin/env bash
# All tests, in release: loops are fast there, and the products are those that `make build` makes.
# Fixtures beyond the repository are found through GESTALT_FIXTURES and GESTALT_DATA, when set.
set -euo pipefail
cd "$(dirname "$0")/.."
swift test -c release --disable-testable-imports "$@"

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
