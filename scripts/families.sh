#!/usr/bin/env bash
# Compares the two families of video models, VideoGPT's and MAGVIT's, and prints tables for
# Documentation/Results.md: families.sh DATA [WORK]
#
# DATA: a folder with train/, val/ and test/, and masks; or synthetic:CLIPS.
# WORK: the folder of the runs, out/families by default. A finished run is kept, an unfinished one
#   resumed, so the script can be stopped and started again; several processes may share the folder.
# Environment: TOKENIZER_MINUTES=60, PRIOR_MINUTES=60: minutes of a training, equal for both families;
#   SEEDS="0 1 2"; LABELS="10 30 100"; WAYS="frozen trained": the encoders below heads; HEAD_STEPS=300,
#   HEAD_BATCH=8, AUGMENT=standard of heads; FUTURES=8: samples of each clip, with the options
#   FUTURE_OPTIONS="--top-p 0.9" of both priors; SPLIT=test; STEPS=2: the steps of every training, and
#   LIMIT=N: the clips of a split, for a try.
#
# Equal minutes: the seconds of a step are measured once for each family, all in one go on a part of the
# data, and written to WORK/steps-FAMILY-KIND with the number of steps that fits the minutes, so that
# the schedule of the learning rate ends with the training. The tables state the minutes that
# each training then took. Delete these files to measure again.
# Equal bytes: see `sizes` below; the tables state the parameters and bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?families.sh DATA [WORK]}
[ ! -e "$data" ] || data=$(realpath "$data")
work=${2:-out/families}
gestalt=$PWD/.build/release/gestalt
tables=$PWD/scripts/families/tables.py
seeds=${SEEDS:-0 1 2}
labels=${LABELS:-10 30 100}
ways=${WAYS:-frozen trained}
split=${SPLIT:-test}
limit=${LIMIT:+--limit $LIMIT}
families="vqvae magvit"
probe_steps=14
mkdir -p "$work"
cd "$work"

# sizes FAMILY KIND: both presets are `small`, but for the frame encoder of VideoGPT's prior, 12 channels
# wide in place of 16: so tokenizer and prior together have 15.4 and 15.3 MB in float32, not 18.2.
sizes() {
    echo "--preset small"
    [ "$1-$2" != vqvae-prior ] || echo "--encoder resnet:12"
}

# options FAMILY KIND: further options of a training.
options() {
    case $2 in
        tokenizer) echo "--kind $1" ;;
        prior) [ "$1" = magvit ] || echo "--aligned" ;;
    esac
}

# encoder FAMILY WAY: the encoder below a head, and what is trained with it.
encoder() {
    case $1 in
        vqvae) echo "--encoder prior:hidden:2:skips" ;;
        magvit) echo "--encoder magvit:hidden:3:skips" ;;
    esac
    [ "$2" = frozen ] || echo "--unfreeze all --encoder-rate 0.3"
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
            # Unquoted: words or none.
            "$gestalt" train "$kind" --data "$data" $limit "$@" --output "$run"
        fi
    ) 9>"$run.claim"
}

# probe FAMILY KIND: trains a few steps on a part of the data; prints the seconds of a step.
probe() {
    local run=probe-$1-$2 model=
    [ "$2" = tokenizer ] || model="--model probe-$1-tokenizer"
    [ -f "$run/model.safetensors" ] || {
        rm -rf "$run"
        "$gestalt" train "$2" --data "$data" --limit 16 $(sizes "$1" "$2") $(options "$1" "$2") $model \
            --steps $probe_steps --quiet --output "$run" >&2
    }
    # Without the first steps, which warm up, and without evaluations, which are frequent in a short
    # training: of two log lines of steps in a row.
    awk -F'[:,]' '
        /"kind":"train"/ {
            for (i = 1; i < NF; i++) if ($i == "\"seconds\"") now = $(i + 1)
            if (before && ++count > 2) { sum += now - before; steps++ }
            before = now
            next
        }
        { before = 0 }
        END { print sum / steps }' "$run/log.jsonl"
}

