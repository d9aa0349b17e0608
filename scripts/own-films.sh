#!/usr/bin/env bash
# Compares `fit` with a U-Net on films with few labels: own-films.sh DATA [WORK]
#
# DATA: a folder with train/ and test/ and masks, or synthetic:24. Its clips are written as mp4 films and
#   their labels as COCO files, and imported like any other films.
# WORK: the folder of films, sets and runs, out/own-films by default. Finished parts are kept, and an
#   interrupted fit is resumed.
# Environment: LABELS="5 20 80", SEEDS="0 1 2", MINUTES=10 for each fit; STEPS=2, the steps of the U-Net,
#   for a try.
#
# `fit` has MINUTES for pre-training, teacher and student; the U-Net beside it has the same labels, its
# usual steps and augmentation.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?own-films.sh DATA [WORK]}
[ ! -d "$data" ] || data=$(realpath "$data")
work=${2:-out/own-films}
gestalt=$PWD/.build/release/gestalt
labels=${LABELS:-5 20 80}
seeds=${SEEDS:-0 1 2}
minutes=${MINUTES:-10}
steps=${STEPS:+--steps $STEPS}
mkdir -p "$work"
cd "$work"

# films SPLIT: the clips of a split as mp4 files in films/SPLIT.
films() {
    local clip name
    mkdir -p "films/$1"
    for clip in "clips/$1"/*/; do
        name=$(basename "$clip")
        ffmpeg -v error -y -framerate 10 -i "$clip/%05d.png" \
            -c:v libx264 -crf 18 -pix_fmt yuv420p "films/$1/$name.mp4" </dev/null
    done
}

# import_set SPLIT: the films of a split with all their labels, as a set of one split.
import_set() {
    [ ! -f "$1/manifest.json" ] || return 0
    films "$1"
    "$gestalt" import "films/$1" --labels "clips/$1/annotations.json" \
        --validation 0 --test 0 --output "$1"
}

# In two steps: an export that was interrupted is made again.
if [ ! -d clips ]; then
    rm -rf clips.part
    "$gestalt" data export --data "$data" --split train --split test --classes 3 --format coco \
        --output clips.part
    mv clips.part clips
fi
import_set train
import_set test

# score RUN: its report on the films of test, which holds one split.
score() {
    [ -s "$1.json" ] ||
        "$gestalt" evaluate --model "$1" --data test --split train --every 5 --json --quiet >"$1.json"
}

for seed in $seeds; do
    for count in $labels; do
        run=fit-$count-$seed
        if [ ! -f "$run/report.json" ]; then
            if [ -d "$run" ]; then
                "$gestalt" fit --resume --output "$run"
            else
                "$gestalt" fit train --labels "$count" --seed "$seed" --minutes "$minutes" \
                    --holdout 0 --output "$run"
            fi
        fi
        score "$run"
        run=unet-$count-$seed
        [ -f "$run/model.safetensors" ] ||
            # Unquoted: two words or none.
            "$gestalt" train unet --data train --classes 3 --labels "$count" --seed "$seed" $steps \
                --output "$run"
        score "$run"
    done
done

# reports ROW LABELS: the reports of all seeds.
reports() { for seed in $seeds; do echo "$1-$2-$seed.json"; done; }

for count in $labels; do
    echo "== $count labels: fit against the U-Net, IoU per image on the films of test"
    mapfile -t method < <(reports fit "$count")
    mapfile -t baseline < <(reports unet "$count")
    "$gestalt" compare "${method[@]}" --against "${baseline[@]}"
    for class in 1 2; do
        "$gestalt" compare "${method[@]}" --against "${baseline[@]}" --class "$class"
    done
done
