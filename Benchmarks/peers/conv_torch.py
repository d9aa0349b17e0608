"""The convolutions of Benchmarks/Sources/conv in PyTorch: the same cases, JSON lines.

Each pass is timed in both memory layouts, and the better one counts.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

# name, input [N, spatial..., C], kernel, output channels, stride, transposed
CASES = [
    ("64-64 k3 16x64x64", [1, 16, 64, 64, 64], [3, 3, 3], 64, 1, False),
    ("240-240 k3 4x32x32 b2", [2, 4, 32, 32, 240], [3, 3, 3], 240, 1, False),
    ("240-120 k3 4x32x32 b2", [2, 4, 32, 32, 240], [3, 3, 3], 120, 1, False),
    ("120-240 k4 s2 8x32x32 b2", [2, 8, 32, 32, 120], [4, 4, 4], 240, 2, False),
    ("3-240 k4 s2 16x64x64 b2", [2, 16, 64, 64, 3], [4, 4, 4], 240, 2, False),
    ("120-240 k1 4x32x32 b2", [2, 4, 32, 32, 120], [1, 1, 1], 240, 1, False),
    ("32-32 k3 64x64 b16", [16, 64, 64, 32], [3, 3], 32, 1, False),
    ("128-128 k3 16x16 b16", [16, 16, 16, 128], [3, 3], 128, 1, False),
    ("240-240 k4 s2 transposed b2", [2, 4, 16, 16, 240], [4, 4, 4], 240, 2, True),
    ("240-3 k4 s2 transposed b2", [2, 8, 32, 32, 240], [4, 4, 4], 3, 2, True),
]


def sample(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator) * 2 - 1


def median_time(body, runs):
    body()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def passes(case, layout, runs):
    _, shape, kernel, outputs, stride, transposed = case
    batch, *spatial, inputs = shape
    rank = len(kernel)
    x = sample([batch, inputs, *spatial], 1)
    first = (inputs, outputs) if transposed else (outputs, inputs)
    weight = sample([*first, *kernel], 2)
    bias = sample([outputs], 3)
    if layout == "channels_last":
        memory = torch.channels_last_3d if rank == 3 else torch.channels_last
        x, weight = x.to(memory_format=memory), weight.to(memory_format=memory)
    # The kernels here pad the same number on both sides.
    padding = [(k - stride) // 2 for k in kernel]
    name = f"conv_transpose{rank}d" if transposed else f"conv{rank}d"

    def run(x, w, b):
        return getattr(F, name)(x, w, b, stride=stride, padding=padding)

    with torch.no_grad():
        cotangent = torch.rand_like(run(x, weight, bias))

    def backward(mask):
        return torch.ops.aten.convolution_backward(
            cotangent, x, weight, None, [stride] * rank, padding, [1] * rank, transposed,
            [0] * rank, 1, mask)

    def step():
        leaves = [t.detach().requires_grad_() for t in (x, weight, bias)]
        run(*leaves).backward(cotangent)

    with torch.no_grad():
        times = {
            "forward": median_time(lambda: run(x, weight, None), runs),
            "backward_input": median_time(lambda: backward([True, False, False]), runs),
            "backward_weight": median_time(lambda: backward([False, True, False]), runs),
        }
    times["step"] = median_time(step, runs)
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(json.dumps({
        "side": "torch", "version": torch.__version__, "threads": torch.get_num_threads(),
        "mkldnn": torch.backends.mkldnn.is_available()}), flush=True)
    for case in CASES:
        if arguments.only not in case[0]:
            continue
        layouts = {name: passes(case, name, arguments.runs)
                   for name in ("channels_last", "contiguous")}
        for name in ("forward", "backward_input", "backward_weight", "step"):
            best = min(layouts, key=lambda layout: layouts[layout][name])
            print(json.dumps({
                "case": case[0], "pass": name, "ms": layouts[best][name] * 1e3,
                "layout": best}), flush=True)


if __name__ == "__main__":
    main()
