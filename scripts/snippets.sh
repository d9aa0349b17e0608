#!/usr/bin/env bash
# Type-checks every ```swift block of the Markdown files and doc comments against the built modules.
#
#   scripts/snippets.sh [MODULES]     MODULES: the folder of .swiftmodule files, else the release build's
#
# A block is compiled as the body of a function, with `import Gestalt` and the values of
# scripts/documentation/Given.swift. A block that has its own `import` lines is compiled with these alone.
# HTML comments before a block, which readers do not see, add what a reader knows from the text:
#
#   <!-- given: let rows: Tensor<Float> = given() -->    declarations before the block
#   <!-- continued -->                                    the block goes on where the one before ended
#
#   <!-- file: Examples/Sources/A/A.swift -->             the block repeats this file, line by line
#   <!-- compile column 2 -->                             each code span of this column of the next table
#
# All may be in `///` comments. Blocks with `extension` or `@main` are compiled at file level. What is
# not Swift for a compiler (a line of a manifest) is a block without a language.
set -euo pipefail
cd "$(dirname "$0")/.."
modules=${1:-.build/release/Modules}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. scripts/documentation/modules.sh
umbrella "$work/modules" Sources/Gestalt/*.swift

{
    find . -maxdepth 1 -name '*.md'
    find Documentation Sources Models -name '*.md'
    find Sources -name '*.swift' ! -name '*.pb.swift'
} | sed 's|^\./||' | LC_ALL=C sort >"$work/list"
xargs grep -lE '```swift|<!-- compile column' <"$work/list" >"$work/documents"
mapfile -t documents <"$work/documents"
count=$(awk -v out="$work" -f scripts/documentation/extract.awk "${documents[@]}")

swiftc -typecheck -wmo -parse-as-library -swift-version 6 -suppress-warnings -module-name Snippets \
    -I "$work/modules" "${module_flags[@]}" scripts/documentation/Given.swift "$work"/*.swift
echo "snippets: $count blocks and table entries of ${#documents[@]} files type-check, in $SECONDS s"
