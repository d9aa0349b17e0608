"""Writes codebook.json: training passes of a vector-quantization codebook in double precision.

The rules are those of VideoGPT's `vqvae.py` (class Codebook), written anew in plain Python from their
description: nearest row, commitment loss 0.25 * mean((z - e)^2), perplexity of the batch, moving averages
N and S with decay g, rows S / N-hat with N-hat = (N + 1e-7) / (sum(N) + K * 1e-7) * sum(N), and rows with
N < 1 taken from the batch in the order of a permutation. Run: python3 make_codebook.py
"""
import json
import math
import os
import random

CODES, WIDTH, LATENTS, STEPS, DECAY, COMMITMENT = 5, 3, 6, 6, 0.75, 0.25


def run(seed):
    draw = random.Random(seed)
    # Multiples of 1/64, so that float32 holds them exactly.
    number = lambda: draw.randint(-128, 128) / 64
    rows = [[number() for _ in range(WIDTH)] for _ in range(CODES)]
    usage = [draw.randint(32, 128) / 64 for _ in range(CODES)]
    sums = [[x * n for x in row] for row, n in zip(rows, usage)]
    result = {
        "decay": DECAY, "commitment": COMMITMENT,
        "start": {"embeddings": rows, "usage": usage, "sums": sums}, "steps": [],
    }
    restarts, margin = 0, math.inf
    for _ in range(STEPS):
        latents = [[number() for _ in range(WIDTH)] for _ in range(LATENTS)]
        order = list(range(LATENTS))
        draw.shuffle(order)
        codes, error = [], 0.0
        for z in latents:
            distances = [sum((a - b) ** 2 for a, b in zip(z, e)) for e in rows]
            codes.append(distances.index(min(distances)))
            error += min(distances)
            near = sorted(distances)
            margin = min(margin, near[1] - near[0])
        counts = [codes.count(k) for k in range(CODES)]
        shares = [n / LATENTS for n in counts]
        perplexity = math.exp(-sum(p * math.log(p + 1e-10) for p in shares))
        usage = [DECAY * n + (1 - DECAY) * c for n, c in zip(usage, counts)]
        sums = [
            [
                DECAY * s + (1 - DECAY) * sum(z[d] for z, c in zip(latents, codes) if c == k)
                for d, s in enumerate(sums[k])
            ]
            for k in range(CODES)
        ]
        total = sum(usage)
        smoothed = [(n + 1e-7) / (total + CODES * 1e-7) * total for n in usage]
        rows = [
            [s / smoothed[k] for s in sums[k]] if usage[k] >= 1 else latents[order[k]]
            for k in range(CODES)
        ]
        restarts += sum(n < 1 for n in usage)
        margin = min(margin, min(abs(n - 1) for n in usage))
        result["steps"].append({
            "latents": latents, "permutation": order, "codes": codes,
            "loss": COMMITMENT * error / (LATENTS * WIDTH), "perplexity": perplexity,
            "embeddings": rows, "usage": usage, "sums": sums, "restarts": sum(n < 1 for n in usage),
        })
    return result, restarts, margin


# Nothing may hang on rounding: no tie, no usage at the threshold; some rows restart, most do not.
for seed in range(10_000):
    result, restarts, margin = run(seed)
    if margin > 0.02 and 4 <= restarts <= CODES * STEPS // 2:
        break
else:
    raise SystemExit("no run without near ties")
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "codebook.json")
with open(path, "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
print(f"seed {seed}: {restarts} restarts, margin {margin:.3f}")
