"""The publicBAIR video tokenizer in PyTorch: a training step, encoding and decoding of clips.

    tokenizer_torch.py tokenizer-train|tokenizer-encode|tokenizer-decode
        [--form channels_last|contiguous|compiled] [--batch N]

Our own program of the architecture that Yan et al. describe in "VideoGPT" (2021): strided 4x4x4
convolutions, pre-activation residual blocks with axial attention, a codebook that follows the codes'
running means.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

import peer

HIDDEN, EMBEDDING, CODES, BLOCKS, HEADS = 240, 256, 2048, 4, 2
LEVELS = [(2, 2, 2), (2, 1, 1)]
DECAY, COMMITMENT, VARIANCE = 0.99, 0.25, 0.06


def same_pad(kernel, stride):
    """Zeros for F.pad, last axis first: the larger half in front."""
    pad = []
    for k, s in zip(reversed(kernel), reversed(stride)):
        total = k - s
        pad += [total // 2 + total % 2, total // 2]
    return pad


class SameConv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=(1, 1, 1), bias=True):
        super().__init__()
        self.pad = same_pad(kernel, stride)
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, bias=bias)

    def forward(self, x):
        return self.conv(F.pad(x, self.pad) if any(self.pad) else x)


class SameTransposed(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.pad = same_pad(kernel, stride)
        self.conv = nn.ConvTranspose3d(
            inputs, outputs, kernel, stride, padding=tuple(k - 1 for k in kernel))

    def forward(self, x):
        return self.conv(F.pad(x, self.pad))


class Axial(nn.Module):
    """Self-attention along one axis of [B, t, h, w, C]; all others are batch."""

    def __init__(self, axis):
        super().__init__()
        self.axis = axis
        self.queries = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.keys = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.values = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.output = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x):
        def heads(y):
            y = y.unflatten(-1, (HEADS, HIDDEN // HEADS)).movedim(-2, 1)
            return y.movedim(self.axis + 1, -2)

        q, k, v = heads(self.queries(x)), heads(self.keys(x)), heads(self.values(x))
        y = F.scaled_dot_product_attention(q, k, v)
        y = y.movedim(-2, self.axis + 1).movedim(1, -2).flatten(-2)
        return self.output(y)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        half = HIDDEN // 2
        self.before = nn.Sequential(
            nn.BatchNorm3d(HIDDEN), nn.ReLU(), SameConv(HIDDEN, half, (3, 3, 3), bias=False),
            nn.BatchNorm3d(half), nn.ReLU(), nn.Conv3d(half, HIDDEN, 1, bias=False),
            nn.BatchNorm3d(HIDDEN), nn.ReLU())
        self.attention = nn.ModuleList(Axial(axis) for axis in (1, 2, 3))

    def forward(self, x):
        y = self.before(x).movedim(1, -1)
        y = sum(attend(y) for attend in self.attention)
        return x + y.movedim(-1, 1)


def stack():
    return nn.Sequential(*[Residual() for _ in range(BLOCKS)], nn.BatchNorm3d(HIDDEN), nn.ReLU())


class Codebook(nn.Module):
    def __init__(self):
        super().__init__()
        rows = torch.randn(CODES, EMBEDDING)
        self.register_buffer("rows", rows)
        self.register_buffer("count", torch.ones(CODES))
        self.register_buffer("total", rows.clone())

    def forward(self, z):
        flat = z.movedim(1, -1).flatten(0, -2)
        distance = (flat.square().sum(1, keepdim=True) - 2 * flat @ self.rows.t()
                    + self.rows.square().sum(1))
        ids = distance.argmin(1)
        chosen = self.rows[ids].view(z.movedim(1, -1).shape).movedim(-1, 1)
        commitment = COMMITMENT * F.mse_loss(z, chosen.detach())
        if self.training:
            self.update(flat.detach(), ids)
        return z + (chosen - z).detach(), commitment

    def ids(self, z):
        """The nearest codes; the rows' own squares would change no order."""
        flat = z.movedim(1, -1).flatten(0, -2)
        found = torch.addmm(self.rows.square().sum(1), flat, self.rows.t(), alpha=-2).argmin(1)
        return found.view(z.shape[0], *z.shape[2:])

    @torch.no_grad()
    def update(self, flat, ids):
        counts = torch.bincount(ids, minlength=CODES).to(flat.dtype)
        sums = torch.zeros_like(self.rows).index_add_(0, ids, flat)
        self.count.lerp_(counts, 1 - DECAY)
        self.total.lerp_(sums, 1 - DECAY)
        whole = self.count.sum()
        weight = (self.count + 1e-7) / (whole + CODES * 1e-7) * whole
        self.rows.copy_(self.total / weight[:, None])
        fresh = flat[torch.randperm(len(flat))[:CODES]]
        used = (self.count >= 1)[:, None]
        self.rows.copy_(torch.where(used, self.rows, fresh))


