"""The table of peers/run-models: medians over the rounds; PyTorch in the layout that was faster."""
import json
import pathlib
import statistics
import sys


def read(folder, side):
    lines = [p.read_text().strip().splitlines()[-1] for p in sorted(pathlib.Path(folder).glob(f"{side}.*"))]
    records = [json.loads(line) for line in lines]
    step = statistics.median(r["step_s"] for r in records)
    peak = statistics.median(r["peak_mib"] for r in records)
    return step, peak, records[-1]


def main():
    folder = sys.argv[1]
    ours = read(folder, "ours")
    peers = {layout: read(folder, f"torch.{layout}") for layout in ("channels_last", "contiguous")}
    best = min(peers, key=lambda layout: peers[layout][0])
    print(f"# Gestalt: {ours[2]}")
    print(f"# PyTorch {peers[best][2]['version']}, {ours[2]['threads']} threads, fastest layout: {best}")
    print(f"{'':28}{'seconds a step':>15}{'peak MiB':>10}")
    print(f"{'Gestalt':28}{ours[0]:15.2f}{ours[1]:10.0f}")
    for layout, (step, peak, _) in peers.items():
        print(f"{'PyTorch ' + layout:28}{step:15.2f}{peak:10.0f}")
    step, peak, _ = peers[best]
    print(f"Gestalt / PyTorch: time {ours[0] / step:.2f}, memory {ours[1] / peak:.2f}")


if __name__ == "__main__":
    main()
