# Every command of the library on the encoder of this package; $1 is the program, $2 a new folder.
set -euo pipefail
own=$1 out=$2
"$own" train head --encoder color:16 --unfreeze context --data sample --labels 40 --steps 30 \
    --output "$out/head" --quiet
"$own" train head --resume --steps 60 --output "$out/head" --quiet
"$own" inspect "$out/head"
"$own" evaluate --model "$out/head" --data sample --quiet
"$own" segment sample --model "$out/head" --masks-only --output "$out/masks" --quiet
if "$own" train head --encoder color:0 --data sample --output "$out/none" --quiet; then exit 1; fi
