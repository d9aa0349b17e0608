"""Speed of the prior in PyTorch. Prints one JSON line; its fields stand in Benchmarks/README.md.

    prior_torch.py sample-step   [--form best|original|best-bfloat16|best-compiled] [--batch 1|4]
    prior_torch.py prior-train   [--form best|original|best-compiled] [--dropout 0|0.2]
    prior_torch.py frame-encoder [--form best|original|best-compiled] [--pass forward|both]

The sizes are publicBAIR's: 576 wide, 8 layers, 4 heads, 4x32x32 codes of 2048, one 64x64 frame. Every
call measures one thing in a process of its own, so that its peak memory is that thing's.
"""
import statistics

import torch

import peer
from frame_encoder import FrameEncoder
from prior_decode import BestDecoder, OriginalDecoder
from prior_model import Prior, cosine

LATENT, CODES, EMBEDDING, FEATURES, FRAME_WIDTH = (4, 32, 32), 2048, 256, 256, 240
POSITIONS = (0, 1024, 2048, 3072, 4095)
ATTENTION_DROPOUT = {0.0: 0.0, 0.2: 0.3}


def prior(form, dropout, **changes):
    model = Prior(
        LATENT, CODES, EMBEDDING, dropout=dropout, attn_dropout=ATTENTION_DROPOUT[dropout],
        n_cond_frames=1, form=form, **changes)
    # The head starts at zero, which would leave the rest without gradients.
    torch.nn.init.normal_(model.fc_out.weight, std=0.02)
    return model


def sample_step(arguments):
    """From the ids of the previous codes to those drawn, at five lengths of the filled cache."""
    original = arguments.form == "original"
    dtype = torch.bfloat16 if arguments.form == "best-bfloat16" else torch.float32
    # Features are given: a small frame encoder keeps the large one out of the peak memory.
    small = {"resnet_width": 1, "resnet_blocks": (1, 1, 1, 1)}
    model = prior("original" if original else "best", 0.0, **small).eval().requires_grad_(False)
    codebook = torch.randn(CODES, EMBEDDING)
    features = torch.randn(1 if not original else arguments.batch, FEATURES, FRAME_WIDTH)
    if dtype != torch.float32:
        model, codebook, features = model.to(dtype), codebook.to(dtype), features.to(dtype)
    with torch.inference_mode():
        if original:
            decoder = OriginalDecoder(model, arguments.batch, features)
        else:
            decoder = BestDecoder(model, arguments.batch, features, dtype=dtype, release=True)
        caches = decoder.caches if original else [(layer.cache,) for layer in decoder.layers]
        for cache in caches:
            for tensor in cache:
                tensor.normal_()
        ids = torch.zeros(arguments.batch, dtype=torch.long)
        advance = decoder.step
        if arguments.form == "best-compiled":
            advance = torch.compile(decoder.step, dynamic=True)

        def step(position):
            logits = advance(position, codebook[ids])
            ids.copy_(torch.multinomial(logits.float().softmax(-1), 1)[:, 0])

        each = [statistics.median(peer.seconds(arguments.runs, lambda: step(p), 2)) for p in POSITIONS]
    return {
        "variant": f"batch {arguments.batch}", "dtype": str(dtype).removeprefix("torch."),
        "seconds": statistics.mean(each), "position_seconds": [round(s, 6) for s in each]}


def prior_train(arguments):
    """A training step, frame encoder and Adam included; rows and ids of the codes are given."""
    form = arguments.form.removesuffix("-compiled")
    model = prior(form, arguments.dropout).train()
    compute = torch.compile(model.loss) if arguments.form == "best-compiled" else model.loss
    embeddings = torch.randn(1, *LATENT, EMBEDDING)
    ids = torch.randint(CODES, (1, *LATENT))
    frames = torch.rand(1, 3, 1, 64, 64) - 0.5
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, fused=form == "best")
    schedule = cosine(optimizer, 1000)
    losses = []

    def step():
        optimizer.zero_grad()
        loss = compute(embeddings, ids, frames)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())

    times = peer.seconds(arguments.runs, step, 0 if arguments.runs == 1 else 1)
    return {
        "variant": f"dropout {arguments.dropout:g}", "dtype": "float32",
        "attention_dropout": ATTENTION_DROPOUT[arguments.dropout],
        "seconds": statistics.median(times), "loss": losses[-1]}


def frame_encoder(arguments):
    form = arguments.form.removesuffix("-compiled")
    encoder = FrameEncoder(form=form)
    encode = torch.compile(encoder) if arguments.form == "best-compiled" else encoder
    frames = torch.rand(1, 3, 1, 64, 64) - 0.5
    if arguments.passes == "forward":
        encoder.requires_grad_(False)
        if form == "best":
            encoder.prepare()
        with torch.inference_mode():
            times = peer.seconds(arguments.runs, lambda: encode(frames))
    else:
        def both():
            encoder.zero_grad()
            encode(frames).square().mean().backward()
        times = peer.seconds(arguments.runs, both)
    return {
        "variant": "forward" if arguments.passes == "forward" else "forward and backward",
        "dtype": "float32", "seconds": statistics.median(times)}


def main():
    parser = peer.parser(
        ["sample-step", "prior-train", "frame-encoder"],
        ["best", "original", "best-bfloat16", "best-compiled"], runs=None)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--dropout", type=float, choices=sorted(ATTENTION_DROPOUT), default=0.0)
    parser.add_argument("--pass", dest="passes", choices=["forward", "both"], default="forward")
    arguments = parser.parse_args()
    measure, runs = {
        "sample-step": (sample_step, 9), "prior-train": (prior_train, 2),
        "frame-encoder": (frame_encoder, 7)}[arguments.case]
    arguments.runs = arguments.runs or runs
    if arguments.case != "sample-step" and arguments.form == "best-bfloat16":
        parser.error(f"{arguments.case} has no form {arguments.form}")

    def report(arguments):
        record = measure(arguments)
        peer.report(arguments, record.pop("seconds"), record.pop("variant"), **record)

    peer.run(report, arguments)


if __name__ == "__main__":
    main()