# measure: writes the steps of every training.
measure() {
    local family kind minutes seconds
    (
        flock 9
        for kind in tokenizer prior; do
            minutes=${TOKENIZER_MINUTES:-60}
            [ $kind = tokenizer ] || minutes=${PRIOR_MINUTES:-60}
            for family in $families; do
                [ ! -s "steps-$family-$kind" ] || continue
                seconds=$(probe $family $kind)
                awk -v m="$minutes" -v s="$seconds" \
                    'BEGIN { printf "%d %s %s\n", m * 60 / s, s, m }' >"steps-$family-$kind"
            done
        done
    ) 9>measure.claim
}

# steps FAMILY KIND
steps() { if [ -n "${STEPS:-}" ]; then echo "$STEPS"; else cut -d' ' -f1 "steps-$1-$2"; fi; }

# score NAME OPTION…: a report as JSON, written when it is complete.
score() {
    local name=$1
    shift
    [ ! -s "$name.json" ] || return 0
    (
        flock -n 9 || exit 0
        "$gestalt" evaluate --data "$data" $limit --split "$split" --json --quiet "$@" >"$name.part"
        mv "$name.part" "$name.json"
    ) 9>"$name.claim"
}

[ -n "${STEPS:-}" ] || measure
for seed in $seeds; do
    for family in $families; do
        for kind in tokenizer prior; do
            model=
            [ $kind = tokenizer ] || model="--model $family-tokenizer-$seed"
            [ $kind = tokenizer ] || [ -f "$family-tokenizer-$seed/model.safetensors" ] || continue
            train "$family-$kind-$seed" $kind $(sizes $family $kind) $(options $family $kind) $model \
                --seed "$seed" --steps "$(steps $family $kind)"
            [ -f "$family-$kind-$seed/model.safetensors" ] || continue
            score "$family-$kind-$seed" --model "$family-$kind-$seed"
        done
        [ -f "$family-prior-$seed/model.safetensors" ] || continue
        score "$family-futures-$seed" --model "$family-prior-$seed" --futures "${FUTURES:-8}" \
            ${FUTURE_OPTIONS:---top-p 0.9}
    done
done
for seed in $seeds; do
    for count in $labels; do
        for family in $families; do
            [ -f "$family-prior-$seed/model.safetensors" ] || continue
            for way in $ways; do
                run=$family-$way-$count-$seed
                train "$run" head --model "$family-prior-$seed" $(encoder $family "$way") \
                    --augment "${AUGMENT:-standard}" --labels "$count" --seed "$seed" \
                    --steps "${STEPS:-${HEAD_STEPS:-300}}" --batch "${HEAD_BATCH:-8}"
                [ -f "$run/model.safetensors" ] || continue
                score "$run" --model "$run"
            done
        done
    done
done

python3 "$tables" . --families $families --seeds $seeds --labels $labels --ways $ways
for count in $labels; do
    for way in $ways; do
        mapfile -t masked < <(ls magvit-"$way-$count"-[0-9]*.json 2>/dev/null)
        mapfile -t sequential < <(ls vqvae-"$way-$count"-[0-9]*.json 2>/dev/null)
        [ ${#masked[@]} -gt 0 ] && [ ${#sequential[@]} -eq ${#masked[@]} ] || continue
        echo
        echo "$way, $count labels: magvit against vqvae, paired by image"
        "$gestalt" compare "${masked[@]}" --against "${sequential[@]}"
    done
done
seed=${seeds%% *}
if [ -f "vqvae-prior-$seed/model.safetensors" ] && [ -f "magvit-prior-$seed/model.safetensors" ] &&
    [ -d "$data/$split" ]; then
    "$gestalt" predict --model "vqvae-prior-$seed" --against "magvit-prior-$seed" \
        --input "$data/$split" --clips 4 --samples 2 --quiet ${FUTURE_OPTIONS:---top-p 0.9} \
        --output families.gif
fi
