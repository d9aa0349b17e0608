"""Runs a VideoGPT model of `gestalt convert --to videogpt` in PyTorch, to compare with Gestalt.

    check_convert.py MODEL.safetensors                                        loads it strictly
    check_convert.py MODEL.safetensors --video V.npy --codes-out C.npy        codes of clips
    check_convert.py MODEL.safetensors --codes C.npy --video-out V.npy        clips of codes
    check_convert.py MODEL.safetensors --codes C.npy [--frames F.npy] [--label L.npy] --logits L.npy

Codes are int32 [B, t, h, w], logits float32 [B, t, h, w, K]; `--against FILE.npy` compares whatever is
written with Gestalt's and ends with 1 when codes differ or numbers do by more than `--tolerance` of the
largest. Clips and frames are [B, 3, T, H, W] or [B, T, H, W, 3]; bytes become value/255 - 0.5, floats are
taken as they are. Clips are written [B, T, H, W, 3], neither clamped nor shifted.

A tokenizer of its own has its names bare, a prior has it under `vqvae.`; hyper-parameters are a JSON
object in the metadata. Lightning's .ckpt files work as well.
"""
import argparse
import json
import sys

import numpy as np
import torch

import tensor_file
from prior_model import Prior
from vqvae_model import Tokenizer


def read_model(path):
    if not path.endswith(".safetensors"):
        stored = torch.load(path, map_location="cpu", weights_only=False)
        return stored["state_dict"], dict(vars(stored["hyper_parameters"]["args"]))
    tensors, metadata = tensor_file.read(path)
    settings = json.loads(metadata.get("hyper_parameters", "{}"))
    return tensors, settings.get("args", settings)


def count(weights, prefix):
    """How many numbers follow a prefix: layers 0, 1, … of a list."""
    return 1 + max(int(k[len(prefix):].split(".")[0]) for k in weights if k.startswith(prefix))


def tokenizer(weights, settings, latent=None):
    codes, width = weights["codebook.embeddings"].shape
    downsample = settings.get("downsample")
    if downsample is None:
        if latent is None:
            raise SystemExit("check_convert: neither downsample nor a prior that tells the strides")
        clip = (settings["sequence_length"], settings["resolution"], settings["resolution"])
        downsample = [c // n for c, n in zip(clip, latent)]
    model = Tokenizer(
        embedding_dim=width, n_codes=codes, downsample=tuple(downsample),
        n_hiddens=len(weights["encoder.conv_last.conv.bias"]),
        n_res_layers=count(weights, "encoder.res_stack.") - 1)
    model.load_state_dict(weights, strict=True)
    return model.eval()


def table_lengths(weights, name):
    return [len(weights[f"{name}.emb.d_{axis}"]) for axis in range(3)]


def prior(weights, settings, codes, form):
    frames = {}
    if "cond_pos_embd.emb.d_0" in weights:
        n, side, _ = table_lengths(weights, "cond_pos_embd")
        frames = {
            "n_cond_frames": n, "resolution": 4 * side,
            "resnet_width": len(weights["resnet.stem.0.weight"]),
            "frame_width": len(weights["resnet.group4.start_block.conv1.weight"]),
            "resnet_blocks": [
                1 + (count(weights, f"resnet.group{g}.blocks.")
                     if any(k.startswith(f"resnet.group{g}.blocks.") for k in weights) else 0)
                for g in (1, 2, 3, 4)]}
    width, embedding = weights["fc_in.weight"].shape
    classes = weights["norm.w.weight"].shape[1] if "norm.w.weight" in weights else None
    model = Prior(
        table_lengths(weights, "attn_stack.pos_embd"), codes, embedding, width, settings["heads"],
        count(weights, "attn_stack.attn_nets."), attn_type=settings["attn_type"], dropout=0,
        attn_dropout=0, class_cond_dim=classes, form=form, **frames)
    model.load(weights, strict=True)
    return model.eval()


def clip(path):
    video = torch.from_numpy(np.load(path))
    if video.dtype == torch.uint8:
        video = video.float() / 255 - 0.5
    return video.float() if video.shape[1] == 3 else video.float().movedim(-1, 1)


def write(path, values, against, tolerance):
    np.save(path, values)
    print(f"{path}: {values.dtype} {list(values.shape)}")
    if not against:
        return
    other = np.load(against)
    if values.shape != other.shape:
        sys.exit(f"{against} has the shape {list(other.shape)}")
    if values.dtype == np.int32:
        wrong = int((values != other).sum())
        print(f"{wrong} of {values.size} codes differ")
        sys.exit(1 if wrong else 0)
    scale = float(np.abs(values).max())
    share = float(np.abs(values - other).max()) / max(scale, 1e-30)
    print(f"largest difference {share:.2e} of {scale:.4g}")
    sys.exit(0 if share <= tolerance else 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    for name in ("codes", "frames", "label", "video", "logits", "codes-out", "video-out", "against"):
        parser.add_argument("--" + name)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--form", choices=["best", "original"], default="best")
    arguments = parser.parse_args()
    weights, settings = read_model(arguments.model)
    whole = any(name.startswith("vqvae.") for name in weights)
    inner = {k.removeprefix("vqvae."): v for k, v in weights.items() if k.startswith("vqvae.") == whole}
    latent = table_lengths(weights, "attn_stack.pos_embd") if whole else None
    vqvae = tokenizer(inner, settings, latent)
    model = None
    if whole:
        rest = {k: v for k, v in weights.items() if not k.startswith("vqvae.")}
        model = prior(rest, settings, len(vqvae.codebook.embeddings), arguments.form)
    print(f"loaded {len(weights)} entries strictly: {'prior' if whole else 'tokenizer'}")
    with torch.inference_mode():
        if arguments.video and arguments.codes_out:
            ids = vqvae.encode(clip(arguments.video))[0]
            write(arguments.codes_out, ids.int().numpy(), arguments.against, arguments.tolerance)
        if not arguments.codes:
            return
        ids = torch.from_numpy(np.load(arguments.codes)).long()
        if arguments.video_out:
            video = vqvae.decode(ids).movedim(1, -1).contiguous().numpy()
            write(arguments.video_out, video, arguments.against, arguments.tolerance)
        if arguments.logits:
            frames = clip(arguments.frames) if arguments.frames else None
            label = torch.from_numpy(np.load(arguments.label)) if arguments.label else None
            logits = model(vqvae.codebook.embeddings[ids], frames, label).view(*ids.shape, -1)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 3), ids.flatten())
            print(f"loss {loss.item():.6f}")
            write(arguments.logits, logits.numpy(), arguments.against, arguments.tolerance)


if __name__ == "__main__":
    main()
