# Lists the public types at file level as topics of a DocC page, a group for each folder below `root`.
FNR == 1 {
    hidden = 0
    folder = substr(FILENAME, length(root) + 1)
    if (!sub(/\/.*/, "", folder)) folder = "General"
}
# Symbols for the package's benchmarks are no part of the reference.
/^@_spi/ && !/public/ { hidden = 1; next }
/^@_spi/ || hidden { hidden = 0; next }
/^(@[A-Za-z_]+(\([^)]*\))? )*public (indirect |final )*(struct|class|enum|protocol|actor|typealias) / {
    name = $0
    sub(/^.*(struct|class|enum|protocol|actor|typealias) /, "", name)
    sub(/[^A-Za-z0-9_].*/, "", name)
    if (folder != group) printf "\n### %s\n\n", folder
    group = folder
    printf "- ``%s``\n", name
}
