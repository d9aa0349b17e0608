#!/usr/bin/env bash
# Makes the table of few labels in Documentation/Results.md: few-labels.sh DATA [WORK]
#
# DATA: a folder with train/, val/ and test/, and masks.
# WORK: the folder of the runs, out/few-labels by default. A finished run is kept, an unfinished one
#   resumed, so the script can be stopped and started again; several processes may share the folder.
# Environment: LABELS="10 30 100", SEEDS="0 1 2", ENCODERS="video still" (the terms of pre-training;
#   still is the control without video); ENCODER_SEEDS="0": the seeds of pre-trained encoders, of which
#   run N takes number N modulo their count; STEPS=2, the steps of every training, for a try.
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
read -ra encoder_seeds <<<"${ENCODER_SEEDS:-$seeds}"
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

# students ROW COUNT SEED OPTION…: the student of a run, and the student of that one.
students() {
    local row=$1 run=$2-$3
    shift 3
    # Another process may be training the teacher: it goes on with the students, too.
    [ -f "$row-$run/model.safetensors" ] || return 0
    train "$row-student-$run" student --model "$row-$run" "$@"
    [ ! -f "$row-student-$run/model.safetensors" ] ||
        train "$row-student2-$run" student --model "$row-student-$run" "$@"
    for name in "$row" "$row-student" "$row-student2"; do score "$name-$run"; done
}

for seed in $seeds; do
    pretrained=${encoder_seeds[$((seed % ${#encoder_seeds[@]}))]}
    for encoder in $encoders; do
        train "$encoder-$pretrained" encoder --terms "$(terms "$encoder")" --seed "$pretrained"
    done
    for count in $labels; do
        common=(--labels "$count" --seed "$seed" --augment strong)
        train "unet-$count-$seed" unet "${common[@]}"
        students unet "$count" "$seed" "${common[@]}"
        for encoder in $encoders; do
            [ -f "$encoder-$pretrained/model.safetensors" ] || continue
            train "$encoder-$count-$seed" head --encoder dense --model "$encoder-$pretrained" "${common[@]}"
            students "$encoder" "$count" "$seed" "${common[@]}"
        done
    done
done

# reports ROW LABELS: the reports on test of all seeds.
reports() { for seed in $seeds; do [ ! -s "$1-$2-$seed.test.json" ] || echo "$1-$2-$seed.test.json"; done; }

for count in $labels; do
    echo "== $count labels, IoU per image on test"
    for row in unet unet-student unet-student2 \
        $(for e in $encoders; do echo "$e $e-student $e-student2"; done); do
        mapfile -t method < <(reports "$row" "$count")
        [ ${#method[@]} -gt 0 ] || continue
        # A student is compared with the U-Net's of the same round, which sees the same frames.
        against=unet${row#"${row%%-*}"}
        baseline=()
        [ "$row" = "$against" ] || mapfile -t baseline < <(reports "$against" "$count")
        echo "-- $row${baseline:+ against $against}"
        "$gestalt" compare "${method[@]}" ${baseline:+--against "${baseline[@]}"}
    done
done
