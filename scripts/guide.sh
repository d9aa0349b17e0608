#!/usr/bin/env bash
# Runs every command of a guide with the built program, in an empty folder: guide.sh [GUIDE]
#
# Commands are the lines of its `sh` blocks (a backslash at the end continues a line). Each must end
# with code 0, or as a comment behind it says: `# exit code 1` or `# exit code 1: TEXT`, where the
# command must print TEXT.
set -euo pipefail
cd "$(dirname "$0")/.."
guide=${1:-Documentation/YourOwnData.md}
export PATH="$PWD/.build/release:$PATH"
command -v gestalt >/dev/null || { echo "guide: build the program first: make build" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work" "$work.log"' EXIT

commands() {
    awk '
        /^```/ { inside = ($0 == "```sh"); next }
        !inside || /^[[:space:]]*(#|$)/ { next }
        { sub(/^[[:space:]]+/, ""); line = line $0 }
        line ~ /\\$/ { sub(/\\$/, "", line); next }
        { print line; line = "" }
    ' "$guide"
}

failed() {
    echo "guide: $1" >&2
    tail -n 20 "$work.log" >&2
    exit 1
}

count=0
while IFS= read -r command <&3; do
    expected=0 text=
    if [[ $command =~ \#\ exit\ code\ ([0-9]+)(:\ (.*))?$ ]]; then
        expected=${BASH_REMATCH[1]} text=${BASH_REMATCH[3]}
    fi
    begin=$SECONDS code=0
    (cd "$work" && timeout 300 bash -o pipefail -c "$command") </dev/null >"$work.log" 2>&1 || code=$?
    echo "$((SECONDS - begin)) s: $command"
    [ "$code" = "$expected" ] || failed "exit code $code, not $expected: $command"
    [ -z "$text" ] || grep -qF -- "$text" "$work.log" || failed "it did not print: $text"
    count=$((count + 1))
done 3< <(commands)
[ "$count" -gt 0 ] || { echo "guide: $guide has no commands" >&2; exit 1; }
echo "guide: $count commands as written, in $SECONDS s"
