"""Reads a sweep: each point as a run whose result has the means over its replications."""
import hashlib
import json
import pathlib
import shlex

import pandas

from .files import BadInput, Changed, check, read_bytes, read_sealed
from .progress import told
from .words import counted, missing

MOST_POINTS = 5000  # three minutes and a gigabyte, and more pictures than anybody looks at
SATURATED, HARDWARE_FIRST = 0.9, 0.01  # kSaturated and kHardwareFirst of sim/experiment/summary.hpp
NO_SUMMARY = pandas.DataFrame(columns=["point", "metric", "unit", "mean", "ci95_lo", "ci95_hi", "n", "spread"])


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


def same(value, text):
    """Whether a setting of the manifest is what `text` says on a command line, where "1.2" needs no quotes."""
    if isinstance(value, str):
        return text in (value, json.dumps(value))
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return told == value and isinstance(told, bool) == isinstance(value, bool)


def chosen_points(directory, manifest, where):
    """Numbers of the points that have all settings of `where`: ["/POINTER=VALUE"]. A page holds MOST_POINTS of them."""
    points = list(range(manifest["points"]))
    rows, pointers = manifest["values"], manifest["parameters"]
    for setting in where:
        pointer, _, text = setting.partition("=")
        if pointer not in pointers or "=" not in setting:
            raise BadInput(f"--where {setting}: expected /POINTER=VALUE of what varies in {directory}: {', '.join(pointers) or 'nothing'}")
        column = pointers.index(pointer)
        left = [point for point in points if same(rows[point][column], text)]
        if not left:
            there = sorted({json.dumps(rows[point][column]) for point in points}, key=lambda value: (len(value), value))
            which = "no point of those" if len(points) < len(rows) else "no point"
            raise BadInput(f"--where {setting}: {which} has it: there are {', '.join(there[:8])}{', ...' if len(there) > 8 else ''}")
        points = left
    if len(points) > MOST_POINTS:
        counts = [(pointer, len({json.dumps(rows[point][i]) for point in points})) for i, pointer in enumerate(pointers)]
        varying = ", ".join(f"{pointer} ({count})" for pointer, count in counts if count > 1)
        raise BadInput(f"{directory}: {len(points)} points, and a page holds {MOST_POINTS}. --where /POINTER=VALUE takes those with one "
                       f"value of {varying}; summary.csv has all of them")
    return points


def summary_of(path, points):
    """The rows of these points, of a table that may be too large to be held."""
    try:
        check(path)
        parts = [part[part["point"].isin(points)] for part in
                 pandas.read_csv(path, keep_default_na=False, na_values=[""], chunksize=100_000)]
    except KeyError as error:
        raise BadInput(f"{path}: it has no column {error}") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error.strerror if isinstance(error, OSError) else error}") from error
    return pandas.concat(parts) if parts else NO_SUMMARY


def read(directory, where=()):
    """(manifest, what a results.Run of each point takes, notes), of the points that have all settings of `where`."""
    directory = pathlib.Path(directory)
    manifest = read_sealed(directory / "manifest.json")
    try:
        names = short_names(manifest["parameters"])
        rows = [[json.dumps(value) if isinstance(value, (dict, list)) else value for value in row] for row in manifest["values"]]
        values = pandas.DataFrame(rows, columns=list(names.values()), dtype=object).infer_objects()
        replications = manifest["replications"]
        chosen = chosen_points(directory, manifest, where)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{directory / 'manifest.json'}: not the manifest of a sweep: {error}") from error
    again = f"`ktlssim merge {shlex.quote(str(directory))}`"
    summary, notes = NO_SUMMARY, []
    if not (directory / "summary.csv").exists():
        notes.append(f"Its parts were not merged, so there are no means: {again}.")
    else:
        try:
            summary = summary_of(directory / "summary.csv", chosen)
        except BadInput as error:
            notes.append(f"There are no means: {error}. {again} makes it anew.")
    ended, unreadable = replications_of(directory, set(chosen))
    if unreadable:
        notes.append(f"Left out: {counted(len(unreadable), 'file')} of replications that cannot be read, or changed after they were written: {', '.join(unreadable)}.")
    if not ended:
        raise BadInput(f"{directory}: no replication of any point has ended" + (f" of those with {' and '.join(where)}" if where else ""))
    points = values.loc[chosen] if len(names) else pandas.DataFrame(index=chosen)
    if where:
        notes.append(f"{len(chosen)} of {manifest['points']} points: those with {' and '.join(where)}.")
    varying = leading(points)
    by_point = dict(list(summary.groupby("point"))) if len(summary) else {}
    runs = []
    for point in told(chosen, "points", len(chosen)):
        own = {column: points.loc[point, column] for column in varying}
        own = {key: value.item() if hasattr(value, "item") else value for key, value in own.items()}
        label = ", ".join(f"{key} {text_of(value)}" for key, value in own.items()) or manifest["sweep"]
        mine = ended.get(point, {})
        done = [run for run in mine.values() if run["status"] == "done"]
        result = point_result(done, by_point.get(point, NO_SUMMARY))
        result["failures"] = [{"replication": number, "status": run["status"], "diagnosis": run.get("reason", "")}
                              for number, run in mine.items() if run["status"] != "done"]
        if isinstance(replications, int):
            result["missing"] = max(0, replications - len(mine))
        path = directory / "points" / f"{point:05}.json"
        result["effective"] = effective_of(path, mine, notes) if path.exists() else {}
        count = f" --replications {replications}" if isinstance(replications, int) else ""
        runs.append({"name": label, "result": result, "values": own,
                     "command": f"ktlssim run {shlex.quote(str(path))} --engine fiber{count}"})
    return manifest, runs, notes


