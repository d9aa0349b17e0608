# The compiler's view of the built modules, for scripts/docs.sh and scripts/snippets.sh: $modules is the
# folder of .swiftmodule files, $work one for temporary files.
#
# Sets module_flags, the flags to import all modules. The umbrella `Gestalt` is compiled here, since
# building the program does not build it.
if [ ! -e "$modules/GestaltCommand.swiftmodule" ]; then
    echo "$(basename "$0" .sh): no modules in $modules; build them first: make build" >&2
    exit 1
fi
module_flags=(-I "$modules" -I Sources/CBLAS -I Sources/CZlib -I Sources/CZip)
for clang_target in CKernels CMedia CFilm; do
    map=$(find -L "$modules/../$clang_target.build" -maxdepth 2 -name module.modulemap | head -n 1)
    module_flags+=(-Xcc "-fmodule-map-file=$map")
done
# The C parts of packages, whose module maps lie beside their headers.
for headers in .build/checkouts/{swift-subprocess/Sources/_SubprocessCShims,swift-system/Sources/CSystem,Yams/Sources/CYaml}/include; do
    module_flags+=(-I "$headers")
done

# Compiles files to the module `Gestalt` in a folder.
umbrella() {
    local folder=$1
    shift
    mkdir -p "$folder"
    swiftc -emit-module -parse-as-library -swift-version 6 -module-name Gestalt \
        -o "$folder/Gestalt.swiftmodule" "${module_flags[@]}" "$@"
}
