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
        length, width = math.prod(prior.latent_shape), prior.hidden_dim // prior.heads
        shape = (batch, prior.heads, *prior.latent_shape, width)
        blocks = prior.attn_stack.attn_nets
        self.caches = [(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)) for _ in blocks]
        self.crossed = [None] * len(blocks)
        full = torch.ones(length, length).tril() if prior.attn_type == "full" else None
        self.mask = sparse_mask(prior.latent_shape) if full is None else full

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
        return self.attend(attention, attention.split(attention.w_qs(x)), keys, values, self.mask[index])

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


def normed(x, scales):
    """The prior's norm, in float32 whatever the stream's type."""
    y = x.float() if x.dtype == torch.bfloat16 else x
    variance, mean = torch.var_mean(y, -1, correction=0, keepdim=True)
    return torch.addcmul(scales[1], (y - mean) * (1e-5 + variance.rsqrt()), scales[0]).to(x.dtype)


class BestDecoder:
    def __init__(self, prior, batch, features=None, label=None, dtype=torch.float32):
        self.prior, self.batch = prior, batch
        self.positions = prior.attn_stack.pos_embd().to(dtype)
        length, width = math.prod(prior.latent_shape), prior.hidden_dim // prior.heads
        sparse = prior.attn_type == "sparse"
        self.mask = sparse_mask(prior.latent_shape) if sparse else None

        def scales(norm):
            g, b = norm.scales(label)
            return (g[:, 0], b[:, 0]) if norm.classes else (g, b)

        self.layers, self.final = [], scales(prior.norm)
        for block in prior.attn_stack.attn_nets:
            attention = block.attn
            weight = torch.cat([attention.w_qs.weight, attention.w_ks.weight, attention.w_vs.weight])
            # One buffer for keys and values: a step writes both with one copy.
            cache = torch.zeros(2, batch, prior.heads, length, width, dtype=dtype)
            layer = {
                "block": block, "weight": weight.detach(), "cache": cache,
                "norms": (scales(block.pre_attn_norm), scales(block.pre_fc_norm))}
            if block.frames:
                cross = block.enc_attn
                layer["cross"] = (
                    cross.split(cross.w_ks(features)).expand(batch, -1, -1, -1).contiguous(),
                    cross.split(cross.w_vs(features)).expand(batch, -1, -1, -1).contiguous())
                layer["cross_norm"] = scales(block.pre_enc_norm)
            self.layers.append(layer)

    def own(self, layer, x, index):
        attention, cache = layer["block"].attn, layer["cache"]
        projected = F.linear(x, layer["weight"]).view(self.batch, 3, attention.heads, 1, -1)
        cache[:, :, :, index] = projected[:, 1:, :, 0].transpose(0, 1)
        k, v = cache[:, :, :, :index + 1]
        mask = self.mask[index:index + 1, :index + 1] if self.mask is not None else None
        y = F.scaled_dot_product_attention(projected[:, 0], k, v, attn_mask=mask)
        return attention.fc(y.flatten(1))

    def cross(self, layer, x):
        attention = layer["block"].enc_attn
        q = attention.w_qs(x).view(self.batch, attention.heads, 1, -1)
        k, v = layer["cross"]
        # Value and key widths differ, which the fused kernel does not take.
        scores = (q * (1 / math.sqrt(q.shape[-1]))) @ k.transpose(-2, -1)
        return attention.fc((scores.softmax(-1) @ v).flatten(1))

    def step(self, index, rows):
        prior = self.prior
        x = prior.fc_in(rows) if index else prior.attn_stack.right_shift.sos.expand(len(rows), -1)
        x = x + self.positions[index]
        for layer in self.layers:
            x = x + self.own(layer, normed(x, layer["norms"][0]), index)
            if "cross" in layer:
                x = x + self.cross(layer, normed(x, layer["cross_norm"]))
            x = x + layer["block"].fc_block(normed(x, layer["norms"][1]))
        return prior.fc_out(normed(x, self.final))


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
