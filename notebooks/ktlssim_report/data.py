"""What the page's script draws from: one JSON object, in which runs hold values only and what they are stands once.

    kind         run, runs, comparison or sweep
    parameters   names of what varies, of a sweep
    metrics      [name, unit] in the order of each run's `m`
    resources    names in the order of each run's `r`
    flame        of a comparison: [name, us a record of a, of b, callees]
    classes      names of thread classes, of each run's `c`; functions: [class, function], of its `f`
    settings     every setting of the first run, by JSON pointer; `set` of a run: those that differ
    runs         id, name, status, done, values; m: [mean, lo, hi, n, known90 lo, hi, known50 lo, hi]; r: [utilization, servers, us per record];
                 c: % of all CPUs; f: us per record; cpus: % of the time of each; bound (Gbit/s); limit; latency; series; failures; command; provenance
"""
import math

from . import flames, words


def rounded(value):
    """Six digits are enough to draw and to read; what is no number is null."""
    if words.missing(value) or isinstance(value, float) and not math.isfinite(value):
        return None
    return float(f"{value:.6g}") if isinstance(value, float) else value


def order(lists):
    """Each thing once, in the order in which it appears first."""
    return list(dict.fromkeys(thing for things in lists for thing in things))


def settings(effective, pointer=""):
    """Every value of a scenario by its JSON pointer."""
    if not isinstance(effective, (dict, list)) or not effective:
        return {pointer: effective}
    items = effective.items() if isinstance(effective, dict) else enumerate(effective)
    flat = {}
    for key, value in items:
        flat.update(settings(value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"))
    return flat


def metric(entry):
    if entry is None:
        return None
    mean = entry["mean"]
    lo, hi = (mean, mean) if entry.get("deterministic") else entry.get("ci95") or (None, None)
    known = [value for level in ("known90", "known50") for value in entry.get(level) or ([None, None] if entry.get("known50") else [])]
    return [rounded(value) for value in (mean, lo, hi, entry["n"], *known)]


def functions_of(run):
    sums = {}
    for thread in run.result["cpu"]["threads"]:
        for function, us in thread["functions"].items():
            if us:
                key = thread["class"], function
                sums[key] = sums.get(key, 0) + us
    return sums


def limit(run):
    bottleneck = run.result.get("bottleneck")
    return bottleneck and {"name": bottleneck["name"], "utilization": rounded(bottleneck["utilization"]),
                           "saturated": bottleneck["saturated"], "why": bottleneck["what_it_means"]}


def replications_done(run):
    return max((entry["n"] for entry in run.result["metrics"].values()), default=0)


def status(run):
    """In a word or two, as a table shows it."""
    done, failed, missing = replications_done(run), run.result.get("failures", []), run.result.get("missing", 0)
    if run.result.get("provenance", {}).get("interrupted"):
        return "interrupted"
    if not failed and not missing:
        return "done" if done else "not merged" if "provenance" not in run.result else "nothing ended"
    kinds = order([[failure["status"] for failure in failed], ["missing"] if missing else []])
    return (f"{len(failed) + missing} of {done + len(failed) + missing} " if done else "") + ", ".join(kinds)


def series(run):
    """Of the first replication there is: its columns."""
    if run.series is None or not len(run.series):
        return None
    rows = run.series[run.series["replication"] == run.series["replication"].min()].drop(columns="replication")
    return {column: [rounded(value) for value in rows[column]] for column in rows}


def latency(run):
    if run.latency is None or not len(run.latency):
        return None
    return [[rounded(value) for value in run.latency[column]] for column in ("latency_ready_us", "fraction")]


def run_data(index, run, bound, names, base):
    metrics, resources, classes, functions = names
    stations = {}
    for r in run.result["resources"]:
        stations.setdefault(r["name"], [rounded(r["utilization"]), rounded(r["servers"]), rounded(r["demand_us_per_record"])])
    spent = functions_of(run)
    shares = run.result["cpu"]["by_class"]
    own = settings(run.result["effective"])
    data = {
        "id": index, "name": run.name, "status": status(run), "done": replications_done(run), "values": run.values,
        "m": [metric(run.result["metrics"].get(name)) for name, _ in metrics],
        "r": [stations.get(name) for name in resources],
        "c": [rounded(shares.get(name)) for name in classes],
        "f": [rounded(float(f"{spent[key]:.4g}")) if key in spent else None for key in functions],
        "bound": rounded(bound), "limit": limit(run), "command": run.command,
        "failures": [[f.get("replication"), f["status"], f.get("diagnosis", "")] for f in run.result.get("failures", [])],
        "set": [[pointer, value] for pointer, value in own.items() if pointer not in base or base[pointer] != value],
        "unset": [pointer for pointer in base if pointer not in own],
    }
    extras = {"cpus": [rounded(float(f"{cpu['busy_percent']:.4g}")) for cpu in run.result.get("cpus") or [] if cpu["busy_percent"] is not None], "latency": latency(run), "series": series(run),
              "provenance": run.result.get("provenance")}
    data.update({key: value for key, value in extras.items() if value})
    return {key: value for key, value in data.items() if value not in (None, [], {})}


def of(study, found):
    """`found`: the tables of the study's runs."""
    runs = study.runs
    units = {name: entry["unit"] for run in runs for name, entry in run.result["metrics"].items()}
    resources = order([r["name"] for r in run.result["resources"]] for run in runs)
    classes = order(run.result["cpu"]["by_class"] for run in runs)
    functions = order(functions_of(run) for run in runs)
    base = settings(runs[0].result["effective"])
    names = list(units.items()), resources, classes, functions
    kind = "sweep" if study.manifest else "comparison" if study.comparison else "runs" if len(runs) > 1 else "run"
    flame = study.flame and flames.tree(study.flame, [(metric(run.result["metrics"].get("cpu_us_per_record")) or [None])[0] for run in runs])
    return {"kind": kind, "flame": flame or None, "title": study.title, "parameters": list(runs[0].values), "metrics": names[0],
            "resources": resources, "classes": classes, "functions": functions, "settings": base,
            "comparison": study.comparison,
            "runs": [run_data(i, run, bound, names, base) for i, (run, bound) in enumerate(zip(runs, found.points["bound_gbps"]))]}
