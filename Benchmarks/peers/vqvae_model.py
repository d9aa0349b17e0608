"""VideoGPT's tokenizer in PyTorch with the public program's names of parameters: our own program of the
architecture of Yan et al. (2021), evaluation only. `tokenizer_torch.py` is the one that trains.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def strides(downsample):
    """The stride of every level, the same list for encoder and decoder."""
    counts = [int(math.log2(d)) for d in downsample]
    return [tuple(2 if n > level else 1 for n in counts) for level in range(max(counts))]


def same_pad(kernel, stride):
    pad = []
    for s in reversed(stride):
        pad += [(kernel - s) // 2 + (kernel - s) % 2, (kernel - s) // 2]
    return pad


class SameConv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=(1, 1, 1), bias=True):
        super().__init__()
        self.pad = same_pad(kernel, stride)
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, bias=bias)

    def forward(self, x):
        return self.conv(F.pad(x, self.pad))


class SameTransposed(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.pad = same_pad(kernel, stride)
        self.convt = nn.ConvTranspose3d(inputs, outputs, kernel, stride, padding=kernel - 1)

    def forward(self, x):
        return self.convt(F.pad(x, self.pad))


class AxisAttention(nn.Module):
    def __init__(self, width, axis, heads=2):
        super().__init__()
        self.axis, self.heads = axis, heads
        for name in ("w_qs", "w_ks", "w_vs"):
            setattr(self, name, nn.Linear(width, width, bias=False))
            nn.init.normal_(getattr(self, name).weight, std=width ** -0.5)
        self.fc = nn.Linear(width, width)
        nn.init.normal_(self.fc.weight, std=width ** -0.5)

    def forward(self, x):
        q, k, v = (
            w(x).movedim(self.axis, -2).unflatten(-1, (self.heads, -1)).movedim(-2, -3)
            for w in (self.w_qs, self.w_ks, self.w_vs))
        y = F.scaled_dot_product_attention(q, k, v)
        return self.fc(y.movedim(-3, -2).flatten(-2).movedim(-2, self.axis))


class Axial(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attn_w, self.attn_h, self.attn_t = (AxisAttention(width, axis) for axis in (3, 2, 1))

    def forward(self, x):
        x = x.movedim(1, -1)
        return (self.attn_w(x) + self.attn_h(x) + self.attn_t(x)).movedim(-1, 1)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        half = width // 2
        self.block = nn.Sequential(
            nn.BatchNorm3d(width), nn.ReLU(), SameConv(width, half, 3, bias=False),
            nn.BatchNorm3d(half), nn.ReLU(), SameConv(half, width, 1, bias=False),
            nn.BatchNorm3d(width), nn.ReLU(), Axial(width))

    def forward(self, x):
        return x + self.block(x)


def res_stack(width, layers):
    return nn.Sequential(*[Residual(width) for _ in range(layers)], nn.BatchNorm3d(width), nn.ReLU())


class Encoder(nn.Module):
    def __init__(self, width, layers, downsample):
        super().__init__()
        levels = strides(downsample)
        self.convs = nn.ModuleList(
            SameConv(width if i else 3, width, 4, stride) for i, stride in enumerate(levels))
        self.conv_last = SameConv(width, width, 3)
        self.res_stack = res_stack(width, layers)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.res_stack(self.conv_last(x))


class Decoder(nn.Module):
    def __init__(self, width, layers, downsample):
        super().__init__()
        levels = strides(downsample)
        self.res_stack = res_stack(width, layers)
        self.convts = nn.ModuleList(
            SameTransposed(width, 3 if i == len(levels) - 1 else width, 4, stride)
            for i, stride in enumerate(levels))

    def forward(self, x):
        x = self.res_stack(x)
        for index, conv in enumerate(self.convts):
            x = conv(F.relu(x) if index else x)
        return x


class Codebook(nn.Module):
    def __init__(self, codes, width):
        super().__init__()
        self.register_buffer("embeddings", torch.randn(codes, width))
        self.register_buffer("N", torch.zeros(codes))
        self.register_buffer("z_avg", self.embeddings.clone())

    def forward(self, z):
        """Ids [B, t, h, w] and the straight-through rows, channels last."""
        z = z.movedim(1, -1)
        flat = z.flatten(0, -2)
        distance = (
            flat.square().sum(1, keepdim=True) - 2 * flat @ self.embeddings.t()
            + self.embeddings.square().sum(1))
        ids = distance.argmin(1).view(z.shape[:-1])
        return ids, (self.embeddings[ids] - z) + z


class Tokenizer(nn.Module):
    def __init__(self, embedding_dim=256, n_codes=2048, n_hiddens=240, n_res_layers=4,
                 downsample=(4, 4, 4), sequence_length=16, resolution=64):
        super().__init__()
        self.latent_shape = tuple(
            n // d for n, d in zip((sequence_length, resolution, resolution), downsample))
        self.encoder = Encoder(n_hiddens, n_res_layers, downsample)
        self.decoder = Decoder(n_hiddens, n_res_layers, downsample)
        self.pre_vq_conv = SameConv(n_hiddens, embedding_dim, 1)
        self.post_vq_conv = SameConv(embedding_dim, n_hiddens, 1)
        self.codebook = Codebook(n_codes, embedding_dim)

    def encode(self, video):
        return self.codebook(self.pre_vq_conv(self.encoder(video)))

    def decode(self, ids):
        return self.decoder(self.post_vq_conv(self.codebook.embeddings[ids.long()].movedim(-1, 1)))


def tokens_of(file, config):
    """What makes rows and ids of clips with the tokenizer stored in a prior's fixture."""
    tokenizer = Tokenizer(**config).eval()
    tokenizer.load_state_dict(
        {k.removeprefix("weights/vqvae."): v for k, v in file.items() if k.startswith("weights/vqvae.")})

    @torch.no_grad()
    def tokens(video):
        ids, rows = tokenizer.encode(video)
        return rows, ids

    return tokens
