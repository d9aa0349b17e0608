# Every command of the library on the tokenizer of this package; $1 is the program, $2 a new folder.
set -euo pipefail
own=$1 out=$2
"$own" train tokenizer --kind patches --data sample --steps 30 --batch 4 --output "$out/tokenizer" --quiet
"$own" train tokenizer --resume --steps 40 --output "$out/tokenizer" --quiet
"$own" inspect "$out/tokenizer"
"$own" evaluate --model "$out/tokenizer" --data sample --quiet
"$own" reconstruct --model "$out/tokenizer" --data sample --clips 1 --output "$out/pictures" --quiet
"$own" train prior --model "$out/tokenizer" --preset tiny --data sample --steps 3 --batch 2 \
    --output "$out/prior" --quiet
"$own" inspect "$out/prior" | head -n 1
"$own" train head --model "$out/prior" --encoder prior:hidden:1 --data sample --labels 8 --steps 4 \
    --output "$out/head" --quiet
"$own" segment sample --model "$out/head" --masks-only --output "$out/masks" --quiet
