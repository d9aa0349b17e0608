"""The causal tokenizer and the masked prior of Sources/GestaltMAGVIT in PyTorch, with Gestalt's names of
parameters, so that its safetensors load: our own program of the architectures of Yu et al., "MAGVIT" and
"Language Model Beats Diffusion" (2023). Clips are [N, 3, T, H, W], codes [N, t, h, w].
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from unet_model import sample


class Conv(nn.Conv3d):
    """Along time the zeros are in front alone; with stride 2 the zero behind an even length is not read."""

    def __init__(self, inputs, outputs, kernel=3, stride=(1, 1, 1), bias=True):
        side = kernel // 2
        super().__init__(inputs, outputs, kernel, stride, padding=(0, side, side), bias=bias)
        self.past = kernel - 1

    def forward(self, x):
        return super().forward(F.pad(x, (0, 0, 0, 0, self.past, 0)) if self.past else x)


class FrameNorm(nn.Module):
    """Group norm of every frame by itself, then x * sigmoid(x)."""

    def __init__(self, channels, groups):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.groups = groups

    def forward(self, x):
        frames = x.transpose(1, 2)
        y = F.group_norm(frames.flatten(0, 1), self.groups, self.scale, self.shift, 1e-6)
        return F.silu(y).unflatten(0, frames.shape[:2]).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.norm1 = FrameNorm(inputs, groups)
        self.conv1 = Conv(inputs, outputs, bias=False)
        self.norm2 = FrameNorm(outputs, groups)
        self.conv2 = Conv(outputs, outputs, bias=False)
        self.shortcut = Conv(inputs, outputs, 1, bias=False) if inputs != outputs else None

    def forward(self, x):
        y = self.conv2(self.norm2(self.conv1(self.norm1(x))))
        return (x if self.shortcut is None else self.shortcut(x)) + y


def blocks(inputs, outputs, count, groups):
    return nn.Sequential(*[Block(outputs if i else inputs, outputs, groups) for i in range(count)])


def depth_to_space(x, stride):
    """Channel ((b_t*2 + b_h)*2 + b_w)*C + c to frame t*s + b_t, row 2h + b_h, column 2w + b_w."""
    n, channels, t, h, w = x.shape
    cells = x.movedim(1, -1).unflatten(-1, (stride, 2, 2, channels // (4 * stride)))
    y = cells.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(n, t * stride, 2 * h, 2 * w, -1).movedim(-1, 1)
    # With channels last it is in place already.
    return y if x.is_contiguous(memory_format=torch.channels_last_3d) else y.contiguous()


class Down(nn.Module):
    def __init__(self, inputs, width, sizes, stride):
        super().__init__()
        self.blocks = blocks(inputs, width, sizes.blocks, sizes.groups)
        self.down = Conv(width, width, stride=(stride, 2, 2)) if stride else None

    def forward(self, x):
        y = self.blocks(x)
        return y if self.down is None else self.down(y)


class Up(nn.Module):
    def __init__(self, inputs, width, sizes, stride):
        super().__init__()
        self.blocks = blocks(inputs, width, sizes.blocks, sizes.groups)
        self.up = Conv(width, 4 * stride * width) if stride else None
        self.stride = stride

    def forward(self, x):
        y = self.blocks(x)
        if self.up is None:
            return y
        return depth_to_space(self.up(y), self.stride)[:, :, self.stride - 1:]


class Sizes:
    """Those of config.json; by default those of the preset `small`."""

    def __init__(self, width=16, multipliers=(1, 2, 4), timeStrides=(2, 2), blocks=1, groups=8,
                 quantizer=None, dataVariance=1.0, **_):
        self.widths = [width * m for m in multipliers]
        self.strides = [*timeStrides, 0]
        self.blocks, self.groups, self.variance = blocks, groups, dataVariance
        self.levels = (quantizer or {"levels": (8, 5, 5, 5)})["levels"]


class Encoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        widths, last = sizes.widths, sizes.widths[-1]
        self.input = Conv(3, widths[0], bias=False)
        self.levels = nn.Sequential(*[
            Down(widths[max(i - 1, 0)], w, sizes, s) for i, (w, s) in enumerate(zip(widths, sizes.strides))])
        self.middle = blocks(last, last, sizes.blocks, sizes.groups)
        self.norm = FrameNorm(last, sizes.groups)
        self.output = Conv(last, len(sizes.levels), 1)

    def forward(self, x):
        return self.output(self.norm(self.middle(self.levels(self.input(x)))))


class Decoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        widths, last = sizes.widths, sizes.widths[-1]
        self.input = Conv(len(sizes.levels), last)
        self.middle = blocks(last, last, sizes.blocks, sizes.groups)
        strides = [0, *sizes.strides[:-1]]
        self.levels = nn.ModuleList(
            Up(widths[min(i + 1, len(widths) - 1)], w, sizes, s)
            for i, (w, s) in enumerate(zip(widths, strides)))
        self.norm = FrameNorm(widths[0], sizes.groups)
        self.output = Conv(widths[0], 3)

    def forward(self, x):
        x = self.middle(self.input(x))
        for level in reversed(self.levels):
            x = level(x)
        return self.output(self.norm(x))


class ScalarQuantizer(nn.Module):
    """Finite scalar quantization: bounded, rounded to levels; the first channel's digit runs fastest."""

    def __init__(self, levels):
        super().__init__()
        odd = [0.5 if n % 2 == 0 else 0.0 for n in levels]
        half = [(n - 1) * 1.001 / 2 for n in levels]
        columns = {
            "reach": half, "odd": odd, "shift": [math.atanh(o / h) for o, h in zip(odd, half)],
            "middle": [float(n // 2) for n in levels],
            "place": [float(math.prod(levels[:i])) for i in range(len(levels))],
            "levels": [float(n) for n in levels]}
        for name, values in columns.items():
            self.register_buffer(name, torch.tensor(values).view(1, -1, 1, 1, 1), persistent=False)

    def bounded(self, z):
        return (torch.tanh(z.float() + self.shift) * self.reach - self.odd) / self.middle

    def forward(self, z):
        b = self.bounded(z)
        return b + (torch.round(b.detach() * self.middle) / self.middle - b.detach())

    def ids(self, z):
        digits = torch.round(self.bounded(z) * self.middle) + self.middle
        return (digits * self.place).sum(1).int()

    def values(self, ids):
        digits = torch.div(ids.unsqueeze(1), self.place, rounding_mode="floor") % self.levels
        return (digits - self.middle) / self.middle


class Tokenizer(nn.Module):
    def __init__(self, sizes=None):
        super().__init__()
        sizes = sizes or Sizes()
        self.encoder, self.decoder = Encoder(sizes), Decoder(sizes)
        self.quantizer, self.variance = ScalarQuantizer(sizes.levels), sizes.variance
        self.stride = math.prod(sizes.strides[:-1])

    def forward(self, x):
        """The loss."""
        return F.mse_loss(self.decoder(self.quantizer(self.encoder(x))).float(), x) / self.variance

    def encode(self, x):
        return self.quantizer.ids(self.encoder(x))

    def decode(self, ids):
        return self.decoder(self.quantizer.values(ids))


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.shift = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], self.scale, self.shift, 1e-12)


