"""Pandas tables of runs, with a row a run and thing: what plots, pages and notebooks are made of."""
import dataclasses

import pandas

from .words import plain, spread

__all__ = ["Tables", "bound_gbps", "cpu_by_class", "cpu_by_function", "metrics", "of", "points", "resources"]
NAN = float("nan")
KNOWN = ["known90_lo", "known90_hi", "known50_lo", "known50_hi"]  # columns that metrics() has where there is an ensemble


def bound_gbps(run):
    """What no run of this scenario can exceed; NaN where the result does not know."""
    return known((run.result.get("bounds") or {}).get("throughput_gbps"))


def known(value):
    return NAN if value is None else value


def metrics(runs):
    """lo and hi bound the 95 % interval; equal to the mean where nothing is random, NaN for a single replication."""
    rows = []
    for run in runs:
        for name, metric in run.result["metrics"].items():
            mean = known(metric["mean"])
            if metric.get("deterministic"):
                kind, lo, hi = "deterministic", mean, mean
            elif metric.get("ci95"):
                kind, (lo, hi) = "interval", map(known, metric["ci95"])
            else:
                kind, lo, hi = "single", NAN, NAN
            rows.append((run.name, name, mean, lo, hi, spread(kind, lo, hi, plain), metric["n"], metric["unit"]))
    table = pandas.DataFrame(rows, columns=["run", "metric", "mean", "lo", "hi", "95 % interval", "n", "unit"])
    entries = [metric for run in runs for metric in run.result["metrics"].values()]
    if any(entry.get("known90") for entry in entries):
        table["all that is not known, 90 %"] = [
            spread("interval", *entry["known90"], plain) if entry.get("known90") else "" for entry in entries]
        for column in KNOWN:
            ranges = [entry.get(column[:-3]) or (NAN, NAN) for entry in entries]
            table[column] = [one[column.endswith("hi")] for one in ranges]
    return table


def cpu_by_class(runs):
    rows = [(run.name, thread_class, percent)
            for run in runs for thread_class, percent in run.result["cpu"]["by_class"].items() if percent is not None]
    return pandas.DataFrame(rows, columns=["run", "class", "percent of all CPUs"])


def cpu_by_function(runs):
    rows = [(run.name, thread["class"], function, us)
            for run in runs for thread in run.result["cpu"]["threads"]
            for function, us in thread["functions"].items() if us is not None]
    table = pandas.DataFrame(rows, columns=["run", "class", "function", "us per record"]).astype({"us per record": float})
    return table.groupby(["run", "class", "function"], as_index=False)["us per record"].sum()


def resources(runs):
    """The ceiling: by the utilization law, what the run's throughput would be if this resource were always busy."""
    rows = []
    for run in runs:
        throughput = run.result["metrics"].get("throughput_gbps", {}).get("mean")
        for r in run.result["resources"]:
            ceiling = throughput / r["utilization"] if r["utilization"] and throughput is not None else NAN
            rows.append((run.name, r["name"], r["servers"], r["demand_us_per_record"], r["utilization"], ceiling))
    return pandas.DataFrame(rows, columns=["run", "resource", "servers", "us per record", "utilization", "ceiling Gbit/s"])


@dataclasses.dataclass
class Tables:
    """`points` has a row a run: its parameters, throughput, bound and what limits it."""
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
        bottleneck = run.result.get("bottleneck") or {}
        means = {name: run.result["metrics"].get(name, {}).get("mean") for name in ("throughput_gbps", "cpu_percent")}
        rows.append(dict(run=run.name, **run.values, **means, bound_gbps=bound_gbps(run),
                         bottleneck=bottleneck.get("name"), utilization=bottleneck.get("utilization"),
                         saturated=bottleneck.get("saturated"), why=bottleneck.get("what_it_means")))
    return pandas.DataFrame(rows)


def of(runs):
    return Tables(points(runs), metrics(runs), resources(runs), cpu_by_class(runs), cpu_by_function(runs))
