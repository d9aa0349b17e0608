"""The table of peers/run: medians over the rounds, and their ratios."""
import json
import pathlib
import statistics
import sys


def read(folder, side):
    header, times = {}, {}
    for path in sorted(pathlib.Path(folder).glob(f"{side}.*")):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if "case" not in record:
                header = record
                continue
            times.setdefault((record["case"], record["pass"]), []).append(record)
    return header, times


def main():
    folder = sys.argv[1]
    ours_header, ours = read(folder, "ours")
    torch_header, torch = read(folder, "torch")
    print(f"# Gestalt: {ours_header}")
    print(f"# PyTorch: {torch_header}")
    print(f"{'case':30}{'pass':17}{'Gestalt ms':>11}{'PyTorch ms':>11}{'PyTorch / Gestalt':>19}  layout")
    for key, records in ours.items():
        if key not in torch:
            continue
        mine = statistics.median(r["ms"] for r in records)
        other = statistics.median(r["ms"] for r in torch[key])
        layout = torch[key][-1]["layout"]
        print(f"{key[0]:30}{key[1]:17}{mine:11.2f}{other:11.2f}{other / mine:19.2f}  {layout}")


if __name__ == "__main__":
    main()
