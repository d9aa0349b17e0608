"""Compares the causal tokenizer and the masked prior in PyTorch with numbers of others: codes, clips, hidden
states, logits, losses and the gradients of a training step, with the same weights.

    check_magvit.py FOLDER      a folder with tokenizer-fsq, prior-still and manifest.json
    check_magvit.py MODEL --video V.npy --codes C.npy --decoded D.npy [--layer L --hidden H.npy]

MODEL is a folder that Gestalt wrote, of a tokenizer or of a predictor with condition `still`; C, D and H
are what `gestalt encode`, `decode` and `features --source magvit:hidden:L` made of the clips
[B, T, H, W, 3] in V, floats in -0.5...0.5.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch

import tensor_file
from magvit_model import MaskedPrior, Sizes, Tokenizer, from_gestalt, in_order, load

worst = {}


def compare(name, ours, theirs, limit):
    """Prints the largest difference as a share of the largest magnitude."""
    theirs = theirs.reshape(ours.shape).to(ours.dtype)
    scale = max(theirs.abs().max().item(), 1e-30)
    share = (ours - theirs).abs().max().item() / scale
    print(f"  {name:44} {share:9.2e}  (scale {scale:.3g})")
    if not share <= limit:
        worst[name] = share


def equal(name, ours, theirs):
    wrong = (ours != theirs.reshape(ours.shape).to(ours.dtype)).sum().item()
    print(f"  {name:44} {wrong} of {ours.numel()} differ")
    if wrong:
        worst[name] = wrong


def check_gradients(file, model, zero=()):
    shares = {}
    for name, module, parameter in in_order(model):
        theirs = from_gestalt(module, name, file["grads/" + name])
        if name not in zero:
            scale = theirs.abs().max().clamp_min(1e-30)
            shares[name] = ((parameter.grad - theirs).abs().max() / scale).item()
    name = max(shares, key=shares.get)
    print(f"  {'gradients':44} {shares[name]:9.2e}  ({len(shares)} tensors, worst {name})")
    if not shares[name] <= 1e-4:
        worst["gradients"] = shares[name]


def weights(file):
    return {k.removeprefix("weights/"): v for k, v in file.items() if k.startswith("weights/")}


def channels_first(clips):
    return clips.movedim(-1, 1).contiguous()


def check_tokenizer(path, info):
    print(path.stem)
    file = tensor_file.read(path)[0]
    model = Tokenizer(Sizes(**info["model"], quantizer=info["quantiser"]))
    load(model, weights(file))
    clips = channels_first(file["x_u8"].float() / 255 - 0.5)
    with torch.no_grad():
        compare("latents", model.encoder(clips).movedim(1, -1), file["z"], 1e-5)
        equal("codes", model.encode(clips), file["ids"])
        equal("codes of the first frame", model.encode(clips[:, :, :1]), file["first/ids"])
        compare("decoded", model.decode(file["ids"]).movedim(1, -1), file["decoded"], 1e-5)
    loss = model(clips)
    compare("loss", loss.detach(), file["total"], 1e-5)
    loss.backward()
    check_gradients(file, model)


def check_prior(path, info):
    file, sizes = tensor_file.read(path)[0], info["model"]
    for form in ("fused", "chunked"):
        print(path.stem, form)
        model = MaskedPrior(
            sizes["codes"], sizes["grid"], sizes["width"], sizes["heads"], sizes["layers"],
            sizes["mlp"], dropout=0, form=form)
        load(model, weights(file))
        tokens, segments = file["sequence"], file["segments"]
        with torch.no_grad():
            for layer in range(sizes["layers"] + 1):
                compare(
                    f"hidden/{layer}", model.stream(tokens, segments, layer),
                    file[f"hidden/{layer}"], 1e-5)
            compare("logits", model(tokens, segments), file["logits"], 1e-5)
        targets = torch.where(file["region"].bool(), file["condition"], file["tokens"])
        loss = model.loss(
            tokens, segments, targets.long(), file["weights_of_cells"], info["smoothing"])
        compare("loss", loss.detach(), file["loss"], 1e-5)
        loss.backward()
        check_gradients(file, model, info["zero_gradients"])


def array(path):
    return torch.from_numpy(np.load(path))


def hidden(model, tokenizer, frames, layer):
    """The stream at the cells after the first slice, all of which hold the still clip's codes; slices side
    by side, [N, 1, h, w, slices * width]."""
    t, h, w = model.positions.grid
    length = 1 + (t - 1) * tokenizer.stride
    codes = tokenizer.encode(frames.expand(-1, -1, length, -1, -1)).flatten(1)
    first = torch.full([len(codes), 1], model.codes, dtype=codes.dtype)
    segments = torch.ones_like(codes)
    segments[:, :h * w] = 0
    stream = model.stream(
        torch.cat([first, codes], 1), torch.cat([torch.zeros_like(first), segments], 1), layer)
    cells = stream[:, 1 + h * w:].unflatten(1, (t - 1, h, w))
    return cells.movedim(1, -2).flatten(-2)[:, None]


def inner(settings):
    """What stands beside a kind."""
    return settings.get("configuration", settings)


def check_model(arguments):
    folder = pathlib.Path(arguments.folder)
    settings = inner(json.loads((folder / "config.json").read_text()))
    file = tensor_file.read(folder / "model.safetensors")[0]
    whole = any(name.startswith("prior.") for name in file)
    own = inner(settings.get("tokenizer", settings))
    tokenizer = Tokenizer(Sizes(**{**own, "quantizer": inner(own["quantizer"])})).eval()
    load(tokenizer, {
        k.removeprefix("tokenizer."): v for k, v in file.items() if k.startswith("tokenizer.") or not whole})
    clips = channels_first(array(arguments.video))
    print(folder.name)
    with torch.no_grad():
        codes = array(arguments.codes)
        equal("codes", tokenizer.encode(clips), codes)
        compare("decoded", tokenizer.decode(codes).movedim(1, -1), array(arguments.decoded), 1e-5)
        if arguments.hidden is None:
            return
        sizes = settings["prior"]
        grid = [sizes["grid"][axis] for axis in ("time", "height", "width")]
        model = MaskedPrior(
            sizes["codes"], grid, sizes["width"], sizes["heads"], sizes["layers"],
            sizes["hiddenWidth"], dropout=0)
        load(model, {k.removeprefix("prior."): v for k, v in file.items() if k.startswith("prior.")})
        ours = hidden(model.eval(), tokenizer, clips[:, :, :1], arguments.layer)
        compare(f"hidden/{arguments.layer}", ours, array(arguments.hidden), 1e-5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    for name in ("video", "codes", "decoded", "hidden"):
        parser.add_argument("--" + name)
    parser.add_argument("--layer", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.video:
        check_model(arguments)
    else:
        folder = pathlib.Path(arguments.folder)
        files = json.loads((folder / "manifest.json").read_text())["files"]
        check_tokenizer(
            folder / "tokenizer-fsq.safetensors", files["tokenizer-fsq.safetensors"]["info"])
        check_prior(folder / "prior-still.safetensors", files["prior-still.safetensors"]["info"])
    for case, share in worst.items():
        print(f"ABOVE THE LIMIT: {case}: {share:.2e}")
    print("failed" if worst else "all within limits")
    sys.exit(1 if worst else 0)


if __name__ == "__main__":
    main()