def effective_of(path, mine, notes):
    """The scenario of a point; its runs carry its checksum. Empty, and noted, if it is damaged."""
    try:
        content = read_bytes(path)
        sums = {run["point_sha256"] for run in mine.values() if "point_sha256" in run}
        if sums and hashlib.sha256(content).hexdigest() not in sums:
            raise Changed(path, "`ktlssim sweep --resume` writes it again")
        return json.loads(content)
    except (BadInput, ValueError) as error:
        notes.append(f"left out: {error if isinstance(error, BadInput) else f'{path}: {error}'}")
        return {}


def text_of(value):
    """1000000 and 0.5, where Python would write 1000000.0 or 1e+06."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def replications_of(directory, points):
    """{point: {replication: what its file holds}} of these points, and the files that do not hold one."""
    ended, unreadable = {}, []
    paths = sorted((directory / "runs").glob("*.json"))
    for path in told(paths, "files", len(paths)):
        try:
            point, replication = (int(part) for part in path.stem.split("-"))
            if point not in points:
                continue
            run = read_sealed(path)
            assert isinstance(run["status"], str)
            ended.setdefault(point, {})[replication] = {key: run[key] for key in run if key != "latency"}
        except (BadInput, ValueError, TypeError, KeyError, AssertionError):
            unreadable.append(path.name)
    return ended, unreadable


def point_result(done, rows):
    """In the form of result.json: metrics from the point's rows of summary.csv, the rest from its replications."""
    metrics = {}
    for row in rows.to_dict("records"):
        interval = [row["ci95_lo"], row["ci95_hi"]] if row["spread"] == "interval" else None
        metrics[row["metric"]] = {"mean": None if pandas.isna(row["mean"]) else row["mean"], "ci95": interval, "n": row["n"],
                                  "unit": row["unit"], "deterministic": row["spread"] == "deterministic"}
        if not missing(row.get("known90_lo")):
            for level in ("known90", "known50"):
                metrics[row["metric"]][level] = [row[f"{level}_lo"], row[f"{level}_hi"]]
    busy = {}
    for run in done:
        for thread_class, function, busy_ns in run["cpu"]:
            busy[thread_class, function] = busy.get((thread_class, function), 0) + busy_ns
    total = max(1, sum(busy.values()))
    per_record, percent = (metrics.get(name, {}).get("mean") for name in ("cpu_us_per_record", "cpu_percent"))
    threads, by_class = {}, {}
    for (thread_class, function), busy_ns in sorted(busy.items()):
        if per_record is not None:
            threads.setdefault(thread_class, {})[function] = busy_ns / total * per_record
        if percent is not None:
            by_class[thread_class] = by_class.get(thread_class, 0) + busy_ns / total * percent
    cpus = each_cpu(done, percent)
    resources = stations(done)
    busiest = max(resources, default=None, key=lambda r: (r["utilization"] or 0) + HARDWARE_FIRST * {
        "single_cpu": -1, "cpu": 0, "thread": 0}.get(r["kind"], 1))
    bottleneck = busiest and dict(busiest, saturated=(busiest["utilization"] or 0) >= SATURATED)
    bounds = next((run["bounds"] for run in done if run.get("bounds")), None)
    return {"metrics": metrics, "cpu": {"by_class": by_class, "threads": [
        {"class": c, "functions": functions} for c, functions in threads.items()]}, "resources": resources,
            "bottleneck": bottleneck, "bounds": bounds, "cpus": cpus}


def each_cpu(done, percent):
    """As in result.json: in % of its time, the mean of the replications. `percent`: of all CPUs together."""
    lists = [run["cpus"] for run in done if run.get("cpus")]
    if not lists or percent is None:
        return []
    sums = [sum(busy) for busy in zip(*lists)]
    scale = percent * len(sums) / max(1, sum(sums))
    return [{"cpu": i, "busy_percent": busy * scale} for i, busy in enumerate(sums)]


def stations(done):
    """Means over the replications, in the order of the first."""
    columns = ["name", "kind", "servers", "demand_us_per_record", "utilization", "what_it_means"]
    rows = pandas.DataFrame([row[:len(columns)] for run in done for row in run["resources"]], columns=columns)
    rows = rows.astype({"demand_us_per_record": float, "utilization": float})
    means = rows.groupby("name", sort=False).agg({
        "kind": "first", "servers": "first", "demand_us_per_record": "mean", "utilization": "mean",
        "what_it_means": "first"}).reset_index()
    return means.astype(object).where(means.notna(), None).to_dict("records")
