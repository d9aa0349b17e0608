#!/usr/bin/env bash
# Builds the guides of Sources/Gestalt/Gestalt.docc and the reference of all library products as one
# site, with the toolchain's own docc. A warning is an error.
#
#   scripts/docs.sh [OUTPUT] [MODULES]    OUTPUT: the site, out/docs by default
#                                         MODULES: .swiftmodule files, else the release build's
#
# To read it: python3 -m http.server --directory out/docs, then /documentation/gestalt.
#
# All symbols belong to one module of the site, as `import Gestalt` shows them; a page for each product
# lists its types by the folders of its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-out/docs}
modules=${2:-.build/release/Modules}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. scripts/documentation/modules.sh

# A module that re-exports every product, and the graph of all its symbols.
echo "@_exported import GestaltCommand" >"$work/Command.swift"
umbrella "$work/modules" Sources/Gestalt/*.swift "$work/Command.swift"
products=$(cat Sources/Gestalt/*.swift "$work/Command.swift" | sed -n 's/^@_exported import //p')
triple=$(swiftc -print-target-info | sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -n 1)
mkdir "$work/graphs"
swift symbolgraph-extract -module-name Gestalt -target "$triple" -I "$work/modules" \
    "${module_flags[@]}" -minimum-access-level public -skip-synthesized-members \
    -experimental-allowed-reexported-modules="$(paste -sd, <<<"$products")" \
    -output-dir "$work/graphs"

# The catalog with a page for each product: the first paragraph of its README, its types by folder.
cp -r Sources/Gestalt/Gestalt.docc "$work/Gestalt.docc"
printf '\n### Products\n\n' >>"$work/Gestalt.docc/Gestalt.md"
for product in $products; do
    {
        echo "# $product"
        awk 'NR > 1 && NF { found = 1 } found && !NF { exit } found' "Sources/$product/README.md" |
            sed '1s/^/\n/'
        printf '\n## Topics\n'
        find "Sources/$product" -name '*.swift' ! -name '*.pb.swift' | LC_ALL=C sort |
            xargs awk -v root="Sources/$product/" -f scripts/documentation/types.awk
    } >"$work/Gestalt.docc/$product.md"
    echo "- <doc:$product>" >>"$work/Gestalt.docc/Gestalt.md"
done

rm -rf "$output"
mkdir -p "$(dirname "$output")"
docc convert "$work/Gestalt.docc" --additional-symbol-graph-dir "$work/graphs" \
    --output-path "$output" --fallback-display-name Gestalt \
    --fallback-bundle-identifier org.gestalt --warnings-as-errors
echo "docs: $output, $(find "$output/data" -name '*.json' | wc -l) pages, in $SECONDS s"
