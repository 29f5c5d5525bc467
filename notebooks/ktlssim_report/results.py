"""Reads what `ktlssim run`, `compare` and `sweep` wrote, as pandas tables with one row per run and thing."""
import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile

import pandas


class BadInput(Exception):
    """What was given cannot be reported; the message names file and reason."""


@dataclasses.dataclass
class Run:
    name: str
    result: dict
    trace: dict | None
    values: dict = dataclasses.field(default_factory=dict)  # of a sweep's point: parameter and value
    latency: pandas.DataFrame | None = None  # latency.csv
    series: pandas.DataFrame | None = None  # series.csv


@dataclasses.dataclass
class Study:
    """What a directory holds: runs side by side, the two of a comparison, or the points of a sweep."""
    title: str
    runs: list
    comparison: dict | None = None
    manifest: dict | None = None  # of a sweep


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
    latency, series = (read_csv(path / file) if (path / file).exists() else None for file in ("latency.csv", "series.csv"))
    return Run(name, result, read_json(trace) if trace.exists() else None, latency=latency, series=series)


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


def read_study(directory):
    """Tells runs, comparisons and sweeps apart by their files."""
    directory = pathlib.Path(directory)
    if (directory / "comparison.json").exists():
        comparison = read_json(directory / "comparison.json")
        runs = [read_run(directory / side, side) for side in ("a", "b")]
        for run, name in zip(runs, side_names(comparison)):
            run.name = name
        return Study(f"{runs[0].name} against {runs[1].name}", runs, comparison=comparison)
    if (directory / "summary.csv").exists():
        return read_sweep(directory)
    runs = read_runs(directory)
    return Study(" / ".join(run.name for run in runs), runs)


