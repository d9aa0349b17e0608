"""Sampling from the prior one code at a time, in the original's way and in the best one found.

Both take the previous codes' rows [B, D] and give logits [B, codes]. `OriginalDecoder` attends over the
whole cache at every step behind a row of the mask and projects the frame features anew in every layer;
`BestDecoder` reads the filled part only, projects features once and queries, keys and values together.
"""
import math

import torch
import torch.nn.functional as F

from prior_model import sparse_mask


class OriginalDecoder:
    def __init__(self, prior, batch, features=None, label=None, dtype=torch.float32):
        self.prior, self.features, self.label = prior, features, label
        width = prior.hidden_dim // prior.heads
        shape = (batch, prior.heads, *prior.latent_shape, width)
        blocks = prior.attn_stack.attn_nets
        self.caches = [(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)) for _ in blocks]
        self.crossed = [None] * len(blocks)
        self.masks = [block.attn.attn.mask for block in blocks]

    def attend(self, attention, q, k, v, mask=None):
        scores = q @ k.flatten(2, -2).transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(mask == 0, float("-inf"))
        return attention.merge(scores.softmax(-1) @ v.flatten(2, -2))

    def own(self, layer, attention, x, index):
        keys, values = self.caches[layer]
        place = (slice(None), slice(None), *torch.unravel_index(torch.tensor(index), self.prior.latent_shape))
        keys[place] = attention.split(attention.w_ks(x))[:, :, 0]
        values[place] = attention.split(attention.w_vs(x))[:, :, 0]
        return self.attend(attention, attention.split(attention.w_qs(x)), keys, values, self.masks[layer][index])

    def cross(self, layer, attention, x):
        k = attention.split(attention.w_ks(self.features))
        v = attention.split(attention.w_vs(self.features))
        if self.crossed[layer] is None:
            self.crossed[layer] = (k, v)
        k, v = self.crossed[layer]
        return self.attend(attention, attention.split(attention.w_qs(x)), k, v)

    def step(self, index, rows):
        prior, label = self.prior, self.label
        x = prior.fc_in(rows)[:, None]
        if index == 0:
            x = prior.attn_stack.right_shift.sos.expand(len(rows), 1, -1)
        x = x + prior.attn_stack.pos_embd()[index]
        for layer, block in enumerate(prior.attn_stack.attn_nets):
            x = x + self.own(layer, block.attn, block.pre_attn_norm(x, label), index)
            if block.frames:
                x = x + self.cross(layer, block.enc_attn, block.pre_enc_norm(x, label))
            x = x + block.fc_block(block.pre_fc_norm(x, label))
        return prior.fc_out(prior.norm(x, label))[:, 0]


def scales(norm, label):
    """Gain and offset of a norm: [width], or [B, width] with classes."""
    g, b = norm.scales(label)
    return (g[:, 0], b[:, 0]) if norm.classes else (g, b)


def normed(x, scales):
    """The prior's norm, in float32 whatever the stream's type."""
    y = x.float() if x.dtype == torch.bfloat16 else x
    variance, mean = torch.var_mean(y, -1, correction=0, keepdim=True)
    return torch.addcmul(scales[1], (y - mean) * (1e-5 + variance.rsqrt()), scales[0]).to(x.dtype)


class Dense:
    """A linear layer for few rows. In float32 its weights lie [in, out], which is read faster; bfloat16
    has kernels for [out, in] only.
    """

    def __init__(self, *layers):
        self.weight = torch.cat([layer.weight.detach() for layer in layers])
        self.bias = None if layers[0].bias is None else torch.cat([l.bias.detach() for l in layers])
        self.turned = self.weight.dtype != torch.bfloat16
        if self.turned:
            self.weight = self.weight.t().contiguous()

    def __call__(self, x):
        if not self.turned:
            return F.linear(x, self.weight, self.bias)
        return x @ self.weight if self.bias is None else torch.addmm(self.bias, x, self.weight)


