"""The tables of scripts/families.sh from the reports and logs in its folder, as Markdown.

    tables.py WORK --families F… --seeds S… --labels N… --ways W…

A cell is the mean over the seeds that are there; with several, ± the standard deviation.
"""
import argparse
import json
import pathlib
import statistics

OFFSETS = (1, 4, 8, 15)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=pathlib.Path)
    for name in ("families", "seeds", "labels", "ways"):
        parser.add_argument("--" + name, nargs="+", required=True)
    return parser.parse_args()


class Runs:
    """The reports of one kind of run, one for each seed that has one."""

    def __init__(self, work, name, seeds):
        self.folders = [work / f"{name}-{seed}" for seed in seeds]
        files = [folder.with_name(folder.name + ".json") for folder in self.folders]
        self.reports = [json.loads(f.read_text()) for f in files if f.exists() and f.stat().st_size]

    def cell(self, value, places):
        """The mean of a value of each report; a dash where none has it."""
        found = [value(report) for report in self.reports]
        return cell([v for v in found if isinstance(v, (int, float))], places)


def cell(values, places):
    if not values:
        return "–"
    text = f"{statistics.mean(values):.{places}f}"
    return text + (f" ± {statistics.stdev(values):.{places}f}" if len(values) > 1 else "")


def table(title, columns, rows):
    print(f"\n### {title}\n\n| " + " | ".join(map(str, columns)) + " |\n|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(c) for c in row) + " |")


def minutes(folder):
    """Of all sessions of a run, whose seconds grow within one."""
    total, last = 0.0, 0.0
    for line in (folder / "log.jsonl").read_text().splitlines():
        seconds = json.loads(line)["seconds"]
        total, last = (total + last if seconds < last else total), seconds
    return (total + last) / 60


def parameters(path, part):
    """The number of float32 parameters below a path of a safetensors file."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__", None)
    entries = (v["data_offsets"] for k, v in header.items() if k.startswith(part))
    return sum(end - start for start, end in entries) // 4


def trainings(arguments):
    rows = []
    for family in arguments.families:
        for kind in ("tokenizer", "prior"):
            folders = [f for f in Runs(arguments.work, f"{family}-{kind}", arguments.seeds).folders
                       if (f / "model.safetensors").exists()]
            if not folders:
                continue
            recipe = json.loads((folders[0] / "recipe.json").read_text())["recipe"]["optimization"]
            count = parameters(folders[0] / "model.safetensors", "" if kind == "tokenizer" else "prior.")
            rows.append([
                family, kind, count, f"{4 * count / 1e6:.1f}", recipe["steps"], recipe["batchSize"],
                cell([minutes(f) for f in folders], 1), len(folders)])
    table("Trainings", ["family", "part", "parameters", "MB", "steps", "batch", "minutes", "seeds"], rows)


def tokenizers(arguments, runs):
    def moving(name):
        return lambda report: (report.get("moving") or {}).get(name)

    columns = ["family", "PSNR", "SSIM", "PSNR, moving", "SSIM, moving", "moving share", "codes used",
               "perplexity"]
    table("Tokenizers", columns, [
        [f, r.cell(lambda x: x["psnr"], 2), r.cell(lambda x: x.get("ssim"), 3),
         r.cell(moving("psnr"), 2), r.cell(moving("ssim"), 3), r.cell(moving("share"), 3),
         r.cell(lambda x: x["codes_used"], 3), r.cell(lambda x: x["perplexity"], 0)]
        for f, r in runs.items()])
    length = max((x["length"] for r in runs.values() for x in r.reports), default=0)
    rows = []
    for family, r in runs.items():
        for label, find in (
                ("PSNR", lambda x: x["psnr_of_frames"]), ("SSIM", lambda x: x.get("ssim_of_frames")),
                ("PSNR, moving", lambda x: moving("psnr_of_frames")(x)),
                ("SSIM, moving", lambda x: moving("ssim_of_frames")(x))):
            places = 1 if label.startswith("PSNR") else 2
            values = [
                [v[i] for v in map(find, r.reports) if v and i < len(v) and isinstance(v[i], (int, float))]
                for i in range(length)]
            rows.append([family, label] + [f"{statistics.mean(v):.{places}f}" if v else "–" for v in values])
    table("Tokenizers by frame", ["family", "score", *range(length)], rows)


def priors(arguments, runs):
    columns = ["family", "nats per code", "code frequencies", "uniform", "codes of a clip",
               "bits per clip", "bits per pixel", "method"]
    table("Priors", columns, [
        [f, r.cell(lambda x: x["nll"], 3), r.cell(lambda x: x["nll_unigram"], 3),
         r.cell(lambda x: x["nll_uniform"], 3), r.cell(lambda x: x["token_count"] / x["window_count"], 0),
         r.cell(lambda x: x["bits_per_clip"], 0), r.cell(lambda x: x["bits_per_pixel"], 4),
         r.reports[0]["method"] if r.reports else "–"]
        for f, r in runs.items()])


def futures(arguments, runs):
    def at(offset, *path):
        def find(report):
            value = next((o for o in report["offsets"] if o["offset"] == offset), None)
            for name in path:
                value = value.get(name) if value else None
            return value
        return find

    columns = ["family", "frames ahead", "PSNR, mean", "best", "first frame", "SSIM, mean", "best",
               "first frame", "IoU moving, mean", "best", "another clip"]
    rows = [
        [f, offset] + [r.cell(at(offset, *path), places) for path, places in (
            (("psnr", "mean"), 2), (("psnr", "best"), 2), (("still_psnr",), 2),
            (("ssim", "mean"), 3), (("ssim", "best"), 3), (("still_ssim",), 3),
            (("moving_iou", "mean"), 3), (("moving_iou", "best"), 3), (("other_iou",), 3))]
        for offset in OFFSETS for f, r in runs.items()]
    table("Futures", columns, rows)
    seconds = {f: r.cell(lambda x: x["sampling"].get("seconds_of_one"), 2) for f, r in runs.items()}
    table("Seconds to sample a clip", ["family", "one sample", "of several, each", "samples", "threads"], [
        [f, seconds[f], r.cell(lambda x: x["sampling"]["seconds_per_sample"], 2),
         *(", ".join(sorted({str(key(x)) for x in r.reports})) or "–" for key in (
             lambda x: x["sample_count"], lambda x: x["sampling"]["threads"]))]
        for f, r in runs.items()])


def heads(arguments):
    rows = []
    for way in arguments.ways:
        for family in arguments.families:
            runs = [Runs(arguments.work, f"{family}-{way}-{n}", arguments.seeds) for n in arguments.labels]
            rows.append([family, way] + [r.cell(lambda x: x["per_image"]["iou"], 3) for r in runs])
    table("Heads, IoU per image", ["family", "encoder", *(f"{n} labels" for n in arguments.labels)], rows)


def main():
    arguments = parse()

    def runs(kind):
        return {f: Runs(arguments.work, f"{f}-{kind}", arguments.seeds) for f in arguments.families}

    trainings(arguments)
    tokenizers(arguments, runs("tokenizer"))
    priors(arguments, runs("prior"))
    futures(arguments, runs("futures"))
    heads(arguments)


if __name__ == "__main__":
    main()
