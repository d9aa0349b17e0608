"""The convolutions of Benchmarks/Sources/Kernels in PyTorch: the same cases, in both memory layouts."""
import argparse

import torch
import torch.nn.functional as F

import peer

# name, input [N, spatial..., C], kernel, output channels, stride, transposed
CASES = [
    ("240-240 k3 4x32x32 b2", [2, 4, 32, 32, 240], [3, 3, 3], 240, 1, False),
    ("240-120 k3 4x32x32 b2", [2, 4, 32, 32, 240], [3, 3, 3], 120, 1, False),
    ("128-128 k3 16x32x32", [1, 16, 32, 32, 128], [3, 3, 3], 128, 1, False),
    ("64-64 k3 16x64x64", [1, 16, 64, 64, 64], [3, 3, 3], 64, 1, False),
    ("32-32 k3 64x64 b16", [16, 64, 64, 32], [3, 3], 32, 1, False),
    ("64-64 k3 32x32 b16", [16, 32, 32, 64], [3, 3], 64, 1, False),
    ("128-128 k3 16x16 b16", [16, 16, 16, 128], [3, 3], 128, 1, False),
    ("120-240 k4 s2 8x32x32 b2", [2, 8, 32, 32, 120], [4, 4, 4], 240, 2, False),
    ("3-240 k4 s2 16x64x64 b2", [2, 16, 64, 64, 3], [4, 4, 4], 240, 2, False),
    ("240-240 k4 s2 transposed b2", [2, 4, 16, 16, 240], [4, 4, 4], 240, 2, True),
    ("240-3 k4 s2 transposed b2", [2, 8, 32, 32, 240], [4, 4, 4], 3, 2, True),
    ("120-240 k1 4x32x32 b2", [2, 4, 32, 32, 120], [1, 1, 1], 240, 1, False),
]


def sample(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator) * 2 - 1


def passes(case, form):
    """The passes of one case, by name."""
    _, shape, kernel, outputs, stride, transposed = case
    batch, *spatial, inputs = shape
    rank = len(kernel)
    first = (inputs, outputs) if transposed else (outputs, inputs)
    x, weight = peer.laid_out(form, sample([batch, inputs, *spatial], 1), sample([*first, *kernel], 2))
    bias = sample([outputs], 3)
    # The kernels here pad the same number on both sides.
    padding = [(k - stride) // 2 for k in kernel]
    name = f"conv_transpose{rank}d" if transposed else f"conv{rank}d"

    def run(x, w, b):
        return getattr(F, name)(x, w, b, stride=stride, padding=padding)

    with torch.no_grad():
        cotangent = torch.rand_like(run(x, weight, bias))

    def forward():
        with torch.inference_mode():
            run(x, weight, None)

    def backward(mask):
        with torch.no_grad():
            torch.ops.aten.convolution_backward(
                cotangent, x, weight, None, [stride] * rank, padding, [1] * rank, transposed,
                [0] * rank, 1, mask)

    def step():
        leaves = [t.detach().requires_grad_() for t in (x, weight, bias)]
        run(*leaves).backward(cotangent)

    return {
        "forward": forward,
        "backward_input": lambda: backward([True, False, False]),
        "backward_weight": lambda: backward([False, True, False]),
        "step": step,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    peer.begin(arguments)
    for case in CASES:
        if arguments.only in case[0]:
            for form in ("channels_last", "contiguous"):
                for name, body in passes(case, form).items():
                    peer.report(
                        arguments, peer.seconds(arguments.runs, body), name, form, case[0])


if __name__ == "__main__":
    main()
