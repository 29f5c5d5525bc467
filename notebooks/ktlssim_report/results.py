"""Reads what `ktlssim run`, `compare` and `sweep` wrote. A result lacks what did not come about: it is read all the same."""
import dataclasses
import pathlib

import pandas

from . import sweeps
from .files import BadInput, read_csv, read_json
from .words import plain, spread

__all__ = ["BadInput", "Run", "Study", "differences", "read_run", "read_runs", "read_study"]


@dataclasses.dataclass
class Run:
    name: str
    result: dict
    trace: dict | None = None
    values: dict = dataclasses.field(default_factory=dict)  # of a sweep's point: parameter and value
    latency: pandas.DataFrame | None = None  # latency.csv
    series: pandas.DataFrame | None = None  # series.csv
    command: str = ""  # repeats it


@dataclasses.dataclass
class Study:
    """What a directory holds: runs side by side, the two of a comparison, or the points of a sweep."""
    title: str
    runs: list
    comparison: dict | None = None
    manifest: dict | None = None  # of a sweep
    notes: list = dataclasses.field(default_factory=list)  # what a reader must know of the whole


def read_run(path, name):
    result = read_json(path / "result.json")
    if not isinstance(result, dict):
        raise BadInput(f"{path / 'result.json'}: not an object")
    missing = [key for key in ("scenario", "metrics", "cpu", "resources", "effective", "provenance") if key not in result]
    if missing:
        raise BadInput(f"{path / 'result.json'}: not a result of ktlssim run: no {', '.join(missing)}")
    trace = path / "trace.json"
    latency, series = (read_csv(path / file) if (path / file).exists() else None for file in ("latency.csv", "series.csv"))
    return Run(name, result, read_json(trace) if trace.exists() else None, latency=latency, series=series,
               command=result["provenance"].get("command_line", ""))


def read_runs(directory):
    """The run in `directory`, or the runs in its subdirectories, in order of their names, and notes of what could not be read."""
    directory = pathlib.Path(directory)
    if (directory / "result.json").exists():
        return [read_run(directory, read_json(directory / "result.json").get("scenario", directory.name))], []
    runs, notes = [], []
    for path in sorted(path.parent for path in directory.glob("*/result.json")):
        try:
            runs.append(read_run(path, path.name))
        except BadInput as error:
            notes.append(f"left out: {error}")
    if not runs:
        raise BadInput(notes[0].removeprefix("left out: ") if notes else
                       f"{directory}: neither result.json nor subdirectories with one: expected what "
                       "`ktlssim run SCENARIO --out DIR` writes")
    return runs, notes


def read_study(directory):
    """Tells runs, comparisons and sweeps apart by their files."""
    directory = pathlib.Path(directory)
    comparison = read_json(directory / "comparison.json") if (directory / "comparison.json").exists() else {}
    if comparison and "c" not in comparison:  # more than two are runs side by side
        runs = [read_run(directory / side, side) for side in ("a", "b")]
        for run, name in zip(runs, side_names(comparison)):
            run.name = name
        return Study(f"{runs[0].name} against {runs[1].name}", runs, comparison=comparison)
    if (directory / "summary.csv").exists() or (directory / "points").is_dir():
        manifest, points, notes = sweeps.read(directory)
        return Study(manifest["sweep"], [Run(**point) for point in points], manifest=manifest, notes=notes)
    runs, notes = read_runs(directory)
    return Study(title([run.name for run in runs]), runs, notes=notes)


def title(names):
    if len(names) <= 3:
        return " / ".join(names)
    return f"{len(names)} runs, {names[0]} to {names[-1]}"


def side_names(comparison):
    """Labels of `ktlssim compare` without what both have in common."""
    a, b = (comparison[side].split() for side in ("a", "b"))
    own = [" ".join(word for word in words if word not in other) for words, other in ((a, b), (b, a))]
    if all(own):
        return own
    names = [comparison["a"], comparison["b"]]
    return names if names[0] != names[1] else [f"{side}: {name}" for side, name in zip("ab", names)]


def differences(study, written=plain):
    """As `ktlssim compare` judged them: b minus a, pair by pair. `written`: how numbers within text are."""
    rows = []
    for name, metric in study.comparison.get("metrics", {}).items():
        difference = metric["difference"]
        lo, hi = difference.get("ci95") or (None, None)
        kind = "deterministic" if difference.get("deterministic") else "single" if lo is None else "interval"
        verdict = "proven" if difference["proven"] else "no difference proven at 95 %"
        rows.append((name, metric["unit"], metric["a"]["mean"], metric["b"]["mean"], difference["mean"],
                     spread(kind, lo, hi, written), difference["percent"], verdict))
    a, b = (run.name for run in study.runs)
    return pandas.DataFrame(rows, columns=["metric", "unit", a, b, "difference", "95 % interval", "%", "verdict"])
