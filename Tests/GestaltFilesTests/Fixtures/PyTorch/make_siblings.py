"""Makes siblings.pt, siblings-legacy.pt and modules/*.pt of this folder: what torch 2.13.0 (CPU) and
numpy 2.4.6 write besides plain tensors. Run: python make_siblings.py
"""

import collections
import os
import warnings

import numpy as np
import torch

folder = os.path.dirname(os.path.abspath(__file__))
warnings.simplefilter("ignore")


def path(name):
    os.makedirs(os.path.join(folder, "modules"), exist_ok=True)
    return os.path.join(folder, name)


class Tagged(torch.Tensor):
    """A tensor of a class of its own."""


def members(newer):
    x = torch.arange(1, 7, dtype=torch.float32).reshape(2, 3)
    complex_ = torch.tensor([1 + 2j, 3 - 4j])
    result = collections.OrderedDict(
        plain=x,
        negative=torch._neg_view(x),
        negative_half=torch._neg_view(torch.tensor([1.0, -2.5], dtype=torch.float16)),
        negative_brain=torch._neg_view(torch.tensor([1.0, -2.5], dtype=torch.bfloat16)),
        negative_double=torch._neg_view(torch.tensor([0.5, -3.0], dtype=torch.float64)),
        negative_int=torch._neg_view(torch.tensor([1, -2, 0], dtype=torch.int32)),
        negative_long=torch._neg_view(torch.tensor([1 << 40, -1])),
        negative_short=torch._neg_view(torch.tensor([-32768, 7], dtype=torch.int16)),
        negative_byte=torch._neg_view(torch.tensor([0, 1, 255], dtype=torch.uint8)),
        negative_columns=torch._neg_view(x).t(),
        imaginary=complex_.clone().conj().imag,
        parameter=torch.nn.Parameter(x + 1),
        buffer=torch.nn.Buffer(x + 2),
        tagged=(x + 3).as_subclass(Tagged),
        noted=x + 4,
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 4),
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
        stepped=x[:, ::2],
        complex=complex_,
        conjugate=complex_.conj(),
        complex_wide=complex_.to(torch.complex128),
        quantized=torch.quantize_per_tensor(x, 0.5, 3, torch.quint8),
        quantized_channels=torch.quantize_per_channel(
            x, torch.tensor([0.5, 1.0]), torch.tensor([0, 1]), 0, torch.qint8),
        sparse=torch.eye(3).to_sparse(),
        rows=torch.eye(3).to_sparse_csr(),
        meta=torch.zeros(2, 5, device="meta"),
        lazy=torch.nn.UninitializedParameter(),
        array=np.arange(6, dtype="f4").reshape(2, 3),
        last=x + 5,
    )
    result["noted"].note = "an attribute"
    if newer:
        bits = torch.arange(256, dtype=torch.uint8)
        for name in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
                     "float8_e8m0fnu"):
            result[name] = bits.clone().view(getattr(torch, name))
        result["complex_half"] = torch.zeros(2, dtype=torch.complex32)
        result["nested"] = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
        result["u16"] = torch.tensor([65535, 1], dtype=torch.uint16)
    return result


def float8_values():
    """Decoded by torch itself, as float32 in one npy file of five rows."""
    bits = torch.arange(256, dtype=torch.uint8)
    rows = [bits.view(getattr(torch, name)).to(torch.float32) for name in (
        "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")]
    np.save(path("float8.npy"), torch.stack(rows).numpy())


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
        self.head = torch.nn.Linear(2, 3)
        self.register_buffer("kept", torch.tensor([1.0, 2.0]))
        self.register_buffer("dropped", torch.tensor([3.0]), persistent=False)
        self.history = torch.zeros(4)
        self.args = {"width": 2, "name": "net"}


def net():
    torch.manual_seed(1)
    return Net()


def modules():
    model, other = net(), net()
    optimizer = torch.optim.Adam(model.parameters())
    sum(p.sum() for p in model.parameters()).backward()
    optimizer.step()
    state = model.state_dict()
    looped = net()
    looped.body.owner = looped          # through attributes
    circle = {"state_dict": state}
    circle["self"] = circle
    twin = net()
    twin.second = twin.head             # one module under two names
    values = {
        "whole": model,
        "whole-looped": looped,
        "whole-twin": twin,
        "whole-parallel": torch.nn.DataParallel(model),
        "params": {"epoch": 3, "params": state},
        "net": {"epoch": torch.tensor(3), "net": state, "optimizer": optimizer.state_dict()},
        "ema": {"params": state, "params_ema": other.state_dict()},
        "deep": {"a": {"b": [{"weights": state}]}},
        "kept-module": {"model": model, "opt": optimizer},
        "two": {"generator": state, "discriminator": other.state_dict(),
                "optimizer": optimizer.state_dict()},
        "nested-keys": {"params": {"conv": {"kernel": torch.ones(2), "bias": torch.zeros(1)}}},
        "list": [torch.ones(2), torch.zeros(3)],
        "tuple": (torch.ones(2), {"a": torch.zeros(3)}),
        "alone": torch.ones(2, 2),
        "optimizer-only": optimizer.state_dict(),
        "circle": circle,
        "no-tensors": {"epoch": 3, "names": ["a"]},
    }
    for name, value in values.items():
        torch.save(value, path(f"modules/{name}.pt"))
    # The form before 1.6 stores the source text of every class; nothing of torch's is to lie here.
    torch.serialization.get_source_lines_and_file = lambda *_: (["class Net: pass\n"], 0, "net.py")
    torch.save(model, path("modules/whole-legacy.pt"), _use_new_zipfile_serialization=False)
    print(list(state))
    print(list(twin.state_dict()))


torch.save(members(True), path("siblings.pt"))
torch.save(members(False), path("siblings-legacy.pt"), _use_new_zipfile_serialization=False)
float8_values()
modules()
