"""The U-Net of Sources/GestaltSegHeads in PyTorch, which is also the dense encoder with its output layer.

Two 3x3 convolutions with BatchNorm and ReLU at each of four sizes, max pooling down, transposed 2x2
convolutions up, skips in front.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

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
    def __init__(self, outputs=1):
        super().__init__()
        inputs = (3,) + WIDTHS[:-1]
        self.down = nn.ModuleList(Block(i, o) for i, o in zip(inputs, WIDTHS))
        levels = list(reversed(range(len(WIDTHS) - 1)))
        self.rise = nn.ModuleList(
            nn.ConvTranspose2d(WIDTHS[k + 1], WIDTHS[k], 2, stride=2) for k in levels)
        self.up = nn.ModuleList(Block(2 * WIDTHS[k], WIDTHS[k]) for k in levels)
        self.scores = nn.Conv2d(WIDTHS[0], outputs, 1)

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
    """The weights that the training steps of Benchmarks/Sources/models make of their place in the list."""
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
