#!/usr/bin/env bash
# Trains the models of Models/ again and publishes them there with their cards: models.sh DATA [WORK]
#
# DATA: a folder with train/, val/ and test/. The models in the repository are of robot-push, 240 + 30
#   + 60 clips rendered with MuJoCo, of which the sample in the package is a part; it is too large for
#   the repository. `synthetic:240`, which the package renders itself, makes models of the same kind.
# WORK: the folder of the training runs, out/models by default. A run that is finished there is kept, an
#   unfinished one is resumed, so the script can be stopped and started again.
#
# The commands below are those of the cards, which also state the minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-}
if [ -z "$data" ]; then
    echo "models: make models DATA=… takes a folder with train/, val/ and test/, or synthetic:240" >&2
    exit 2
fi
set_folder=$PWD/Models/robot-push-small
gestalt=$PWD/.build/release/gestalt
work=${2:-out/models}
mkdir -p "$work"

# Runs name their data and each other by bare names, so that their commands hold no folders.
name=$data
if [ -d "$data" ]; then
    name=$(basename "$data")
    ln -sfn "$(realpath "$data")" "$work/$name"
fi
cd "$work"

# train RUN KIND OPTION…
train() {
    local run=$1 kind=$2
    shift 2
    if [ -f "$run/model.safetensors" ]; then
        echo "models: $run is there"
    elif [ -f "$run/recipe.json" ]; then
        "$gestalt" train resume "$run"
    else
        "$gestalt" train "$kind" --data "$name" "$@" --output "$run"
    fi
}

# publish RUN MODEL ABOUT: the scores are those of the stored weights, on DATA and on the sample.
publish() {
    rm -rf "new-$2"
    "$gestalt" publish "$1" --name "robot-push-small/$2" --about "$3" --data "$name" --data sample \
        --output "new-$2"
    mkdir -p "$set_folder"
    rm -rf "${set_folder:?}/$2"
    mv "new-$2" "$set_folder/$2"
}

train tokenizer tokenizer --preset small --steps 1800
train prior prior --model tokenizer --preset small --encoder resnet:12 --aligned --steps 3800
terms=background=1,differs-from-median=1,displaced=1,will-change-1=1,frame+4=0.5
terms+=,moving-foreground=1,displaced-foreground=1
train encoder encoder --steps 4000 --seed 0 --terms "$terms"
train foreground head --model encoder --encoder dense
train parts head --model encoder --encoder dense --classes 3 --augment strong

publish prior predictor "the future of a frame: tokenizer and prior"
publish encoder encoder "a dense encoder pre-trained on unlabeled video"
publish foreground foreground "foreground (arm and objects) of single frames"
publish parts parts "arm (1) and objects (2) of single frames"
du -sh "$set_folder"/*/
echo "models: build again, so that the program finds them: make build"
