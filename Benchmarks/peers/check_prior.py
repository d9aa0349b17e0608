"""Compares our PyTorch prior with numbers of the original program, and prints every deviation.

    check_prior.py FOLDER      a folder with prior-*, vqvae-*, resnet34, modules and manifest.json
"""
import json
import pathlib
import sys

import torch

import formula_weights
import tensor_file
from frame_encoder import FrameEncoder
from prior_decode import BestDecoder, OriginalDecoder, forced, greedy
from prior_model import Prior, chunked, cosine, materialized, sparse_layout
from vqvae_model import Tokenizer, tokens_of

worst = {}


def judge(name, share, limit):
    """Notes a deviation above its limit, or one that is not a number."""
    if not share <= limit:
        worst[name] = share


def compare(case, name, ours, theirs, limit):
    """Prints the largest difference as a share of the largest magnitude."""
    theirs = theirs.reshape(ours.shape).to(ours.dtype)
    scale = max(theirs.abs().max().item(), 1e-30)
    share = (ours - theirs).abs().max().item() / scale
    print(f"  {name:44} {share:9.2e}  (scale {scale:.3g})")
    judge(f"{case} {name}", share, limit)


def pixels(video):
    return video.float() / 255 - 0.5


def load_prior(file, config, latent, form):
    codes, width = file["weights/vqvae.codebook.embeddings"].shape
    keys = ("hidden_dim", "heads", "layers", "attn_type", "n_cond_frames", "class_cond_dim", "resolution")
    prior = Prior(
        latent, codes, width, dropout=0, attn_dropout=0, form=form,
        **{key: config[key] for key in keys})
    weights = {k[8:]: v for k, v in file.items() if k.startswith("weights/") and "vqvae." not in k}
    for name, value in prior.state_dict().items():
        if name not in weights and (name.startswith("resnet.") or ".enc_attn." in name):
            weights[name] = formula_weights.weight(name, value.shape)
    prior.load(weights)
    return prior


def inputs(file, config, prior, name="video_u8"):
    frames = pixels(file[name])[:, :, :config["n_cond_frames"]] if config["n_cond_frames"] else None
    return frames, file.get("label")


def check_gradients(case, file, prior):
    """Stored gradients by name; of large tensors the statistics and the first numbers."""
    shares = {"whole": [], "statistics": [], "head": []}
    for name, parameter in prior.named_parameters():
        gradient = parameter.grad
        if f"grads/{name}" in file:
            theirs = file[f"grads/{name}"]
            value = (gradient - theirs).abs().max() / theirs.abs().max().clamp_min(1e-30)
            shares["whole"].append(value.item())
        if f"grad_stats/{name}" in file:
            theirs = file[f"grad_stats/{name}"]
            ours = formula_weights.statistics(name, gradient)
            shares["statistics"].append(((ours - theirs).abs().max() / theirs[1]).item())
        if f"grad_head/{name}" in file:
            theirs = file[f"grad_head/{name}"].flatten()
            value = (gradient.flatten()[:len(theirs)] - theirs).abs().max() / gradient.abs().max()
            shares["head"].append(value.item())
    for kind, values in shares.items():
        if values:
            print(f"  {'gradients, ' + kind:44} {max(values):9.2e}  ({len(values)} tensors)")
        for value in values:
            judge(f"{case} gradients, {kind}", value, 1e-4)


def check_adam(case, file, prior, config, tokens):
    """The stored losses of a few Adam steps on the cosine schedule; tokens come from the tokenizer."""
    if "adam/batches_u8" not in file:
        return
    optimizer = torch.optim.Adam(prior.parameters(), lr=3e-4)
    schedule = cosine(optimizer, config["max_steps"])
    prior.train()
    for step, video in enumerate(file["adam/batches_u8"]):
        embeddings, ids = tokens(pixels(video))
        optimizer.zero_grad()
        loss = prior.loss(embeddings, ids, None, file.get("label"))
        loss.backward()
        optimizer.step()
        schedule.step()
        share = abs(loss.item() / file["adam/curve"][step, 0].item() - 1)
        judge(f"{case} adam step {step}", share, 1e-4)
        print(f"  adam step {step}: loss {loss.item():.6f}, off by {share:.2e} of it")


def check_file(path, entry, form):
    config, file = entry["config"], tensor_file.read(path)[0]
    case = f"{path.stem} {form}"
    print(case)
    prior = load_prior(file, config, entry["latent_shape"], form).eval()
    frames, label = inputs(file, config, prior)
    tolerance = 1e-4 if frames is not None else 1e-5
    codebook = file["weights/vqvae.codebook.embeddings"]
    ids = file["ids"].flatten(1)
    with torch.no_grad():
        features = prior.features(frames) if frames is not None else None
        if features is not None:
            compare(case, "frame_features", features, file["hidden/frame_features"], tolerance)
        for name, value in prior.hidden(file["embeddings_in"], features, label).items():
            compare(case, name, value, file["hidden/" + name], tolerance)
        compare(case, "logits", prior(file["embeddings_in"], frames, label), file["logits"], tolerance)
        loss = prior.loss(file["embeddings_in"], file["ids"], frames, label)
        compare(case, "loss", loss, file["loss_eval"], tolerance)
        decoder = OriginalDecoder if form == "original" else BestDecoder
        steps = forced(decoder(prior, len(ids), features, label), codebook, ids)
        compare(case, "logits step by step", steps, file["logits_stepwise"], tolerance)
        chosen, _, margin = greedy(decoder(prior, len(ids), features, label), codebook, *ids.shape)
        wrong = (chosen != file["greedy/ids"].flatten(1)).sum().item()
        print(f"  greedy: {wrong} of {chosen.numel()} codes differ, smallest margin {margin:.4f}")
        judge(f"{case} greedy", wrong, 0)
    prior.train()
    prior.loss(file["embeddings_in"], file["ids"], frames, label).backward()
    check_gradients(case, file, prior)
    check_adam(case, file, prior, config, tokens_of(file, entry["vqvae_config"]))


