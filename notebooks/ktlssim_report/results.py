"""Reads what `ktlssim run --out DIR` wrote, as pandas tables with one row per run and thing."""
import dataclasses
import json
import pathlib

import pandas


class BadInput(Exception):
    """What was given cannot be reported; the message names file and reason."""


@dataclasses.dataclass
class Run:
    name: str
    result: dict
    trace: dict | None


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error


def read_run(path, name):
    result = read_json(path / "result.json")
    if not isinstance(result, dict):
        raise BadInput(f"{path / 'result.json'}: not an object")
    missing = [key for key in ("scenario", "metrics", "cpu", "resources", "effective", "provenance") if key not in result]
    if missing:
        raise BadInput(f"{path / 'result.json'}: not a result of ktlssim run: no {', '.join(missing)}")
    trace = path / "trace.json"
    return Run(name, result, read_json(trace) if trace.exists() else None)


def read_runs(directory):
    """The run in `directory`, or the runs in its subdirectories, in order of their names."""
    directory = pathlib.Path(directory)
    if (directory / "result.json").exists():
        return [read_run(directory, read_json(directory / "result.json").get("scenario", directory.name))]
    found = sorted(path.parent for path in directory.glob("*/result.json"))
    if not found:
        raise BadInput(f"{directory}: neither result.json nor subdirectories with one: expected what "
                       "`ktlssim run SCENARIO --out DIR` writes")
    return [read_run(path, path.name) for path in found]


NO_INTERVAL = "no interval (n = 1)"


def spread_text(spread, lo, hi):
    """What is known about the spread of a mean, for a reader."""
    if spread == "interval":
        return f"{lo:.4g} to {hi:.4g}"
    return NO_INTERVAL if spread == "single" else "exact: nothing random"


def metrics(runs):
    """lo and hi bound the 95 % interval; equal to the mean where nothing is random, NaN for a single replication."""
    rows = []
    for run in runs:
        for name, metric in run.result["metrics"].items():
            mean = float("nan") if metric["mean"] is None else metric["mean"]
            if metric.get("deterministic"):
                spread, lo, hi = "deterministic", mean, mean
            elif metric.get("ci95"):
                spread, (lo, hi) = "interval", metric["ci95"]
            else:
                spread, lo, hi = "single", float("nan"), float("nan")
            rows.append((run.name, name, mean, lo, hi, spread_text(spread, lo, hi), metric["n"], metric["unit"]))
    return pandas.DataFrame(rows, columns=["run", "metric", "mean", "lo", "hi", "95 % interval", "n", "unit"])


def cpu_by_class(runs):
    rows = [(run.name, thread_class, percent)
            for run in runs for thread_class, percent in run.result["cpu"]["by_class"].items()]
    return pandas.DataFrame(rows, columns=["run", "class", "percent of all CPUs"])


def cpu_by_function(runs):
    rows = [(run.name, thread["class"], function, us)
            for run in runs for thread in run.result["cpu"]["threads"]
            for function, us in thread["functions"].items() if us is not None]
    table = pandas.DataFrame(rows, columns=["run", "class", "function", "us per record"])
    return table.groupby(["run", "class", "function"], as_index=False).sum()


def resources(runs):
    """ceiling_gbps: by the utilization law, what the run's throughput would be if this resource were always busy."""
    rows = []
    for run in runs:
        throughput = run.result["metrics"]["throughput_gbps"]["mean"]
        for r in run.result["resources"]:
            ceiling = throughput / r["utilization"] if r["utilization"] and throughput is not None else float("nan")
            rows.append((run.name, r["name"], r["servers"], r["demand_us_per_record"], r["utilization"], ceiling))
    return pandas.DataFrame(rows, columns=["run", "resource", "servers", "us per record", "utilization", "ceiling Gbit/s"])
