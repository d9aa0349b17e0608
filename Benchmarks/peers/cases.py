"""What peers/run measures: the commands of both sides, and the goals for their ratios."""
from dataclasses import dataclass, field

CONVOLUTIONS = {
    "240-240 k3 4x32x32 b2": (2.5, 3.2), "240-120 k3 4x32x32 b2": (2.5, 3.2),
    "128-128 k3 16x32x32": (2.5, 3.2), "64-64 k3 16x64x64": (2.2, 2.7),
    "32-32 k3 64x64 b16": (2.0, 2.6), "64-64 k3 32x32 b16": (2.0, 2.6),
    "128-128 k3 16x16 b16": (2.0, 2.6), "120-240 k4 s2 8x32x32 b2": (1.4, 1.6),
    "3-240 k4 s2 16x64x64 b2": (1.4, 1.6), "240-240 k4 s2 transposed b2": (1.6, 1.9),
    "240-3 k4 s2 transposed b2": (3, 4), "120-240 k1 4x32x32 b2": None,
}
LAYOUTS = ("channels_last", "contiguous")
FRAME_TRAININGS = ("unet-train", "encoder-train", "student-train")
# The forms of magvit_torch.py, in float32 and with autocast; compiled ones are measured once.
MAGVIT = {
    "magvit-train --runs 3": LAYOUTS,
    "masked-train --dropout 0 --runs 3": ("fused",),
    "masked-train --dropout 0.1 --runs 3": ("fused", "chunked"),
    "masked-step --batch 1 --runs 3": ("fused",),
    "masked-step --batch 4 --runs 3": ("fused",),
}

# Forms that do not stand for PyTorch at its best: each is a row of its own.
APART = ("original", "best-bfloat16")

# (case, variant, our form, PyTorch's): at least, aim. PyTorch's "" is the fastest of the forms that
# are not apart; a convolution's variants are its passes.
GOALS = {
    ("tokenizer-train", "batch 2", "", ""): (1.8, 2.3),
    ("tokenizer-encode", "batch 1", "", ""): (2.0, 3),
    ("tokenizer-decode", "batch 1", "", ""): (2.0, 3),
    ("prior-train", "dropout 0", "", ""): (1.1, 1.2),
    ("prior-train", "dropout 0.2", "", ""): (2, 3),
    ("prior-train", "dropout 0.2", "", "original"): (5, 8),
    ("prior-train", "dropout 0", "recomputed blocks", ""): (1.1, 1.2),
    ("prior-train", "dropout 0.2", "recomputed blocks", ""): (2, 3),
    ("prior-train", "dropout 0.2", "recomputed blocks", "original"): (5, 8),
    ("prior-train", "dropout 0", "", "original"): (5, 8),
    ("frame-encoder", "forward", "", "original"): (5, 10),
    ("frame-encoder", "forward and backward", "", "original"): (4, 7),
    ("sample-step", "batch 1", "bfloat16", ""): (1.6, 2.2),
    ("sample-step", "batch 4", "bfloat16", ""): (1.8, 2.5),
    ("attention-forward", "", "", ""): (1.05, 1.15),
    ("attention-both", "", "", ""): (1.05, 1.2),
    ("gelu-chain", "", "", ""): (3, 8),
    ("layer-norm", "", "", ""): (2, 3),
    ("adamw", "", "", ""): (1.05, 1.15),
    ("unet-train", "batch 16", "", ""): (1.8, 2.5),
    ("encoder-train", "batch 16", "", ""): (2.0, 2.5),
    ("student-train", "batch 16", "", ""): (2.0, 2.5),
    ("magvit-train", "batch 4", "", ""): (1.8, 2.3),
    ("masked-train", "batch 4, dropout 0", "", ""): (1.1, 1.2),
    ("masked-train", "batch 4, dropout 0.1", "", ""): (1.1, 2),
    ("masked-step", "batch 1", "", ""): (1.3, 1.6),
    ("masked-step", "batch 4", "", ""): (1.3, 1.6),
}
for _name, _goal in CONVOLUTIONS.items():
    for _pass in ("forward", "backward_input", "backward_weight"):
        if _goal:
            GOALS[_name, _pass, "", ""] = _goal

# Peak memory of ours over PyTorch's, for training steps.
MEMORY_GOAL = (0.6, 0.4)
MEMORY_CASES = (
    "tokenizer-train", "prior-train", *FRAME_TRAININGS, "magvit-train", "masked-train", "masked-step")


@dataclass
class Measurement:
    """Commands of one case: ours, then PyTorch's, each a process of its own."""
    name: str
    ours: list
    torch: list
    once: list = field(default_factory=list)  # PyTorch's of the first round only


def _paired(program, peer, what, forms, once=(), ours=("",)):
    """`what` for both sides, `ours` being further words of our side, a command each."""
    words = what.split()

    def command(form, more=""):
        return [peer, *words, "--form", form, *more.split()]

    return Measurement(
        what, [[program, *words, *more.split()] for more in ours], [command(f) for f in forms],
        [command(f, "--runs 1" if f in APART else "") for f in once])


def measurements():
    found = []
    for name in CONVOLUTIONS:
        found.append(Measurement(
            f"conv {name}", [["conv", "--json-only", "--runs", "5", "--only", name]],
            [["conv_torch.py", "--runs", "5", "--only", name]]))
    for name, forms in {
            "attention-forward": ("heads-first", "positions-first"),
            "attention-both": ("heads-first", "positions-first"),
            "gelu-chain": ("eager", "buffers-kept", "compiled"),
            "layer-norm": ("eager", "compiled"),
            "adamw": ("fused", "foreach", "compiled")}.items():
        runs = " --runs 5" if name.startswith("attention") else ""
        found.append(_paired("ops", "ops_torch.py", name + runs, forms))
    for part in ("encode", "decode", "train"):
        found.append(_paired(
            "models", "tokenizer_torch.py",
            f"tokenizer-{part} --runs {2 if part == 'train' else 5}", LAYOUTS, ("compiled",)))
    for name in FRAME_TRAININGS:
        found.append(_paired("models", "unet_torch.py", f"{name} --runs 5", LAYOUTS, ("compiled",)))
    for what, plain in MAGVIT.items():
        measured = [form + precision for form in plain for precision in ("", "-bfloat16")]
        found.append(_paired(
            "models", "magvit_torch.py", what, measured, [form + "-compiled" for form in measured]))
    for batch in (1, 4):
        found.append(_paired(
            "prior", "prior_torch.py", f"sample-step --batch {batch}",
            ("best", "best-compiled", "original"), ("best-bfloat16",),
            ours=("", "--storage bfloat16")))
    for passes in ("forward", "both"):
        found.append(_paired(
            "prior", "prior_torch.py", f"frame-encoder --pass {passes}", ("best", "original"),
            ("best-compiled",)))
    for dropout in ("0", "0.2"):
        found.append(_paired(
            "prior", "prior_torch.py", f"prior-train --dropout {dropout}",
            ("best", "best-compiled"), ("original",), ours=("", "--checkpointing")))
    return found
