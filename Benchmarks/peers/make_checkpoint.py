"""Writes randomly initialized checkpoints in the layout of VideoGPT's trainer, to try `gestalt` on.

    make_checkpoint.py OUT.ckpt [--kind prior|tokenizer] [--size publicBAIR|small]
                       [--attention full|sparse] [--frames N] [--classes N] [--optimizer] [--seed N]

A prior holds its tokenizer under `vqvae.` and, with full attention, one causal mask a layer, as the
original's does: 0.9 GiB for publicBAIR. The head, zero at the start of training, is drawn, so that a
model says something. With `--optimizer` an Adam state of all trained parameters is added.
"""
import argparse
import collections

import torch

from prior_model import Prior
from vqvae_model import Tokenizer

SIZES = {
    "publicBAIR": (
        {"embedding_dim": 256, "n_codes": 2048, "n_hiddens": 240, "n_res_layers": 4,
         "downsample": (4, 2, 2), "sequence_length": 16, "resolution": 64},
        {"hidden_dim": 576, "heads": 4, "layers": 8}),
    "small": (
        {"embedding_dim": 8, "n_codes": 32, "n_hiddens": 8, "n_res_layers": 1,
         "downsample": (4, 4, 4), "sequence_length": 8, "resolution": 16},
        {"hidden_dim": 24, "heads": 2, "layers": 2}),
    # Enough tokens, and on the right grid, for sparse attention.
    "small-sparse": (
        {"embedding_dim": 8, "n_codes": 32, "n_hiddens": 8, "n_res_layers": 1,
         "downsample": (4, 2, 2), "sequence_length": 16, "resolution": 16},
        {"hidden_dim": 24, "heads": 2, "layers": 2}),
}


def adam(parameters, skipped):
    """The state after one step of nothing; indices count the frozen tokenizer's parameters first."""
    state = {
        skipped + index: {"step": 1, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}
        for index, p in enumerate(parameters)}
    group = {
        "lr": 3e-4, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False,
        "params": list(range(skipped + len(parameters)))}
    return {"state": state, "param_groups": [group]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--kind", choices=["prior", "tokenizer"], default="prior")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--attention", choices=["full", "sparse"], default="full")
    parser.add_argument("--frames", type=int, default=0)
    parser.add_argument("--classes", type=int)
    parser.add_argument("--optimizer", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    tokenizer_settings, prior_settings = SIZES[arguments.size]
    tokenizer = Tokenizer(**tokenizer_settings)
    trained = list(tokenizer.parameters())
    skipped, state, settings = 0, tokenizer.state_dict(), dict(tokenizer_settings)
    if arguments.kind == "prior":
        settings = dict(
            prior_settings, n_cond_frames=arguments.frames, class_cond=arguments.classes is not None,
            class_cond_dim=arguments.classes, attn_type=arguments.attention, dropout=0.2,
            attn_dropout=0.3, vqvae="tokenizer.ckpt",
            sequence_length=tokenizer_settings["sequence_length"],
            resolution=tokenizer_settings["resolution"])
        prior = Prior(
            tokenizer.latent_shape, tokenizer_settings["n_codes"], tokenizer_settings["embedding_dim"],
            **prior_settings, n_cond_frames=arguments.frames, class_cond_dim=arguments.classes,
            attn_type=arguments.attention, resolution=settings["resolution"], form="original")
        torch.nn.init.normal_(prior.fc_out.weight, std=0.02)
        skipped, trained = len(trained), list(prior.parameters())
        state = collections.OrderedDict(("vqvae." + k, v) for k, v in state.items())
        state.update(prior.state_dict())
    settings.update(max_steps=200000, batch_size=8, gradient_clip_val=1.0, data_path="bair.hdf5")
    torch.save({
        "epoch": 0, "global_step": 1, "pytorch-lightning_version": "1.3.3",
        "state_dict": collections.OrderedDict(state), "callbacks": {},
        "optimizer_states": [adam(trained, skipped)] if arguments.optimizer else [],
        "lr_schedulers": [], "hparams_name": "kwargs",
        "hyper_parameters": {"args": argparse.Namespace(**settings)}}, arguments.out)
    print(f"{arguments.out}: {len(state)} entries, {sum(v.numel() for v in state.values())} numbers")


if __name__ == "__main__":
    main()