def chunked(q, k, v, dropout, size=256):
    """Attention by blocks of queries, for dropout of the probabilities, which the fused one has not."""
    scale = q.shape[-1] ** -0.5
    parts = [
        F.dropout((part * scale @ k.transpose(-1, -2)).softmax(-1), dropout) @ v
        for part in q.split(size, -2)]
    return torch.cat(parts, -2)


class Attention(nn.Module):
    def __init__(self, width, heads, dropout, form):
        super().__init__()
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(width, width))
        self.heads, self.dropout, self.form = heads, dropout, form

    def forward(self, x):
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value))
        dropout = self.dropout if self.training else 0.0
        if self.form == "chunked":
            y = chunked(q, k, v, dropout)
        else:
            y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout)
        return self.output(y.transpose(1, 2).flatten(-2))


class Layer(nn.Module):
    def __init__(self, width, heads, hidden, dropout, form):
        super().__init__()
        self.attention = Attention(width, heads, dropout, form)
        self.norm1 = Norm(width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm2 = Norm(width)
        self.dropout = dropout

    def forward(self, x):
        def drop(y):
            return F.dropout(y, self.dropout, self.training) if self.dropout else y

        x = x + drop(self.attention(self.norm1(x)))
        return x + drop(self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh")))


class Positions(nn.Module):
    """A vector for the class, and of a cell those of its three axes side by side."""

    order = ("class", "t", "h", "w")

    def __init__(self, grid, width):
        super().__init__()
        self.register_parameter("class", nn.Parameter(torch.zeros(width)))
        for axis, length in zip("thw", grid):
            self.register_parameter(axis, nn.Parameter(torch.zeros(length, width // 3)))
        self.grid = tuple(grid)

    def forward(self):
        t, h, w = self.grid
        cells = torch.cat([
            self.t[:, None, None].expand(t, h, w, -1), self.h[None, :, None].expand(t, h, w, -1),
            self.w[None, None].expand(t, h, w, -1)], -1)
        return torch.cat([getattr(self, "class")[None], cells.flatten(0, 2)])


class Head(nn.Module):
    order = ("dense", "norm", "bias")

    def __init__(self, width, words):
        super().__init__()
        self.dense, self.norm = nn.Linear(width, width), Norm(width)
        self.bias = nn.Parameter(torch.zeros(words))

    def forward(self, x, table, codes):
        y = self.norm(F.gelu(self.dense(x), approximate="tanh"))
        return F.linear(y, table[:codes], self.bias[:codes])


class MaskedPrior(nn.Module):
    """Pre-norm, positions of axes, segments: the preset `small`."""

    def __init__(self, codes=1000, grid=(5, 16, 16), width=144, heads=3, layers=6, hidden=576,
                 dropout=0.1, form="fused"):
        super().__init__()
        self.embedding = nn.Embedding(codes + 2, width)
        self.positions = Positions(grid, width)
        self.segments = nn.Embedding(2, width)
        self.embeddingNorm = Norm(width)
        self.blocks = nn.ModuleList(Layer(width, heads, hidden, dropout, form) for _ in range(layers))
        self.lastNorm = Norm(width)
        self.head = Head(width, codes + 2)
        self.codes, self.dropout = codes, dropout

    def stream(self, tokens, segments, layers=None):
        x = self.embedding(tokens) + self.positions() + self.segments(segments)
        x = F.dropout(self.embeddingNorm(x), self.dropout, self.training and self.dropout > 0)
        for block in self.blocks[:layers]:
            x = block(x)
        return x

    def forward(self, tokens, segments):
        """Tokens [N, 1 + cells] to logits [N, cells, codes]."""
        x = self.lastNorm(self.stream(tokens, segments)[:, 1:])
        return self.head(x, self.embedding.weight, self.codes)

    def loss(self, tokens, segments, targets, weights, smoothing=1e-4):
        """Smoothed cross entropy, averaged with the cells' weights within a sample, then over samples."""
        logits = self(tokens, segments).float()
        cells = F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), reduction="none", label_smoothing=smoothing)
        return ((cells.view_as(weights) * weights).sum(1) / (weights.sum(1) + 1e-8)).mean()


def in_order(module, prefix=""):
    """Modules with their parameters in the order in which Gestalt visits them."""
    for name in getattr(module, "order", [*module._parameters, *module._modules]):
        inner = module._modules.get(name)
        if inner is not None:
            yield from in_order(inner, f"{prefix}{name}.")
        elif module._parameters.get(name) is not None:
            yield prefix + name, module, module._parameters[name]


def from_gestalt(module, name, value):
    """A tensor in Gestalt's layout as PyTorch's: [kT, kH, kW, in, out] and [in, out] are turned."""
    if isinstance(module, nn.Conv3d) and name.endswith("weight"):
        return value.permute(4, 3, 0, 1, 2)
    if isinstance(module, nn.Linear) and name.endswith("weight"):
        return value.t()
    return value


@torch.no_grad()
def load(model, tensors):
    """Gestalt's parameters by name, all of them and no others."""
    names = set()
    for name, module, parameter in in_order(model):
        parameter.copy_(from_gestalt(module, name, tensors[name]))
        names.add(name)
    if names != set(tensors):
        raise SystemExit(f"magvit_model: no parameters for {sorted(set(tensors) - names)}")


@torch.no_grad()
def fill(model):
    """The weights that the training steps of Benchmarks/Sources/models make of their place in the list."""
    for place, (name, module, parameter) in enumerate(in_order(model), start=1):
        shape = list(parameter.shape)
        if isinstance(module, nn.Conv3d) and len(shape) == 5:
            shape = [*shape[2:], shape[1], shape[0]]
        elif isinstance(module, nn.Linear) and len(shape) == 2:
            shape = shape[::-1]
        u = sample(shape, 100 + place)
        if len(shape) > 1:
            value = u * math.sqrt(6 / (parameter.numel() / shape[-1]))
        else:
            value = u * 0.25 + (1 if name.endswith("scale") else 0)
        parameter.copy_(from_gestalt(module, name, value))
