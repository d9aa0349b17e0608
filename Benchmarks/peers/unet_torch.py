"""A training step of the U-Net of Sources/GestaltSegHeads in PyTorch, on the same weights and pictures.

    unet_torch.py unet-train [--form channels_last|contiguous|compiled] [--batch N]

Two 3x3 convolutions with BatchNorm and ReLU at each of four sizes, max pooling down, transposed 2x2
convolutions up, skips in front; BCE and Dice; AdamW. The first losses are Gestalt's.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import peer

WIDTHS = (32, 64, 128, 256)


def sample(shape, seed):
    """Numbers in [-1, 1) of the linear congruence that Benchmarks/Sources/Harness has."""
    count = int(np.prod(shape))
    factor, step = np.uint32(1_664_525), np.uint32(1_013_904_223)
    with np.errstate(over="ignore"):
        powers = np.multiply.accumulate(np.full(count, factor, np.uint32), dtype=np.uint32)
        before = np.concatenate([np.ones(1, np.uint32), powers[:-1]])
        state = powers * np.uint32(seed) + step * np.add.accumulate(before, dtype=np.uint32)
    values = (state >> np.uint32(8)).astype(np.float32) * np.float32(2.0 ** -23) - np.float32(1)
    return torch.from_numpy(values.reshape(shape))


class Block(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = (3,) + WIDTHS[:-1]
        self.down = nn.ModuleList(Block(i, o) for i, o in zip(inputs, WIDTHS))
        levels = list(reversed(range(len(WIDTHS) - 1)))
        self.rise = nn.ModuleList(
            nn.ConvTranspose2d(WIDTHS[k + 1], WIDTHS[k], 2, stride=2) for k in levels)
        self.up = nn.ModuleList(Block(2 * WIDTHS[k], WIDTHS[k]) for k in levels)
        self.scores = nn.Conv2d(WIDTHS[0], 1, 1)

    def forward(self, x):
        x, skips = x / 0.25, []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for rise, block in zip(self.rise, self.up):
            x = block(torch.cat([skips.pop(), rise(x)], 1))
        return self.scores(x)


@torch.no_grad()
def fill(model):
    """The weights that the benchmark `models unet-train` makes of their place in the list."""
    place = 0
    for module in model.modules():
        for name, value in module.named_parameters(recurse=False):
            place += 1
            shape = list(value.shape)
            if len(shape) > 1:
                # Gestalt's order is [height, width, in, out].
                transposed = isinstance(module, nn.ConvTranspose2d)
                order, back = ((2, 3, 0, 1), (2, 3, 0, 1)) if transposed else ((2, 3, 1, 0), (3, 2, 0, 1))
                swapped = [shape[axis] for axis in order]
                fan = value.numel() // swapped[-1]
                u = sample(swapped, 100 + place) * np.float32(np.sqrt(np.float32(6 / fan)))
                value.copy_(u.permute(*back))
            else:
                u = sample(shape, 100 + place) * 0.25
                value.copy_(u + 1 if isinstance(module, nn.BatchNorm2d) and name == "weight" else u)


def loss(model, frames, targets):
    logits = model(frames)
    p = logits.sigmoid()
    dice = (2 * (p * targets).sum() + 1) / (p.sum() + targets.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits, targets) + 1 - dice


def measure(arguments):
    model = UNet()
    fill(model)
    frames = (sample([arguments.batch, 64, 64, 3], 5) * 0.5).permute(0, 3, 1, 2).contiguous()
    axis = torch.arange(64) - 32
    squares = axis[:, None] ** 2 + axis[None] ** 2
    radii = (10 + torch.arange(arguments.batch)) ** 2
    targets = (squares < radii[:, None, None]).float()[:, None]
    model, frames, targets = peer.laid_out(arguments.form, model, frames, targets)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    compute = torch.compile(loss) if arguments.form == "compiled" else loss
    losses = []

    def step():
        optimizer.zero_grad()
        value = compute(model, frames, targets)
        value.backward()
        optimizer.step()
        losses.append(value.item())

    times = peer.seconds(arguments.runs, step, warm_ups=2)
    peer.report(
        arguments, times, f"batch {arguments.batch}",
        parameters=sum(p.numel() for p in model.parameters()), first_loss=losses[0],
        third_loss=losses[2])


def main():
    parser = peer.parser(["unet-train"], ["channels_last", "contiguous", "compiled"], runs=10)
    parser.add_argument("--batch", type=int, default=16)
    peer.run(measure, parser.parse_args())


if __name__ == "__main__":
    main()
