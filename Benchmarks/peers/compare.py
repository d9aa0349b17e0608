"""The table of peers/run from its JSON lines: `compare.py FILE`.

A row for every case and, below it, for every form of PyTorch's that is not its best but worth knowing.
Times are medians over the rounds. The ratio is PyTorch's time over ours, median over the rounds in
which both were measured; ± is half the distance between the quartiles, of three rounds or fewer half
the whole range. `mem` is our peak memory over PyTorch's.
"""
import json
import pathlib
import statistics
import sys

import cases

COLUMNS = ("case", "Gestalt ms", "PyTorch ms", "PyTorch's form", "ratio", "±%", "goal", "",
           "Gestalt MiB", "PyTorch MiB", "mem")


def spread(values):
    """As a share of the median."""
    if len(values) < 2:
        return None
    values = sorted(values)
    if len(values) < 4:
        half = (values[-1] - values[0]) / 2
    else:
        first, _, third = statistics.quantiles(values, n=4, method="inclusive")
        half = (third - first) / 2
    return half / statistics.median(values)


class Side:
    """The records of one case in one form."""

    def __init__(self, records):
        self.seconds = {r["round"]: r["seconds"] for r in records}
        self.median = statistics.median(self.seconds.values())
        self.peak = statistics.median(r["peak_mib"] for r in records)


def groups(records):
    """Sides by case and variant, and below that by form."""
    found = {"gestalt": {}, "torch": {}}
    for record in records:
        if "seconds" in record:
            form = record.get("form", "")
            form = "" if record["side"] == "gestalt" and form == "float32" else form
            key = (record["case"], record["variant"])
            found[record["side"]].setdefault(key, {}).setdefault(form, []).append(record)
    return [{key: {form: Side(r) for form, r in forms.items()} for key, forms in side.items()}
            for side in found.values()]


def verdict(value, goal, lower=False):
    """Whether a goal is reached: with `aim`, with `least`, or by how much it is missed."""
    if goal is None:
        return ""
    least, aim = goal
    reached = (lambda bound: value <= bound) if lower else (lambda bound: value >= bound)
    return "aim" if reached(aim) else "met" if reached(least) else "missed"


def row(key, form, ours, name, peer, goal):
    case, variant = key
    common = sorted(ours.seconds.keys() & peer.seconds.keys())
    ratios = [peer.seconds[r] / ours.seconds[r] for r in common]
    ratio = statistics.median(ratios) if ratios else peer.median / ours.median
    width = spread(ratios)
    memory = ours.peak / peer.peak
    memory_goal = cases.MEMORY_GOAL if case in cases.MEMORY_CASES and name not in cases.APART else None
    judged = verdict(memory, memory_goal, lower=True)
    label = ", ".join(word for word in (case, variant, form) if word)
    return (label, f"{ours.median * 1e3:.2f}", f"{peer.median * 1e3:.2f}", name, f"{ratio:.2f}",
            "" if width is None else f"{width * 100:.0f}",
            f"{goal[0]:g} · {goal[1]:g}" if goal else "", verdict(ratio, goal),
            f"{ours.peak:.0f}", f"{peer.peak:.0f}", f"{memory:.2f}" + (f" {judged}" if judged else ""))


def rows(records):
    ours, torch = groups(records)
    for key, forms in ours.items():
        peers = torch.get(key, {})
        competing = {f: p for f, p in peers.items() if f not in cases.APART}
        for form, side in forms.items():
            if competing:
                best = min(competing, key=lambda f: competing[f].median)
                goal = cases.GOALS.get((*key, form, ""))
                yield row(key, form, side, best, competing[best], goal)
            for apart in (f for f in cases.APART if f in peers):
                yield row(key, form, side, apart, peers[apart], cases.GOALS.get((*key, form, apart)))


def table(path):
    records = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    machine = next((r["machine"] for r in reversed(records) if "machine" in r), [])
    torch = next((r["version"] for r in records if r.get("side") == "torch"), "not measured")
    rounds = len({r["round"] for r in records if "round" in r})
    for line in machine:
        if not line.startswith(("features", "memory")):
            print(f"# {line}")
    print(f"# PyTorch {torch}; {rounds} rounds, both sides in turns; ratio: PyTorch's time / Gestalt's\n")
    print("| " + " | ".join(COLUMNS) + " |\n" + "|" + "---|" * len(COLUMNS))
    every = list(rows(records))
    for cells in every:
        print("| " + " | ".join(cells) + " |")
    counts = {word: sum(cells[7] == word for cells in every) for word in ("aim", "met", "missed")}
    print(f"\nGoals: {counts['aim']} reached the aim, {counts['met']} at least, {counts['missed']} missed.")
    forms = sorted({(r["case"], r["form"], r["untried"]) for r in records if "untried" in r})
    for case, form, reason in forms:
        print(f"\n{case}: PyTorch's form {form} could not be tried: {reason}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FILE")
    table(sys.argv[1])
