"""What the PyTorch programs share: arguments, timing and the line that they print.

The fields of the line stand in Benchmarks/README.md.
"""
import argparse
import json
import resource
import signal
import statistics
import time

import torch

COMPILING_SECONDS = 900


def parser(cases, forms, runs):
    """Arguments of a program that measures one case in one form in a process of its own."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("case", choices=cases)
    arguments.add_argument("--form", choices=forms, default=forms[0])
    arguments.add_argument("--runs", type=int, default=runs)
    arguments.add_argument("--threads", type=int, default=2)
    return arguments


def begin(arguments):
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)


def seconds(runs, body, warm_ups=1):
    """Times of `runs` calls, after some that are not measured."""
    for _ in range(warm_ups):
        body()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return times


def report(arguments, times, variant="", form=None, case=None, **more):
    """Prints one line; `times` in seconds, or one number for their mean or median."""
    one = times if isinstance(times, float) else statistics.median(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "side": "torch", "version": torch.__version__, "case": case or arguments.case,
        "variant": variant, "form": form or arguments.form, "threads": arguments.threads,
        "runs": arguments.runs, "dtype": "float32", "seconds": one, **more,
        "peak_mib": round(peak, 1)}), flush=True)


def _too_long(*_):
    raise TimeoutError(f"not compiled and measured within {COMPILING_SECONDS} s")


def run(measure, arguments):
    """Calls `measure`; where compiling is not possible, says so instead of failing."""
    begin(arguments)
    if not arguments.form.endswith("compiled"):
        measure(arguments)
        return
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(COMPILING_SECONDS)
    try:
        measure(arguments)
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        print(json.dumps({
            "side": "torch", "version": torch.__version__, "case": arguments.case,
            "form": arguments.form, "untried": f"{type(error).__name__}: {''.join(first)[:200]}"}))


def laid_out(form, *things):
    """Modules and tensors with channels last, unless the form is contiguous."""
    if form == "contiguous":
        return things
    return tuple(_channels_last(thing) for thing in things)


def _channels_last(thing):
    tensors = [thing] if isinstance(thing, torch.Tensor) else list(thing.parameters())
    rank = max(t.dim() for t in tensors)
    memory = torch.channels_last_3d if rank == 5 else torch.channels_last
    return thing.to(memory_format=memory)
