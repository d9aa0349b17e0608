"""Training steps of the U-Net of Sources/GestaltSegHeads in PyTorch, on the same weights and pictures.

    unet_torch.py unet-train|encoder-train|student-train [--form channels_last|contiguous|compiled]
        [--batch N]

`unet-train`: BCE and Dice of labels. `student-train`: the same of probabilities, with weights.
`encoder-train`: the dense encoder, which forecasts pictures and maps. AdamW; the first losses are
Gestalt's.
"""
import torch
import torch.nn.functional as F

import peer
from unet_model import UNet, fill, sample

# Of the encoder's terms: background and frame+4; differs-from-median, displaced and will-change-1,
# whose weights are 1.
PICTURE_WEIGHTS = (1, 0.5)
MAPS = 3
PICTURE_SCALE, CHANGE_WEIGHT, CHANGE_THRESHOLD = 4, 4, 8 / 255


def noise(batch, channels, seed):
    """Uniform in [-0.5, 0.5); drawn in Gestalt's order, channels last."""
    return (sample([batch, 64, 64, channels], seed) * 0.5).permute(0, 3, 1, 2).contiguous()


def depth(batch, radius):
    """r^2 - d^2 of all pixels, positive inside a disc of `radius` pixels, one more for each image."""
    axis = torch.arange(64) - 32
    radii = (radius + torch.arange(batch)) ** 2
    return (radii[:, None, None] - axis[:, None] ** 2 - axis[None] ** 2)[:, None]


def discs(batch, radius):
    return (depth(batch, radius) > 0).float()


def labeled(batch):
    return noise(batch, 3, 5), discs(batch, 10)


def loss(model, frames, targets):
    logits = model(frames)
    p = logits.sigmoid()
    dice = (2 * (p * targets).sum() + 1) / (p.sum() + targets.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits, targets) + 1 - dice


def pseudo_labeled(batch):
    """A quarter with labels, whose first rows are ignored, and frames with probabilities, of which the
    confident ones count."""
    known = batch // 4
    frames, targets = labeled(batch)
    targets[known:] = (0.5 + depth(batch, 10)[known:] / 512).clamp(1 / 64, 63 / 64)
    weights = (torch.maximum(targets, 1 - targets) >= 0.75).float()
    weights[:known, :, :2] = 0
    return frames, targets, weights


def weighted_loss(model, frames, targets, weights):
    logits = model(frames)
    p = logits.sigmoid() * weights
    dice = (2 * (p * targets).sum() + 1) / (p.sum() + (targets * weights).sum() + 1)
    entropy = F.binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum")
    return entropy / weights.sum() + 1 - dice


def forecasts(batch):
    """Pictures that differ from the frames in discs, and maps of discs; what is unknown of them has
    weight 0: the last picture, the first rows of maps."""
    pictures = len(PICTURE_WEIGHTS)
    frames = noise(batch, 3, 5)
    changed = torch.cat([discs(batch, 10 + 8 * k).expand(-1, 3, -1, -1) for k in range(pictures)], 1)
    targets = torch.where(changed > 0, noise(batch, 3 * pictures, 6), frames.repeat(1, pictures, 1, 1))
    known = torch.ones(batch, pictures, 1, 1)
    known[-1, 1] = 0
    maps = torch.cat([discs(batch, 8 + 4 * k) for k in range(MAPS)], 1)
    map_weights = torch.ones_like(maps)
    for k in range(MAPS):
        map_weights[:, k, :4 * k] = 0
    return frames, targets, known, maps, map_weights


def forecast_loss(model, frames, pictures, known, maps, map_weights):
    """The sum of all terms' means, each reduction in one pass over all pictures or all maps."""
    outputs = model(frames)
    split = pictures.shape[1]
    targets = pictures.unflatten(1, (-1, 3))
    difference = (targets - frames[:, None]).abs().amax(2)
    shares = known.sum(0).clamp(min=1) / len(known)
    terms = torch.tensor(PICTURE_WEIGHTS)[:, None, None] * (PICTURE_SCALE / frames.numel()) / shares
    weights = ((difference > CHANGE_THRESHOLD) * CHANGE_WEIGHT + 1) * (known * terms)
    errors = (outputs[:, :split].unflatten(1, (-1, 3)) - targets).abs()
    entropy = F.binary_cross_entropy_with_logits(
        outputs[:, split:], maps, map_weights / map_weights.sum((0, 2, 3), keepdim=True),
        reduction="sum")
    return (errors * weights[:, :, None]).sum() + entropy


# The output channels of the network, the inputs of the loss for a batch size, and the loss.
TRAININGS = {
    "unet-train": (1, labeled, loss),
    "student-train": (1, pseudo_labeled, weighted_loss),
    "encoder-train": (3 * len(PICTURE_WEIGHTS) + MAPS, forecasts, forecast_loss),
}


def measure(arguments):
    outputs, inputs, compute = TRAININGS[arguments.case]
    model = UNet(outputs)
    fill(model)
    model, *batch = peer.laid_out(arguments.form, model, *inputs(arguments.batch))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    if arguments.form == "compiled":
        compute = torch.compile(compute)
    losses = []

    def step():
        optimizer.zero_grad()
        value = compute(model, *batch)
        value.backward()
        optimizer.step()
        losses.append(value.item())

    times = peer.seconds(arguments.runs, step, warm_ups=2)
    peer.report(
        arguments, times, f"batch {arguments.batch}",
        parameters=sum(p.numel() for p in model.parameters()), first_loss=losses[0],
        third_loss=losses[2])


def main():
    parser = peer.parser(list(TRAININGS), ["channels_last", "contiguous", "compiled"], runs=10)
    parser.add_argument("--batch", type=int, default=16)
    peer.run(measure, parser.parse_args())


if __name__ == "__main__":
    main()