def read_csv(path):
    try:
        return pandas.read_csv(path, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error


def short_names(pointers):
    """The last part of each JSON pointer, the whole pointer where that would be ambiguous."""
    last = [pointer.rsplit("/", 1)[-1] for pointer in pointers]
    return {p: name if last.count(name) == 1 else p for p, name in zip(pointers, last)}


def leading(points):
    """The columns that matter: those that vary, and that no single one before them determines."""
    kept = []
    for column in points.columns:
        varies = points[column].nunique(dropna=False) > 1
        if varies and not any((points.groupby(k, dropna=False)[column].nunique(dropna=False) == 1).all() for k in kept):
            kept.append(column)
    return kept


def read_sweep(directory):
    """Each point as a run whose result has the means over its replications."""
    directory = pathlib.Path(directory)
    summary, manifest = read_csv(directory / "summary.csv"), read_json(directory / "manifest.json")
    names = short_names(manifest["parameters"])
    if summary.empty:
        raise BadInput(f"{directory / 'summary.csv'}: no replication of any point is done")
    points = summary.drop_duplicates("point").set_index("point")[list(names)].rename(columns=names)
    varying = leading(points)
    runs = []
    for point, rows in summary.groupby("point", sort=True):
        values = {column: points.loc[point, column] for column in varying}
        label = ", ".join(f"{key} {value}" for key, value in values.items()) or manifest["sweep"]
        done = [read_json(path) for path in sorted((directory / "runs").glob(f"{point:05}-*.json"))]
        result = point_result([run for run in done if run["status"] == "done"], rows)
        result["effective"] = read_json(directory / "points" / f"{point:05}.json")
        runs.append(Run(label, result, None, values))
    return Study(manifest["sweep"], runs, manifest=manifest)


SATURATED, HARDWARE_FIRST = 0.9, 0.01  # kSaturated and kHardwareFirst of sim/experiment/summary.hpp


def point_result(done, rows):
    """In the form of result.json: metrics from the point's rows of summary.csv, the rest from its replications."""
    metrics = {}
    for row in rows.itertuples():
        interval = [row.ci95_lo, row.ci95_hi] if row.spread == "interval" else None
        metrics[row.metric] = {"mean": None if pandas.isna(row.mean) else row.mean, "ci95": interval, "n": row.n,
                               "unit": row.unit, "deterministic": row.spread == "deterministic"}
    cpu = pandas.DataFrame([row for run in done for row in run["cpu"]], columns=["class", "function", "busy_ns"])
    share = cpu.groupby(["class", "function"])["busy_ns"].sum() / max(1, cpu["busy_ns"].sum())
    threads = [{"class": c, "functions": {f: s * metrics["cpu_us_per_record"]["mean"] for (_, f), s in part.items()}}
               for c, part in share.groupby(level=0)]
    by_class = {c: s * metrics["cpu_percent"]["mean"] for c, s in share.groupby(level=0).sum().items()}
    stations = pandas.DataFrame([row for run in done for row in run["resources"]],
                                columns=["name", "kind", "servers", "demand_us_per_record", "utilization", "what_it_means"])
    resources = stations.groupby("name", sort=False).agg({
        "kind": "first", "servers": "first", "demand_us_per_record": "mean", "utilization": "mean",
        "what_it_means": "first"}).reset_index().to_dict("records")
    busiest = max(resources, default=None, key=lambda r: r["utilization"] + HARDWARE_FIRST * {
        "single_cpu": -1, "cpu": 0, "thread": 0}.get(r["kind"], 1))
    bottleneck = busiest and dict(busiest, saturated=busiest["utilization"] >= SATURATED)
    return {"metrics": metrics, "cpu": {"by_class": by_class, "threads": threads}, "resources": resources,
            "bottleneck": bottleneck}


def side_names(comparison):
    """Labels of `ktlssim compare` without what both have in common."""
    a, b = (comparison[side].split() for side in ("a", "b"))
    own = [" ".join(word for word in words if word not in other) for words, other in ((a, b), (b, a))]
    return own if all(own) else [comparison["a"], comparison["b"]]


def differences(study):
    """As `ktlssim compare` judged them: b minus a, pair by pair."""
    rows = []
    for name, metric in study.comparison["metrics"].items():
        difference = metric["difference"]
        lo, hi = difference.get("ci95") or (None, None)
        spread = "deterministic" if difference.get("deterministic") else "single" if lo is None else "interval"
        verdict = "proven" if difference["proven"] else "no difference proven at 95 %"
        rows.append((name, metric["unit"], metric["a"]["mean"], metric["b"]["mean"], difference["mean"],
                     spread_text(spread, lo, hi), difference["percent"], verdict))
    a, b = (run.name for run in study.runs)
    return pandas.DataFrame(rows, columns=["metric", "unit", a, b, "difference", "95 % interval", "%", "verdict"])


def bound_gbps(run):
    """What no run of this scenario can exceed, from `ktlssim bounds`; NaN where that does not take the scenario."""
    binary = os.environ.get("KTLSSIM")
    if run.result.get("bounds"):
        return run.result["bounds"]["throughput_gbps"]
    if binary is None:
        return float("nan")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as scenario:
        json.dump(run.result["effective"], scenario)
        scenario.flush()
        done = subprocess.run([binary, "bounds", scenario.name, "--format", "json"], capture_output=True, text=True)
    return json.loads(done.stdout)["throughput_gbps"] if done.returncode == 0 else float("nan")


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


@dataclasses.dataclass
class Tables:
    """What plots are made of. `points` has a row a run: its parameters, throughput, bound and what limits it."""
    points: pandas.DataFrame
    metrics: pandas.DataFrame
    resources: pandas.DataFrame
    by_class: pandas.DataFrame
    by_function: pandas.DataFrame

    @property
    def parameters(self):
        columns = list(self.points.columns)
        return columns[1:columns.index("throughput_gbps")]


def points(runs):
    rows = []
    for run in runs:
        bottleneck = run.result["bottleneck"] or {}
        means = {name: run.result["metrics"].get(name, {}).get("mean") for name in ("throughput_gbps", "cpu_percent")}
        rows.append(dict(run=run.name, **run.values, **means, bound_gbps=bound_gbps(run),
                         bottleneck=bottleneck.get("name"), utilization=bottleneck.get("utilization"),
                         saturated=bottleneck.get("saturated"), why=bottleneck.get("what_it_means")))
    return pandas.DataFrame(rows)


def tables(runs):
    return Tables(points(runs), metrics(runs), resources(runs), cpu_by_class(runs), cpu_by_function(runs))
