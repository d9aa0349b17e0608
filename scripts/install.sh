#!/usr/bin/env bash
# Installs a program that needs neither the build folder nor Swift: install.sh PREFIX [DESTDIR]
# Swift's libraries are linked in; what stays shared are Debian's libraries, named at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:?usage: install.sh PREFIX [DESTDIR]}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
root=${2:-}$prefix
scratch=.build/install
program=$scratch/release/gestalt

# Products of their own: flags that differ would recompile everything of `make build`, twice.
if command -v swift >/dev/null; then
    scripts/setup.sh
    swift build -c release --product gestalt --static-swift-stdlib --scratch-path "$scratch"
elif [ -x "$program" ]; then
    echo "install: no swift on the PATH (sudo drops it); installing the program that was built before"
else
    echo "install: no swift on the PATH; as yourself run 'make install PREFIX=…' for a folder of your own," >&2
    echo "    or as root: sudo env PATH=\"\$PATH\" make install" >&2
    exit 1
fi

completions=$(mktemp -d)
trap 'rm -rf "$completions"' EXIT
for shell in bash zsh fish; do "$program" --generate-completion-script $shell >"$completions/$shell"; done

rm -rf "$root/share/gestalt"
install -D -m 755 "$program" "$root/bin/gestalt"
strip --strip-all "$root/bin/gestalt"
install -d "$root/share/gestalt/Sample"
install -m 644 "$scratch"/release/Gestalt_GestaltRobotPush.resources/Sample/* "$root/share/gestalt/Sample/"
(cd "$scratch/release/Gestalt_GestaltPretrained.resources" && find . -type f) | while read -r file; do
    install -D -m 644 "$scratch/release/Gestalt_GestaltPretrained.resources/$file" \
        "$root/share/gestalt/Models/$file"
done
install -D -m 644 "$completions/bash" "$root/share/bash-completion/completions/gestalt"
install -D -m 644 "$completions/zsh" "$root/share/zsh/site-functions/_gestalt"
install -D -m 644 "$completions/fish" "$root/share/fish/vendor_completions.d/gestalt.fish"

echo "$root/bin/gestalt, $(du -h "$root/bin/gestalt" | cut -f1); the sample and the models in $root/share/gestalt;"
echo "completions of bash, zsh and fish in $root/share."
if command -v dpkg-query >/dev/null && command -v ldd >/dev/null; then
    libraries=$(ldd "$root/bin/gestalt" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | xargs -r -n1 basename)
    packages=$(for library in $libraries; do dpkg-query -S "*/$library" 2>/dev/null | head -n 1 | cut -d: -f1; done |
        sort -u | tr '\n' ' ')
    echo "Another machine with this Debian needs the packages: $packages"
fi