class BestLayer:
    def __init__(self, block, batch, length, features, label, dtype):
        attention = block.attn
        self.batch, self.heads, self.length = batch, attention.heads, length
        self.projections = Dense(attention.w_qs, attention.w_ks, attention.w_vs)
        self.output = Dense(attention.fc)
        # One buffer for keys and values: a step writes both with one copy.
        width = attention.w_qs.weight.shape[0] // self.heads
        self.cache = torch.zeros(2, batch, self.heads, length, width, dtype=dtype)
        self.norm = scales(block.pre_attn_norm, label)
        self.frames = block.frames
        if block.frames:
            cross = block.enc_attn
            self.cross_norm = scales(block.pre_enc_norm, label)
            self.cross_query, self.cross_output = Dense(cross.w_qs), Dense(cross.fc)
            self.cross_keys, self.cross_values = (
                cross.split(w(features)).expand(batch, -1, -1, -1).contiguous()
                for w in (cross.w_ks, cross.w_vs))
        self.last_norm = scales(block.pre_fc_norm, label)
        self.widen, self.act, self.narrow = (
            Dense(block.fc_block[0]), block.fc_block[1], Dense(block.fc_block[2]))

    def own(self, x, index, mask):
        projected = self.projections(x).view(self.batch, 3, self.heads, 1, -1)
        self.cache[:, :, :, index] = projected[:, 1:, :, 0].transpose(0, 1)
        k, v = self.cache[:, :, :, :index + 1]
        y = F.scaled_dot_product_attention(projected[:, 0], k, v, attn_mask=mask)
        return self.output(y.flatten(1))

    def cross(self, x):
        q = self.cross_query(x).view(self.batch, self.heads, 1, -1)
        # Value and key widths differ, which the fused kernel does not take.
        scores = (q * (1 / math.sqrt(q.shape[-1]))) @ self.cross_keys.transpose(-2, -1)
        return self.cross_output((scores.softmax(-1) @ self.cross_values).flatten(1))

    def __call__(self, x, index, mask):
        x = x + self.own(normed(x, self.norm), index, mask)
        if self.frames:
            x = x + self.cross(normed(x, self.cross_norm))
        return x + self.narrow(self.act(self.widen(normed(x, self.last_norm))))


class BestDecoder:
    """`release` empties the prior's blocks on the way, so that no weight is held twice."""

    def __init__(
            self, prior, batch, features=None, label=None, dtype=torch.float32, release=False):
        length = math.prod(prior.latent_shape)
        self.mask = sparse_mask(prior.latent_shape) if prior.attn_type == "sparse" else None
        self.positions = prior.attn_stack.pos_embd().detach()
        self.start = prior.attn_stack.right_shift.sos.detach().expand(batch, -1)
        self.input, self.head = Dense(prior.fc_in), Dense(prior.fc_out)
        self.layers = []
        for block in prior.attn_stack.attn_nets:
            self.layers.append(BestLayer(block, batch, length, features, label, dtype))
            if release:
                for module in (block.attn, block.fc_block, *([block.enc_attn] if block.frames else [])):
                    for parameter in module.parameters():
                        parameter.data = parameter.data.new_empty(0)
        self.norm = scales(prior.norm, label)

    def step(self, index, rows):
        x = (self.input(rows) if index else self.start) + self.positions[index]
        mask = self.mask[index:index + 1, :index + 1] if self.mask is not None else None
        for layer in self.layers:
            x = layer(x, index, mask)
        return self.head(normed(x, self.norm))


@torch.no_grad()
def greedy(decoder, codebook, batch, length):
    """The likeliest code at every position, and the smallest gap between the two best logarithms."""
    ids, logits, rows, margin = [], [], codebook[:1].expand(batch, -1), float("inf")
    for index in range(length):
        logits.append(decoder.step(index, rows))
        best = logits[-1].log_softmax(-1).topk(2, -1)
        margin = min(margin, (best.values[:, 0] - best.values[:, 1]).min().item())
        ids.append(best.indices[:, 0])
        rows = codebook[ids[-1]]
    return torch.stack(ids, 1), torch.stack(logits, 1), margin


@torch.no_grad()
def forced(decoder, codebook, ids):
    """Logits of given codes [B, L], step by step."""
    rows = codebook[:1].expand(len(ids), -1)
    logits = []
    for index in range(ids.shape[1]):
        logits.append(decoder.step(index, rows))
        rows = codebook[ids[:, index].long()]
    return torch.stack(logits, 1)
