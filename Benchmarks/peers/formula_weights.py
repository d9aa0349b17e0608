"""Weights made from their names, so that large tensors of fixtures need not be stored.

A 64-bit FNV-1a hash of the name seeds splitmix64; the upper 24 bits of every output, less a half, are
`u`. Tensors of two or more axes are u * sqrt(c / fan), vectors 1 + u/4 (weights) or u/4.
"""
import numpy as np
import torch


def uniform(key, count):
    """`count` numbers in [-0.5, 0.5), exact in float32."""
    seed = 0xCBF29CE484222325
    for byte in key.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        index = np.arange(count, dtype=np.uint64) + np.uint64(1)
        z = np.uint64(seed) + index * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) / np.float32(2 ** 24) - np.float32(0.5)


def weight(key, shape):
    count = int(np.prod(shape))
    u = uniform(key, count)
    if len(shape) >= 2:
        c = 1.5 if ".enc_attn." in key else 12.0
        values = u * np.float32(np.sqrt(c / (count // shape[0])))
    elif key.endswith("weight"):
        values = np.float32(1) + np.float32(0.25) * u
    else:
        values = np.float32(0.25) * u
    return torch.from_numpy(values.astype(np.float32)).view(*shape)


def statistics(key, tensor):
    """Sum, L2 norm and dot product with the probe of `key`, in float64."""
    t = tensor.detach().double().flatten()
    probe = torch.from_numpy(uniform("probe:" + key, t.numel())).double()
    return torch.stack([t.sum(), t.norm(), probe @ t])
