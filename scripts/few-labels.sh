#!/usr/bin/env bash
# Makes the table of few labels in Documentation/Results.md: few-labels.sh DATA [WORK]
#
# DATA: a folder with train/, val/ and test/, and masks.
# WORK: the folder of the runs, out/few-labels by default. A finished run is kept, an unfinished one
#   resumed, so the script can be stopped and started again; several processes may share the folder.
# Environment: LABELS="10 30 100", SEEDS="0 1 2", ENCODERS="video still" (the terms of pre-training;
#   still is the control without video); STEPS=2, the steps of every training, for a try.
#
# Each row is the mean over seeds; differences are paired by image, with intervals over clips.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(realpath "${1:?few-labels.sh DATA [WORK]}")
work=${2:-out/few-labels}
gestalt=$PWD/.build/release/gestalt
labels=${LABELS:-10 30 100}
seeds=${SEEDS:-0 1 2}
encoders=${ENCODERS:-video still}
steps=${STEPS:+--steps $STEPS}
mkdir -p "$work"
cd "$work"

# The terms of pre-training: what the encoder forecasts.
terms() {
    case $1 in
        video) echo video,moving-foreground=1,displaced-foreground=1 ;;
        *) echo "$1" ;;
    esac
}

# train RUN KIND OPTION…: nothing for a finished run, or one that another process trains.
train() {
    local run=$1 kind=$2
    shift 2
    [ ! -f "$run/model.safetensors" ] || return 0
    (
        flock -n 9 || exit 0
        if [ -f "$run/recipe.json" ]; then
            "$gestalt" train resume "$run"
        else
            # Unquoted: two words or none.
            "$gestalt" train "$kind" --data "$data" $steps "$@" --output "$run"
        fi
    ) 9>"$run.claim"
}

# score RUN: the report of a finished segmentation run on test, and on val.
score() {
    [ -f "$1/model.safetensors" ] || return 0
    for split in test val; do
        [ -s "$1.$split.json" ] ||
            "$gestalt" evaluate --model "$1" --data "$data" --split $split --json --quiet >"$1.$split.json"
    done
}

for seed in $seeds; do
    for encoder in $encoders; do
        train "$encoder-$seed" encoder --terms "$(terms "$encoder")" --seed "$seed"
    done
    for count in $labels; do
        common=(--labels "$count" --seed "$seed" --augment strong)
        train "unet-$count-$seed" unet "${common[@]}"
        train "unet-student-$count-$seed" student --model "unet-$count-$seed" "${common[@]}"
        score "unet-$count-$seed"
        score "unet-student-$count-$seed"
        for encoder in $encoders; do
            train "$encoder-$count-$seed" head --encoder dense --model "$encoder-$seed" "${common[@]}"
            train "$encoder-student-$count-$seed" student --model "$encoder-$count-$seed" "${common[@]}"
            score "$encoder-$count-$seed"
            score "$encoder-student-$count-$seed"
        done
    done
done

# reports ROW LABELS: the reports on test of all seeds.
reports() { for seed in $seeds; do [ ! -s "$1-$2-$seed.test.json" ] || echo "$1-$2-$seed.test.json"; done; }

for count in $labels; do
    echo "== $count labels, IoU per image on test"
    for row in unet unet-student $(for e in $encoders; do echo "$e $e-student"; done); do
        mapfile -t method < <(reports "$row" "$count")
        [ ${#method[@]} -gt 0 ] || continue
        # Students are compared with the student of the U-Net, which sees the same frames.
        against=unet
        case $row in *-student) against=unet-student ;; esac
        baseline=()
        [ "$row" = "$against" ] || mapfile -t baseline < <(reports "$against" "$count")
        echo "-- $row${baseline:+ against $against}"
        "$gestalt" compare "${method[@]}" ${baseline:+--against "${baseline[@]}"}
    done
done