class Tokenizer(nn.Module):
    def __init__(self):
        super().__init__()
        kernel, widths = (4, 4, 4), [3] + [HIDDEN] * len(LEVELS)
        encoder = []
        for index, stride in enumerate(LEVELS):
            encoder += [SameConv(widths[index], HIDDEN, kernel, stride), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder, SameConv(HIDDEN, HIDDEN, (3, 3, 3)), stack())
        decoder = [stack()]
        for index, stride in enumerate(LEVELS):
            last = index == len(LEVELS) - 1
            decoder += [SameTransposed(HIDDEN, 3 if last else HIDDEN, kernel, stride)]
            decoder += [] if last else [nn.ReLU()]
        self.decoder = nn.Sequential(*decoder)
        self.before = nn.Conv3d(HIDDEN, EMBEDDING, 1)
        self.after = nn.Conv3d(EMBEDDING, HIDDEN, 1)
        self.codebook = Codebook()

    def forward(self, x):
        e, commitment = self.codebook(self.before(self.encoder(x)))
        return F.mse_loss(self.decoder(self.after(e)), x) / VARIANCE + commitment

    def encode(self, x):
        return self.codebook.ids(self.before(self.encoder(x)))

    def decode(self, ids):
        return self.decoder(self.after(self.codebook.rows[ids].movedim(-1, 1)))


def training(model, clips, compute):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, fused=True)
    losses = []

    def step():
        optimizer.zero_grad()
        loss = compute(clips)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    return step, losses


def measure(arguments):
    model = Tokenizer()
    clips = torch.rand(arguments.batch, 3, 16, 64, 64) - 0.5
    model, clips = peer.laid_out(arguments.form, model, clips)
    compiled = arguments.form == "compiled"
    more = {"parameters": sum(p.numel() for p in model.parameters())}
    if arguments.case == "tokenizer-train":
        body, losses = training(model, clips, torch.compile(model) if compiled else model)
        times = peer.seconds(arguments.runs, body)
        more["loss"] = losses[-1]
    else:
        model.eval()
        with torch.inference_mode():
            encodes = arguments.case == "tokenizer-encode"
            argument = clips if encodes else model.encode(clips)
            body = model.encode if encodes else model.decode
            body = torch.compile(body) if compiled else body
            times = peer.seconds(arguments.runs, lambda: body(argument))
    peer.report(arguments, times, f"batch {arguments.batch}", model="publicBAIR", **more)


def main():
    parser = peer.parser(
        ["tokenizer-train", "tokenizer-encode", "tokenizer-decode"],
        ["channels_last", "contiguous", "compiled"], runs=3)
    parser.add_argument("--batch", type=int)
    arguments = parser.parse_args()
    if arguments.batch is None:
        arguments.batch = 2 if arguments.case == "tokenizer-train" else 1
    peer.run(measure, arguments)


if __name__ == "__main__":
    main()