def check_encoder(path, form):
    case = f"resnet34 {form}"
    print(case)
    file = tensor_file.read(path)[0]
    encoder = FrameEncoder(form=form)
    encoder.load_state_dict(
        {k: formula_weights.weight("resnet." + k, v.shape) for k, v in encoder.state_dict().items()})
    stages = encoder.stages(pixels(file["x_u8"]))
    for name, stage in zip(("stem", "group1", "group2", "group3"), stages):
        compare(case, name, stage[:1, :16].detach(), file[name + "_slice"], 1e-4)
    out = stages[-1].movedim(1, -1)
    compare(case, "out", out.detach(), file["out"], 1e-4)
    probe = torch.from_numpy(formula_weights.uniform("resnet-probe", out.numel()))
    loss = (out * probe.view(out.shape)).sum()
    compare(case, "probe loss", loss.detach(), file["probe_loss"], 1e-4)
    loss.backward()
    check_gradients(case, file, encoder)
    flat = FrameEncoder(form="best")
    flat.load_state_dict(encoder.state_dict())
    solid = FrameEncoder(form="original")
    solid.load_state_dict(encoder.state_dict())
    frame = pixels(file["x_u8"])[:, :, :1]
    with torch.no_grad():
        compare(case, "one frame, 2-D against 3-D", flat.prepare()(frame), solid(frame), 1e-5)


def check_tokenizer(path, entry):
    case = path.stem
    print(case)
    file = tensor_file.read(path)[0]
    tokenizer = Tokenizer(**entry["config"]).eval()
    tokenizer.load_state_dict({k[8:]: v for k, v in file.items() if k.startswith("weights/")})
    with torch.no_grad():
        clip = pixels(file["x_u8"])
        compare(case, "encoder", tokenizer.encoder(clip), file["eval/encoder_out"], 1e-5)
        ids, rows = tokenizer.encode(clip)
        compare(case, "rows", rows.movedim(-1, 1), file["eval/quantized_st"], 1e-5)
        compare(case, "decoded", tokenizer.decode(ids), file["eval/decoded_from_ids"], 1e-5)
    wrong = (ids != file["eval/ids"]).sum().item()
    print(f"  codes: {wrong} of {ids.numel()} differ")
    judge(f"{case} codes", wrong, 0)


def check_names(path):
    """The state_dict of the public sizes: names, order and shapes."""
    for key, entry in json.loads(path.read_text()).items():
        if not key.startswith("prior") or "keys" not in entry:
            continue
        attn_type = entry["config"]["attn_type"]
        prior = Prior((4, 32, 32), 2048, 256, n_cond_frames=1, attn_type=attn_type, form="original")
        ours = [(k, list(v.shape)) for k, v in prior.state_dict().items()]
        theirs = [(k, v[0]) for k, v in entry["keys"].items() if not k.startswith("vqvae.")]
        print(f"{key}: {len(ours)} names {'equal' if ours == theirs else 'DIFFERENT'}")
        judge(key, int(ours != theirs), 0)


def check_chunks():
    """The form for training with dropout, without dropout, against the plain one."""
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 1, 2, 700, 16).unbind()
    plain = materialized(q, k, v, torch.ones(700, 700).tril(), 0)
    compare("chunked", "attention in chunks", chunked(q, k, v, 0.0, 256), plain, 1e-6)


def main():
    folder = pathlib.Path(sys.argv[1])
    manifest = json.loads((folder / "manifest.json").read_text())["files"]
    torch.set_num_threads(1)
    layouts = tensor_file.read(folder / "modules.safetensors")[0]
    for key, value in layouts.items():
        if key.startswith("sparse_layout/"):
            shape = [int(n) for n in key.split("/")[1].split("x")]
            ours = sparse_layout(shape)
            equal = torch.equal(ours.int(), value.int().reshape(ours.shape))
            print(f"{key}: {'equal' if equal else 'DIFFERENT'}")
            judge(key, int(not equal), 0)
    check_names(folder / "keys-publicBAIR.json")
    check_chunks()
    for path in sorted(folder.glob("vqvae-*.safetensors")):
        check_tokenizer(path, manifest[path.name])
    for form in ("original", "best"):
        check_encoder(folder / "resnet34.safetensors", form)
        for path in sorted(folder.glob("prior-*.safetensors")):
            check_file(path, manifest[path.name], form)
    for case, share in worst.items():
        print(f"ABOVE THE LIMIT: {case}: {share:.2e}")
    print("failed" if worst else "all within limits")
    sys.exit(1 if worst else 0)


if __name__ == "__main__":
    main()
