"""Makes the checkpoints of this folder and what they hold. Run: python make.py

Made with torch 2.13.0 (CPU), Python 3.11 or later. Storages of the older form are written in the
order of their addresses, so a second run may give other bytes, but the same values.
"""

import argparse
import collections
import json
import os
import struct
import zipfile

import torch

folder = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(folder, name)


class Callback:
    """Stands for the classes that trainers use as keys."""


def numbers(count, dtype=torch.float32):
    """Multiples of 1/8 around zero: exact in every floating-point type."""
    return ((torch.arange(count) * 5) % 31 - 15).to(torch.float32).div(8).to(dtype)


def weights():
    base = numbers(60)
    return collections.OrderedDict(
        [
            ("conv.weight", numbers(24).reshape(2, 3, 4)),
            ("conv.bias", torch.nn.Parameter(numbers(5))),
            ("half", numbers(12, torch.float16).reshape(3, 4)),
            ("brain", numbers(12, torch.bfloat16).reshape(3, 4)),
            ("double", torch.tensor([0.1, -1e300], dtype=torch.float64)),
            ("rows", base[10:30].reshape(4, 5)),
            ("columns", base.reshape(6, 10).t()),
            ("every-other", base.reshape(6, 10)[::2, 1::3]),
            ("turned", base.reshape(3, 4, 5).permute(2, 0, 1)),
            ("repeated", base[3:6].reshape(3, 1).expand(3, 4)),
            ("one", torch.tensor(2.5)),
            ("none", torch.zeros(0, 3)),
            ("half-columns", numbers(12, torch.float16).reshape(3, 4).t()),
            ("double-columns", torch.arange(6, dtype=torch.float64).reshape(2, 3).t()),
            ("steps", torch.tensor([1 << 40, -3])),
            ("codes", torch.tensor([[1, 2], [-3, 4]], dtype=torch.int32)),
            ("short", torch.tensor([-300, 300], dtype=torch.int16)),
            ("byte", torch.tensor([-128, 127], dtype=torch.int8)),
            ("pixels", torch.tensor([[0, 255], [7, 9]], dtype=torch.uint8).t()),
            ("flags", torch.tensor([True, False, True])),
        ]
    )


def checkpoint():
    options = argparse.Namespace(
        downsample=(4, 2, 2), lr=3e-4, name="café 日本", gpus=None, resume=False,
        inner=argparse.Namespace(a=[1, [2, [3]]]))
    tensors = weights()
    return {
        "epoch": 3,
        "global_step": 70000,
        "pytorch-lightning_version": "1.3.3",
        "state_dict": tensors,
        "callbacks": {Callback: {"best": torch.tensor(0.25), "path": None}},
        "optimizer_states": [
            {"state": {0: {"step": 3, "exp_avg": tensors["rows"]}}, "param_groups": [{"lr": 0.1}]}
        ],
        "hparams_name": "kwargs",
        "hyper_parameters": {"args": options},
        "extra": {
            "big": -(1 << 70), "wide": (1 << 63) - 1, "least": -(1 << 63), "raw": b"\x00\xff",
            "no bytes": b"", "set": {5}, "frozen": frozenset([6]), "type": torch.float16,
            "size": torch.Size([2, 3]), "numbers": list(range(300)), "device": torch.device("cpu"),
        },
    }


def newer():
    """Types that the older form does not know."""
    return {
        "u16": torch.tensor([65535, 1], dtype=torch.uint16),
        "u32": torch.tensor([4294967295, 2], dtype=torch.uint32),
        "u64": torch.tensor([3, 4], dtype=torch.uint64),
        "complex": torch.tensor([1 + 2j]),
    }


def deflate(source, target):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)


def write_safetensors(tensors, target):
    codes = {
        torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
        torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
        torch.uint8: "U8", torch.bool: "BOOL",
    }
    header, data = {}, b""
    for name, tensor in tensors.items():
        # A copy that shares nothing and lies row by row.
        raw = tensor.detach().clone(memory_format=torch.contiguous_format)
        raw = raw.reshape(-1).view(torch.uint8).numpy().tobytes() if raw.numel() else b""
        header[name] = {
            "dtype": codes[tensor.dtype], "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


torch.save(checkpoint(), path("lightning.ckpt"))
torch.save(checkpoint(), path("legacy.ckpt"), _use_new_zipfile_serialization=False)
torch.save(weights(), path("bare.pt"), pickle_protocol=4)
torch.save({"model": weights(), "extra": checkpoint()["extra"]}, path("protocol1.pth"),
           pickle_protocol=1)
torch.save(newer(), path("newer.pt"), pickle_protocol=5)
deflate(path("bare.pt"), path("deflated.pt"))
write_safetensors(weights(), path("expected.safetensors"))
