"""VideoGPT's prior in PyTorch: our own program of the architecture of Yan et al. (2021), with the
names of parameters of the public one, so that its weights load.

`form` says how, never what: "original" materializes the scores, masks them, and recomputes the three
parts of a block in the backward pass; "best" uses what PyTorch has that is faster.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

from frame_encoder import FrameEncoder

FRAME_STRIDE = 4


class Norm(nn.Module):
    """(x - mean) * (1e-5 + 1/sqrt(variance)) * g + b; with classes g and b come from the label."""

    def __init__(self, width, classes=None):
        super().__init__()
        if classes:
            self.w = nn.Linear(classes, width, bias=False)
            self.wb = nn.Linear(classes, width, bias=False)
            nn.init.constant_(self.w.weight, 1 / math.sqrt(classes))
        else:
            self.g = nn.Parameter(torch.ones(width))
            self.b = nn.Parameter(torch.zeros(width))
        self.classes = classes

    def scales(self, label):
        if not self.classes:
            return self.g, self.b
        one_hot = F.one_hot(label.long(), self.classes).to(self.w.weight.dtype)
        return 1 + self.w(one_hot)[:, None], self.wb(one_hot)[:, None]

    def forward(self, x, label=None):
        g, b = self.scales(label)
        y = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
        variance, mean = torch.var_mean(y, -1, correction=0, keepdim=True)
        return ((y - mean) * (1e-5 + variance.rsqrt()) * g + b).to(x.dtype)


class Positions(nn.Module):
    """One table per axis; a position's vector is their rows side by side."""

    def __init__(self, shape, width):
        super().__init__()
        assert width % len(shape) == 0, (shape, width)
        each = width // len(shape)
        self.shape = tuple(shape)
        self.emb = nn.ParameterDict(
            {f"d_{i}": nn.Parameter(torch.randn(n, each) * 0.01) for i, n in enumerate(shape)})

    def forward(self):
        """All vectors in raster order, [positions, width]."""
        rows = []
        for axis in range(len(self.shape)):
            table = self.emb[f"d_{axis}"]
            view = [1] * len(self.shape) + [table.shape[1]]
            view[axis] = self.shape[axis]
            rows.append(table.view(view).expand(*self.shape, -1))
        return torch.cat(rows, -1).flatten(0, -2)


def sparse_layout(shape, block=32, local=4):
    """Which blocks of keys (columns) a block of queries (row) sees, as a boolean matrix."""
    product, axis = shape[-1], len(shape) - 1
    while product <= block and axis > 0:
        axis -= 1
        product *= shape[axis]
    assert product % block == 0, shape
    grid = list(shape[:axis]) + [product // block]
    count = math.prod(grid)
    rows = torch.arange(count)
    layout = (rows[:, None] - rows[None] <= local) & (rows[:, None] >= rows[None])
    index = torch.stack(torch.unravel_index(rows, grid))
    for free in range(len(grid) - 1):
        others = [a for a in range(len(grid)) if a != free]
        same = (index[others][:, :, None] == index[others][:, None]).all(0)
        layout |= same & (index[free][:, None] >= index[free][None])
    return layout


def sparse_mask(shape, block=32):
    mask = sparse_layout(shape, block).repeat_interleave(block, 0).repeat_interleave(block, 1)
    return mask & torch.ones_like(mask).tril()


class Causal(nn.Module):
    """Holds what hides later keys. The original keeps a float matrix in its state_dict."""

    def __init__(self, kind, shape, form):
        super().__init__()
        self.kind, self.length = kind, math.prod(shape)
        if kind == "sparse":
            self.register_buffer("mask", sparse_mask(shape), persistent=False)
        elif form == "original":
            self.register_buffer("mask", torch.ones(self.length, self.length).tril())


def materialized(q, k, v, mask, dropout):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask == 0, float("-inf"))
    return F.dropout(scores.softmax(-1), dropout, dropout > 0) @ v


def chunked(q, k, v, dropout, chunk=512):
    """Causal attention with dropout, a block of queries at a time: half of the scores are never made."""
    parts, scale = [], 1 / math.sqrt(q.shape[-1])
    for start in range(0, q.shape[2], chunk):
        end = min(start + chunk, q.shape[2])
        scores = (q[:, :, start:end] * scale) @ k[:, :, :end].transpose(-2, -1)
        hidden = torch.ones(end - start, end, dtype=torch.bool, device=q.device).triu(start + 1)
        probabilities = scores.masked_fill_(hidden, float("-inf")).softmax(-1)
        parts.append(F.dropout(probabilities, dropout) @ v[:, :, :end])
    return torch.cat(parts, 2)


