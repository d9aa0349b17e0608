"""Inputs of the frame encoder's ReLUs that lie near zero for the clip of a prior's fixture, in double.

    frame_ties.py FOLDER/prior-NAME.safetensors [--within 2e-5] [--move 4e-5]

Rounding decides on which side of zero such an input falls, and a gradient depends on it. Prints the
biases to move, each away from zero, so that none is left within the bound; and how far the gradients
then are from the recorded ones, as shares of each tensor's largest magnitude.
"""
import argparse
import json
import pathlib

import torch

import formula_weights
import tensor_file
from check_prior import inputs, load_prior


def relus(encoder):
    """The ReLUs in the order they run: the norm whose bias moves each."""
    yield "stem.1"
    for name in ("group1", "group2", "group3", "group4"):
        for block in range(1 + len(getattr(encoder, name).blocks)):
            unit = f"{name}." + (f"blocks.{block - 1}." if block else "start_block.")
            yield unit + "bnr1"
            yield unit + "bnr2"
            # The sum of an identity block is of two that are not negative: it has no side.
            yield unit + "proj_bnr" if block == 0 else None


class Recorder(torch.overrides.TorchFunctionMode):
    """Keeps the inputs of every ReLU."""

    def __init__(self):
        super().__init__()
        self.inputs = []

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        if function in (torch.relu, torch.nn.functional.relu):
            self.inputs.append(arguments[0].detach())
        return function(*arguments, **(keywords or {}))


def near(values, bound):
    """Channel and value of what is nearer to zero than the bound, but not zero."""
    channel = torch.arange(values.shape[1]).view(1, -1, 1, 1, 1).expand(values.shape)
    mask = (values.abs() < bound) & (values != 0)
    return zip(channel[mask].tolist(), values[mask].tolist())


def deviation(prior, file):
    """The largest deviation from a recorded gradient, or from the first numbers of one."""
    worst = 0
    for name, parameter in prior.named_parameters():
        for key in (f"grads/{name}", f"grad_head/{name}"):
            if key in file:
                theirs = file[key].flatten().double()
                ours = parameter.grad.flatten()
                difference = (ours[:len(theirs)] - theirs).abs().max() / ours.abs().max()
                worst = max(worst, difference.item())
    return worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--within", type=float, default=2e-5)
    parser.add_argument("--move", type=float, default=4e-5)
    options = parser.parse_args()
    manifest = json.loads((options.file.parent / "manifest.json").read_text())["files"]
    entry = manifest[options.file.name]
    file = tensor_file.read(options.file)[0]
    prior = load_prior(file, entry["config"], entry["latent_shape"], "original").double().train()
    frames, label = inputs(file, entry["config"], prior)
    parameters = dict(prior.resnet.named_parameters())
    moves, found = {}, True
    while found:
        prior.zero_grad()
        with Recorder() as recorder:
            prior.loss(file["embeddings_in"].double(), file["ids"], frames.double(), label).backward()
        found = {}
        for norm, values in zip(relus(prior.resnet), recorder.inputs):
            for channel, value in near(values, options.within):
                if norm:
                    found.setdefault((norm, channel), value)
        print(f"{len(found)} channels within {options.within:g}; "
              f"gradients deviate by {deviation(prior, file):.1e}")
        for (norm, channel), value in found.items():
            move = options.move if value > 0 else -options.move
            parameters[f"{norm}.norm.norm.bias"].data[channel] += move
            moves[norm, channel] = moves.get((norm, channel), 0) + move
    for (norm, channel), move in moves.items():
        print(f"{norm} {channel} {move:+.0e}")


if __name__ == "__main__":
    main()
