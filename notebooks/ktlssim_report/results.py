"""Reads what `ktlssim run`, `compare` and `sweep` wrote. A result lacks what did not come about: it is read all the same."""
import dataclasses
import pathlib
import re

import pandas

from . import flames, sweeps
from .files import BadInput, check, read_csv, read_json
from .words import plain, short, spread

__all__ = ["BadInput", "Run", "Study", "differences", "read_run", "read_runs", "read_study"]


@dataclasses.dataclass
class Run:
    name: str
    result: dict
    trace: pathlib.Path | None = None  # trace.json
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
    flame: list | None = None  # of a comparison: stacks of both
    notes: list = dataclasses.field(default_factory=list)  # what a reader must know of the whole


def read_run(path, name, notes):
    """`notes` gains what is left out of it."""
    result = read_json(path / "result.json")
    if not isinstance(result, dict):
        raise BadInput(f"{path / 'result.json'}: not an object")
    missing = [key for key in ("scenario", "metrics", "cpu", "resources", "effective", "provenance") if key not in result]
    if missing:
        raise BadInput(f"{path / 'result.json'}: not a result of ktlssim run: no {', '.join(missing)}")
    def unless_damaged(file, read):
        try:
            return read(path / file) if (path / file).exists() else None
        except BadInput as error:
            notes.append(f"left out: {error}")
            return None

    return Run(name, result, unless_damaged("trace.json", checked), latency=unless_damaged("latency.csv", read_csv),
               series=unless_damaged("series.csv", read_csv), command=result["provenance"].get("command_line", ""))


def checked(path):
    check(path)
    return path


def natural(path):
    """"8 sessions" before "16 sessions"."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", path.name)]


def read_runs(directory):
    """The run in `directory`, or the runs in its subdirectories, in order of their names, and notes of what could not be read."""
    directory = pathlib.Path(directory)
    if (directory / "result.json").exists():
        notes = []
        result = read_json(directory / "result.json")
        name = result.get("scenario", directory.name) if isinstance(result, dict) else directory.name
        return [read_run(directory, name, notes)], notes
    runs, notes = [], []
    for path in sorted((path.parent for path in directory.glob("*/result.json")), key=natural):
        try:
            runs.append(read_run(path, path.name, notes))
        except BadInput as error:
            notes.append(f"left out: {error}")
    if not runs:
        raise BadInput(notes[0].removeprefix("left out: ") if notes else
                       f"{directory}: neither result.json nor subdirectories with one: expected what "
                       "`ktlssim run SCENARIO --out DIR` writes")
    return runs, notes


def read_study(directory, where=()):
    """Tells runs, comparisons and sweeps apart by their files. `where` chooses points of a sweep: ["/POINTER=VALUE"], all of them."""
    directory = pathlib.Path(directory)
    is_sweep = (directory / "summary.csv").exists() or (directory / "points").is_dir()
    if where and not is_sweep:
        raise BadInput(f"--where {where[0]}: {directory} is no sweep, so there are no points to choose from")
    if (directory / "comparison.json").exists():
        comparison = read_json(directory / "comparison.json")
        if not isinstance(comparison, dict) or len(sides_of(comparison)) < 2:
            raise BadInput(f"{directory / 'comparison.json'}: not what ktlssim compare wrote: no sides a and b")
        notes = []
        runs = [read_run(directory / side, side, notes) for side in sides_of(comparison)]
        for run, name in zip(runs, side_names(comparison)):
            run.name = name
        return Study(f"{runs[0].name} against {runs[1].name}" if len(runs) == 2 else title([run.name for run in runs]), runs, comparison=comparison,
                     flame=flame_of(directory / "difference.folded", notes), notes=notes)
    if is_sweep:
        manifest, points, notes = sweeps.read(directory, where)
        return Study(manifest["sweep"], [Run(**point) for point in points], manifest=manifest, notes=notes)
    runs, notes = read_runs(directory)
    return Study(title([run.name for run in runs]), runs, notes=notes)


def flame_of(path, notes):
    try:
        return flames.read(path) if path.exists() else None
    except BadInput as error:
        notes.append(f"left out: {error}")
        return None


def title(names):
    if len(names) <= 3:
        return " / ".join(names)
    first, last = short([names[0], names[-1]])
    return f"{len(names)} runs, {first} to {last}"


def sides_of(comparison):
    """Letters of its sides: a, b, and so on."""
    return sorted(key for key, value in comparison.items() if len(key) == 1 and isinstance(value, str))


def side_names(comparison):
    """Labels of `ktlssim compare` without what all have in common."""
    labels = {side: comparison[side].split() for side in sides_of(comparison)}
    common = set.intersection(*(set(words) for words in labels.values()))
    own = [" ".join(word for word in words if word not in common) for words in labels.values()]
    if all(own) and len(set(own)) == len(own):
        return own
    names = [comparison[side] for side in labels]
    return names if len(set(names)) == len(names) else [f"{side}: {name}" for side, name in zip(labels, names)]


def differences_of(metric):
    """{side: difference to a} of one metric of a comparison, of two sides or more."""
    return metric["differences"] if "differences" in metric else {"b": metric["difference"]}


def judged(difference):
    """In words. A difference that the dice prove is none to believe while what is not known leaves its sign open."""
    if not difference["proven"]:
        return "no difference proven at 95 %"
    return "proven" if difference.get("settled", True) else "not known which has more"


def differences(study, written=plain):
    """As `ktlssim compare` judged them: each side minus the first, pair by pair. `written`: how numbers within text are."""
    names = dict(zip(sides_of(study.comparison), (run.name for run in study.runs)))
    first = study.runs[0].name
    rows = []
    for name, metric in study.comparison.get("metrics", {}).items():
        for side, difference in differences_of(metric).items():
            lo, hi = difference.get("ci95") or (None, None)
            kind = "deterministic" if difference.get("deterministic") else "single" if lo is None else "interval"
            who = [names[side]] if len(names) > 2 else []
            rows.append((name, *who, metric["unit"], metric["a"]["mean"], metric[side]["mean"], difference["mean"],
                         spread(kind, lo, hi, written), difference["percent"], judged(difference)))
    heads = ["run", "unit", first, "mean"] if len(names) > 2 else ["unit", *names.values()]
    return pandas.DataFrame(rows, columns=["metric", *heads, "difference", "95 % interval", "%", "verdict"])
