"""The table of peers/run-prior from its JSON lines: medians over the rounds, a row for every form of
PyTorch's, and ratios PyTorch over Gestalt: above 1 Gestalt is faster, or takes less memory.
"""
import json
import pathlib
import statistics
import sys

COLUMNS = (
    "case", "PyTorch form", "Gestalt s", "PyTorch s", "time ratio", "Gestalt MiB", "PyTorch MiB",
    "memory ratio")


def number(value):
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def main():
    records = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    groups = {}
    for record in records:
        form = "" if record["side"] == "gestalt" else record["form"]
        groups.setdefault((record["case"], record["variant"], record["side"], form), []).append(record)

    def median(key, field):
        return statistics.median(record[field] for record in groups[key])

    torch = [r for r in records if r["side"] == "torch"]
    threads = sorted({record["threads"] for record in records})
    print(f"PyTorch {torch[-1]['version'] if torch else '-'}, threads {', '.join(map(str, threads))};"
          " times are medians, ratios PyTorch / Gestalt.\n")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for key in groups:
        case, variant, side, form = key
        own = (case, variant, "gestalt", "")
        if side != "torch" or own not in groups:
            continue
        times, peaks = ([median(k, field) for k in (own, key)] for field in ("seconds", "peak_mib"))
        print(f"| {case}, {variant} | {form} | {number(times[0])} | {number(times[1])}"
              f" | {times[1] / times[0]:.2f} | {peaks[0]:.0f} | {peaks[1]:.0f} | {peaks[1] / peaks[0]:.2f} |")
    lonely = [k for k in groups if k[2] == "gestalt" and not any(
        o[:2] == k[:2] and o[2] == "torch" for o in groups)]
    for case, variant, *_ in lonely:
        print(f"\n{case}, {variant}: no peer was measured")


if __name__ == "__main__":
    main()
