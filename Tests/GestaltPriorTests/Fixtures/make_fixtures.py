"""Makes the small numbers that the prior's tests compare with; see README.md beside it.

    make_fixtures.py [FOLDER]

Needs torch. The model is our own PyTorch one (Benchmarks/peers/prior_model.py), run in float64.
"""
import copy
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[2] / "Benchmarks" / "peers"))

import tensor_file  # noqa: E402
from prior_decode import OriginalDecoder, greedy  # noqa: E402
from prior_model import Prior  # noqa: E402

COMMON = {
    "codes": 16, "embedding_dim": 8, "hidden_dim": 12, "heads": 2, "layers": 2, "attn_type": "full",
    "n_cond_frames": 0, "class_cond_dim": None, "resolution": 16, "resnet_width": 3,
    "resnet_blocks": [2, 1, 1, 1], "frame_width": 6,
}
CASES = {
    "prior-frame1": ({"latent_shape": [2, 4, 4], "n_cond_frames": 1}, 2),
    "prior-frame2": ({"latent_shape": [2, 4, 4], "n_cond_frames": 2, "layers": 1}, 1),
    "prior-class": ({"latent_shape": [2, 4, 4], "class_cond_dim": 3}, 3),
    "prior-sparse": ({"latent_shape": [4, 8, 8], "attn_type": "sparse", "layers": 1}, 1),
}
# What the greedy codes must keep: a gap that round-off cannot close, and some variety. Gradients in
# float32 must be this near to the stored ones, as shares of each tensor's largest magnitude.
MARGIN, VARIETY, ROUND_OFF = 1e-3, 6, 1e-5


def exact(tensor):
    """Rounded to float16, which is what is stored of weights and inputs, and held in float64."""
    return tensor.half().double()


def disturb(prior):
    """No term may hide behind a zero or a one."""
    for name, parameter in prior.named_parameters():
        value = torch.randn_like(parameter)
        if name.endswith((".g", "norm.norm.weight")):
            value = 1 + 0.2 * value
        elif name.endswith((".b", "bias")):
            value = 0.1 * value
        elif name.endswith("sos") or ".emb." in name:
            value = 0.8 * value
        elif ".w.weight" in name or ".wb.weight" in name:
            value = 0.3 * value
        else:
            value = value / value[0].numel() ** 0.5 * (2.0 if name == "fc_out.weight" else 1.2)
        parameter.data = exact(value)


def round_off(prior, rows, ids, frames, label):
    """The largest deviation of a gradient when all is done in float32."""
    single = copy.deepcopy(prior).float()
    single.zero_grad()
    single.loss(rows.float(), ids, None if frames is None else frames.float(), label).backward()
    return max(
        ((a.grad - b.grad).abs().max() / b.grad.abs().max()).item()
        for a, b in zip(single.parameters(), prior.parameters()))


def make(settings, batch, seed):
    """Tensors of one case, its smallest margin while sampling greedily, and its round-off."""
    torch.manual_seed(seed)
    prior = Prior(dropout=0, attn_dropout=0, form="original", **settings).double().train()
    disturb(prior)
    shape, codes = settings["latent_shape"], settings["codes"]
    codebook = exact(torch.randn(codes, settings["embedding_dim"]))
    ids = torch.randint(codes, (batch, *shape))
    tensors = {"codebook": codebook, "ids": ids, "embeddings_in": codebook[ids]}
    frames = label = features = None
    if settings["n_cond_frames"]:
        side = settings["resolution"]
        frames = exact(torch.rand(batch, 3, settings["n_cond_frames"], side, side) - 0.5)
        tensors["frames"] = frames
        features = prior.features(frames)
        tensors["frame_features"] = features.detach().view(
            batch, settings["n_cond_frames"], side // 4, side // 4, -1)
    if settings["class_cond_dim"]:
        label = torch.randperm(settings["class_cond_dim"])[:batch]
        tensors["label"] = label
    stream = prior.hidden(codebook[ids], features, label)
    for name, value in stream.items():
        if name.startswith("after_block") or name == "after_final_norm":
            tensors["hidden/" + name] = value.detach().view(batch, *shape, -1)
    logits = prior.fc_out(stream["after_final_norm"])
    loss = F.cross_entropy(logits.flatten(0, 1), ids.flatten())
    loss.backward()
    tensors["logits"], tensors["loss"] = logits.detach().view(batch, *shape, -1), loss.detach()
    for name, parameter in prior.named_parameters():
        tensors["weights/" + name] = parameter.detach()
        tensors["grads/" + name] = parameter.grad
    deviation = round_off(prior, codebook[ids], ids, frames, label)
    with torch.no_grad():
        decoder = OriginalDecoder(prior.eval(), batch, features, label, torch.float64)
        chosen, _, margin = greedy(decoder, codebook, batch, ids[0].numel())
    tensors["greedy/ids"] = chosen.view(batch, *shape)
    return tensors, margin, deviation


def stored(name, tensor):
    """Weights and inputs are float16 numbers already; results are rounded to float32."""
    if not tensor.is_floating_point():
        return tensor.int()
    if name.startswith("weights/") or name in ("codebook", "embeddings_in", "frames"):
        assert torch.equal(tensor.half().double(), tensor), name
        return tensor.half()
    return tensor.float()


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    torch.set_num_threads(1)
    for name, (changes, batch) in CASES.items():
        settings = COMMON | changes
        for seed in range(1, 200):
            tensors, margin, deviation = make(settings, batch, seed)
            variety = tensors["greedy/ids"].unique().numel()
            if margin > MARGIN and variety >= VARIETY and deviation < ROUND_OFF:
                break
        else:
            raise SystemExit(f"{name}: no seed will do")
        path = folder / f"{name}.safetensors"
        tensor_file.write(path, {k: stored(k, v) for k, v in tensors.items()}, {
            "configuration": json.dumps(settings), "seed": str(seed),
            "min_greedy_log_margin": f"{margin:.6f}", "torch": torch.__version__,
            "gradients_in_float32_deviate": f"{deviation:.1e}",
            "computed_in": "float64; results rounded to float32"})
        zero = [k for k, v in tensors.items() if k.startswith("grads/") and not v.any()]
        print(f"{path.name}: {path.stat().st_size} bytes, seed {seed}, margin {margin:.4f},"
              f" round-off {deviation:.1e},"
              f" {variety} codes chosen, loss {tensors['loss']:.4f},"
              f" zero gradients {zero}")


if __name__ == "__main__":
    main()
