"""The preset `small` of Sources/GestaltMAGVIT in PyTorch, on the same weights and inputs as ours.

    magvit_torch.py magvit-train [--form FORM] [--batch N]
    magvit_torch.py masked-train [--form FORM] [--batch N] [--dropout 0|0.1]
    magvit_torch.py masked-step  [--form FORM] [--batch N]

`magvit-train`: a training step of the tokenizer on clips of 17 frames. `masked-train`: one of the prior,
masks and weights given. `masked-step`: one of the twelve passes of decoding, from codes to codes with the
drawing; --batch samples in a pass. Forms are `channels_last` and `contiguous` (tokenizer), `fused` and
`chunked` (attention of the prior), each also with `-bfloat16` (autocast) and, last, `-compiled`.
"""
import math
import statistics
import time

import torch

import peer
from magvit_model import MaskedPrior, Tokenizer, fill
from unet_model import sample

CODES, GRID, STEPS, NOISE = 1000, (5, 16, 16), 12, 4.5
CELLS, REGION = math.prod(GRID), GRID[1] * GRID[2]
# The shares of masked cells of the clips of a batch, in turn.
SHARES = (1, 0.75, 0.5, 0.25)


def autocast(form):
    return torch.autocast("cpu", torch.bfloat16, enabled="bfloat16" in form)


def training(arguments, model, compute, *batch):
    """Times of steps with AdamW, and the losses."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    if arguments.form.endswith("compiled"):
        compute = torch.compile(compute)
    losses = []

    def step():
        optimizer.zero_grad()
        with autocast(arguments.form):
            loss = compute(*batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    times = peer.seconds(arguments.runs, step, warm_ups=2)
    return times, {
        "parameters": sum(p.numel() for p in model.parameters()), "first_loss": losses[0],
        "third_loss": losses[2]}


def tokenizer_train(arguments):
    model = Tokenizer()
    fill(model)
    clips = sample([arguments.batch, 17, 64, 64, 3], 5) * 0.5
    form = "contiguous" if "contiguous" in arguments.form else "channels_last"
    model, clips = peer.laid_out(form, model, clips.movedim(-1, 1).contiguous())
    times, more = training(arguments, model, model, clips)
    return times, f"batch {arguments.batch}", more


def codes(batch, seed):
    """Codes [N, cells] made by a formula that Benchmarks/Sources/models evaluates, too."""
    return ((sample([batch, CELLS], seed) + 1) * (CODES / 2)).int().clamp(max=CODES - 1)


def masked_batch(batch):
    """Tokens, segments, targets and weights; masked cells hold the still clip's code."""
    targets, still = codes(batch, 7), codes(batch, 8)
    targets[:, :REGION] = still[:, :REGION]
    shares = torch.tensor([SHARES[i % len(SHARES)] for i in range(batch)])[:, None]
    masked = sample([batch, CELLS], 9) < 2 * shares - 1
    masked[:, :REGION] = False
    first = torch.full([batch, 1], CODES)
    tokens = torch.cat([first, torch.where(masked, still, targets)], 1).int()
    segments = torch.cat([torch.zeros(batch, 1), masked], 1).int()
    return tokens, segments, targets.long(), torch.where(masked, 1.0, 0.5)


def prior(arguments, dropout):
    model = MaskedPrior(dropout=dropout, form="chunked" if "chunked" in arguments.form else "fused")
    fill(model)
    return model


def prior_train(arguments):
    model = prior(arguments, arguments.dropout)
    times, more = training(arguments, model, model.loss, *masked_batch(arguments.batch))
    return times, f"batch {arguments.batch}, dropout {arguments.dropout:g}", more


def advance(model, step, count, tokens, unknown, still):
    """Draws the unknown codes and keeps the confident ones; `count` cells stay unknown."""
    batch = tokens.shape[0]
    first = torch.full([batch, 1], CODES, dtype=tokens.dtype)
    inputs = torch.cat([first, torch.where(unknown, still, tokens)], 1)
    segments = torch.cat([torch.zeros_like(first), unknown.to(tokens.dtype)], 1)
    chances = model(inputs, segments).float().log_softmax(-1)
    # The largest sum of a logarithm and a Gumbel number is a draw; -log of an exponential one is such.
    drawn = (chances - torch.empty_like(chances).exponential_().log_()).argmax(-1)
    tokens = torch.where(unknown, drawn.to(tokens.dtype), tokens)
    own = chances.gather(-1, tokens.long().unsqueeze(-1)).squeeze(-1)
    spread = NOISE * (1 - (step + 1) / STEPS)
    own = own - spread * torch.empty_like(own).exponential_().log_()
    left = own.masked_fill(~unknown, math.inf).topk(count, largest=False, sorted=False).indices
    return tokens, torch.zeros_like(unknown).scatter_(1, left, True)


def masked_step(arguments):
    """The median over the steps of several decodings."""
    model = prior(arguments, 0.0).eval().requires_grad_(False)
    still = codes(arguments.batch, 8)
    call = torch.compile(model) if arguments.form.endswith("compiled") else model
    free = CELLS - REGION
    counts = [int(free * math.cos(math.pi / 2 * (k + 1) / STEPS) + 1e-9 * free) for k in range(STEPS)]
    times = []
    with torch.inference_mode(), autocast(arguments.form):
        for run in range(arguments.runs + 1):
            tokens = still.clone()
            unknown = torch.ones_like(still, dtype=torch.bool)
            unknown[:, :REGION] = False
            for step, count in enumerate(counts):
                start = time.perf_counter()
                tokens, unknown = advance(call, step, count, tokens, unknown, still)
                # The first decoding warms up, and ours measures no first step.
                if run and step:
                    times.append(time.perf_counter() - start)
    if unknown.any() or int(tokens.max()) >= CODES:
        raise SystemExit("magvit_torch: a decoding is not complete")
    return statistics.median(times), f"batch {arguments.batch}", {}


def forms(*plain):
    return [f + precision + how for f in plain for how in ("", "-compiled") for precision in ("", "-bfloat16")]


CASES = {
    "magvit-train": (tokenizer_train, forms("channels_last", "contiguous")),
    "masked-train": (prior_train, forms("fused", "chunked")),
    "masked-step": (masked_step, forms("fused", "chunked")),
}


def main():
    parser = peer.parser(list(CASES), sorted({f for _, own in CASES.values() for f in own}), runs=3)
    parser.set_defaults(form=None)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--dropout", type=float, choices=(0.0, 0.1), default=0.0)
    arguments = parser.parse_args()
    measure, own = CASES[arguments.case]
    arguments.form = arguments.form or own[0]
    arguments.batch = arguments.batch or (1 if arguments.case == "masked-step" else 4)
    if arguments.form not in own:
        parser.error(f"{arguments.case} has the forms {', '.join(own)}")

    def report(arguments):
        times, variant, more = measure(arguments)
        dtype = "bfloat16" if "bfloat16" in arguments.form else "float32"
        peer.report(arguments, times, variant, **{"model": "small", **more, "dtype": dtype})

    peer.run(report, arguments)


if __name__ == "__main__":
    main()