class Attention(nn.Module):
    def __init__(self, query_width, key_width, heads, layers, causal=None, dropout=0.0, form="best"):
        super().__init__()
        assert query_width % heads == 0 and key_width % heads == 0, (query_width, key_width, heads)
        self.heads, self.dropout, self.form = heads, dropout, form
        self.w_qs = nn.Linear(query_width, query_width, bias=False)
        self.w_ks = nn.Linear(key_width, query_width, bias=False)
        self.w_vs = nn.Linear(key_width, key_width, bias=False)
        self.fc = nn.Linear(key_width, query_width)
        if causal is not None:
            self.attn = causal
        self.causal = causal is not None
        nn.init.normal_(self.w_qs.weight, std=query_width ** -0.5)
        nn.init.normal_(self.w_ks.weight, std=key_width ** -0.5)
        nn.init.normal_(self.w_vs.weight, std=key_width ** -0.5)
        nn.init.normal_(self.fc.weight, std=(query_width * layers) ** -0.5)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def merge(self, x):
        return self.fc(x.transpose(1, 2).flatten(2))

    def forward(self, x, source):
        q, k, v = self.split(self.w_qs(x)), self.split(self.w_ks(source)), self.split(self.w_vs(source))
        dropout = self.dropout if self.training and self.causal else 0.0
        if self.causal and self.attn.kind == "sparse":
            dropout = 0.0
        if self.form == "original":
            y = materialized(q, k, v, self.attn.mask if self.causal else None, dropout)
        elif dropout > 0:
            y = chunked(q, k, v, dropout)
        elif self.causal and self.attn.kind == "sparse":
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.attn.mask)
        else:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.merge(y)


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self, prior):
        super().__init__()
        width, classes = prior.hidden_dim, prior.class_cond_dim
        self.dropout, self.form = prior.dropout, prior.form
        self.pre_attn_norm = Norm(width, classes)
        self.attn = Attention(
            width, width, prior.heads, prior.layers, form=prior.form, dropout=prior.attn_dropout,
            causal=Causal(prior.attn_type, prior.latent_shape, prior.form))
        self.frames = prior.n_cond_frames > 0
        if self.frames:
            self.pre_enc_norm = Norm(width, classes)
            self.enc_attn = Attention(
                width, prior.frame_width, prior.heads, prior.layers, form=prior.form)
        self.pre_fc_norm = Norm(width, classes)
        self.fc_block = nn.Sequential(
            nn.Linear(width, 4 * width), QuickGELU(), nn.Linear(4 * width, width))

    def run(self, part, *inputs):
        if self.form == "original" and self.training and torch.is_grad_enabled():
            return checkpoint(part, *inputs, use_reentrant=False)
        return part(*inputs)

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training) if self.dropout else x

    def forward(self, x, features, label):
        h = self.pre_attn_norm(x, label)
        x = x + self.drop(self.run(self.attn, h, h))
        if self.frames:
            x = x + self.drop(self.run(self.enc_attn, self.pre_enc_norm(x, label), features))
        return x + self.drop(self.run(self.fc_block, self.pre_fc_norm(x, label)))


class RightShift(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.sos = nn.Parameter(torch.randn(width) * 0.02)

    def forward(self, x):
        return torch.cat([self.sos.expand(len(x), 1, -1), x[:, :-1]], 1)


class Stack(nn.Module):
    def __init__(self, prior):
        super().__init__()
        self.right_shift = RightShift(prior.hidden_dim)
        self.pos_embd = Positions(prior.latent_shape, prior.hidden_dim)
        self.attn_nets = nn.ModuleList(Block(prior) for _ in range(prior.layers))


class Prior(nn.Module):
    """Logits [B, t·h·w, codes] of every code from those before it, `embeddings` being their rows."""

    def __init__(
            self, latent_shape, codes, embedding_dim, hidden_dim=576, heads=4, layers=8, dropout=0.2,
            attn_type="full", attn_dropout=0.3, n_cond_frames=0, class_cond_dim=None,
            resolution=64, resnet_width=64, resnet_blocks=(3, 4, 6, 3), frame_width=240, form="best"):
        super().__init__()
        self.latent_shape, self.codes, self.form = tuple(latent_shape), codes, form
        self.hidden_dim, self.heads, self.layers = hidden_dim, heads, layers
        self.dropout, self.attn_type, self.attn_dropout = dropout, attn_type, attn_dropout
        self.n_cond_frames, self.class_cond_dim = n_cond_frames, class_cond_dim
        self.frame_width = frame_width
        if n_cond_frames:
            side = resolution // FRAME_STRIDE
            self.resnet = FrameEncoder(resnet_width, frame_width, form, resnet_blocks)
            self.cond_pos_embd = Positions((n_cond_frames, side, side), frame_width)
        self.fc_in = nn.Linear(embedding_dim, hidden_dim, bias=False)
        self.attn_stack = Stack(self)
        self.norm = Norm(hidden_dim, class_cond_dim)
        self.fc_out = nn.Linear(hidden_dim, codes, bias=False)
        nn.init.normal_(self.fc_in.weight, std=0.02)
        nn.init.zeros_(self.fc_out.weight)

    def features(self, frames):
        """[B, 3, n, H, W] to [B, n·H/4·W/4, width]."""
        return self.resnet(frames).flatten(1, 3) + self.cond_pos_embd()

    def hidden(self, embeddings, features=None, label=None):
        """The stream after shift, positions, every block and the last norm, by name."""
        x = self.attn_stack.right_shift(self.fc_in(embeddings.flatten(1, 3)))
        stream = {"after_right_shift": x}
        x = x + self.attn_stack.pos_embd()
        stream["after_pos_embd"] = x
        for index, block in enumerate(self.attn_stack.attn_nets):
            x = block(x, features, label)
            stream[f"after_block{index}"] = x
        stream["after_final_norm"] = self.norm(x, label)
        return stream

    def forward(self, embeddings, frames=None, label=None):
        features = self.features(frames) if self.n_cond_frames else None
        return self.fc_out(self.hidden(embeddings, features, label)["after_final_norm"])

    def loss(self, embeddings, ids, frames=None, label=None):
        logits = self(embeddings, frames, label)
        return F.cross_entropy(logits.flatten(0, 1), ids.flatten().long())

    def load(self, weights, strict=True):
        """Loads VideoGPT's names; masks may be absent, and are dropped where this form has none."""
        own = self.state_dict()
        weights = {k: v for k, v in weights.items() if k in own or not k.endswith("attn.attn.mask")}
        for name in own:
            if name.endswith("attn.attn.mask"):
                weights.setdefault(name, own[name])
        return self.load_state_dict(weights, strict=strict)


def cosine(optimizer, steps):
    """The rate falls to nothing over `steps`, moving after every one."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps)))
