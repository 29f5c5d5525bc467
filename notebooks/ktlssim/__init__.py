"""ktlssim from Python: run, compare and sweep scenarios, with results as pandas frames.

A thin layer over the binary, and not a binding to its library: a simulation needs a process of its own anyway (SimGrid
starts once in one, and what crashes or stalls must not take a notebook along), the JSON and CSV that it reads are those of
the command line, so nothing means two things, and it works with whatever Python is there.

    import ktlssim
    found = ktlssim.run("scenarios/ccr-tls12-gcm128.json", {"/ktls/workers": 4}, replications=5)
    found.metrics.loc["throughput_gbps", "mean"]

A scenario or sweep is a path, or a dict of what such a file holds. Settings are {"/json/pointer": value}.
"""
import dataclasses
import io
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pandas

__all__ = ["Comparison", "Error", "Run", "Sweep", "binary", "bounds", "check", "compare", "parameters", "profiles", "read", "run",
           "reference", "sweep"]


class Error(Exception):
    """What the simulator complained of, and its exit status: 1 a run failed, 2 an input is wrong."""

    def __init__(self, message, status):
        super().__init__(message.strip())
        self.status = status


def binary():
    """$KTLSSIM, or the one that this package was installed with, or the launcher of its source tree, or one on PATH."""
    package = pathlib.Path(__file__).resolve().parent
    places = [package.parents[3] / "bin" / "ktlssim", package.parents[1] / "ktlssim"]
    for place in ([pathlib.Path(os.environ["KTLSSIM"])] if os.environ.get("KTLSSIM") else places):
        if place.is_file() and os.access(place, os.X_OK):
            return str(place)
    found = None if os.environ.get("KTLSSIM") else shutil.which("ktlssim")
    if not found:
        raise Error("no binary of ktlssim is found: KTLSSIM names one", 2)
    return found


def call(*words, stdin=None):
    """Runs a verb: what it printed. Raises Error where it printed nothing that can be used."""
    done = subprocess.run([binary(), *map(str, words)], input=stdin, stdin=None if stdin else subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout):
        raise Error(done.stderr or f"ktlssim {words[0]} ended with status {done.returncode}", done.returncode)
    return done.stdout


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def sets(settings, option="--set"):
    return [word for pointer, value in (settings or {}).items() for word in (option, f"{pointer}={as_text(value)}")]


def options(**given):
    """--name value, for those that are given; True is a flag."""
    words = []
    for name, value in given.items():
        if value is True:
            words.append("--" + name)
        elif value not in (None, False):
            words += ["--" + name, value]
    return words


def file(scenario):
    """How a path or a dict is named on the command line, and what goes to standard input."""
    return ("-", json.dumps(scenario)) if isinstance(scenario, dict) else (str(scenario), None)


def interval(entry):
    if entry.get("deterministic"):
        return entry["mean"], entry["mean"]
    return entry.get("ci95") or (None, None)


@dataclasses.dataclass
class Run:
    """What `ktlssim run` found. `result` is its JSON, with all there is: results/README.md."""
    result: dict

    @property
    def metrics(self):
        """By name: mean, its 95 % interval (lo, hi), n, unit."""
        rows = {name: (entry["mean"], *interval(entry), entry["n"], entry["unit"])
                for name, entry in self.result["metrics"].items()}
        return pandas.DataFrame.from_dict(rows, orient="index", columns=["mean", "lo", "hi", "n", "unit"])

    @property
    def resources(self):
        return pandas.DataFrame(self.result["resources"])

    @property
    def cpu(self):
        """CPU time by thread and function, in us per record."""
        rows = [(thread["thread"], thread["class"], function, us) for thread in self.result["cpu"]["threads"]
                for function, us in thread["functions"].items()]
        return pandas.DataFrame(rows, columns=["thread", "class", "function", "us_per_record"])

    @property
    def bottleneck(self):
        """The name of the resource with the highest utilization, or None."""
        return (self.result["bottleneck"] or {}).get("name")

    @property
    def failures(self):
        return pandas.DataFrame(self.result["failures"], columns=["replication", "status", "diagnosis"])


@dataclasses.dataclass
class Comparison:
    """What `ktlssim compare` found. `result` is its JSON."""
    result: dict

    @property
    def metrics(self):
        """By name: means of a and b, difference b - a with its 95 % interval, in percent of a, whether proven, unit."""
        rows = {name: (m["a"]["mean"], m["b"]["mean"], m["difference"]["mean"], *interval(m["difference"]),
                       m["difference"]["percent"], m["difference"]["proven"], m["unit"])
                for name, m in self.result["metrics"].items()}
        columns = ["a", "b", "difference", "lo", "hi", "percent", "proven", "unit"]
        return pandas.DataFrame.from_dict(rows, orient="index", columns=columns)


@dataclasses.dataclass
class Sweep:
    """The tables of a sweep, as results/README.md explains their columns."""
    directory: pathlib.Path
    runs: pandas.DataFrame
    summary: pandas.DataFrame

    def means(self, *metrics):
        """A row a point: what varies, and the means of `metrics` (all unless named)."""
        rows = self.summary if not metrics else self.summary[self.summary["metric"].isin(metrics)]
        varied = ["point", *(column for column in rows.columns if column.startswith("/"))]
        return rows.pivot_table(index=varied, columns="metric", values="mean", dropna=False).dropna(how="all").reset_index()


def run(scenario, settings=None, *, seed=None, replications=None, precision=None, engine=None, jobs=None, timeout=None,
        out=None):
    """Simulates a scenario. Replications that failed are in `failures`, and do not raise."""
    name, stdin = file(scenario)
    words = options(seed=seed, replications=replications, precision=precision, engine=engine, jobs=jobs, timeout=timeout,
                    out=out)
    return Run(json.loads(call("run", name, *sets(settings), *words, "--format", "json", stdin=stdin)))


def compare(a, b=None, settings=None, *, settings_a=None, settings_b=None, metrics=(), seed=None, replications=None,
            precision=None, engine=None, jobs=None, timeout=None, out=None):
    """Two scenarios, or one with two settings, on common random numbers."""
    name, stdin = file(a)
    if isinstance(b, dict):
        raise TypeError("b: a path is expected; of two scenarios only the first may be a dict")
    words = options(seed=seed, replications=replications, precision=precision, engine=engine, jobs=jobs, timeout=timeout,
                    out=out)
    wanted = [word for metric in metrics for word in ("--metric", metric)]
    return Comparison(json.loads(call("compare", name, *([b] if b else []), *sets(settings), *sets(settings_a, "--set-a"),
                                      *sets(settings_b, "--set-b"), *wanted, *words, "--format", "json", stdin=stdin)))


def sweep(study, out=None, *, resume=False, jobs=None, timeout=None):
    """Simulates every point of a sweep into `out`, or into a directory of its own that the caller may delete."""
    name, stdin = file(study)
    directory = pathlib.Path(out) if out else pathlib.Path(tempfile.mkdtemp(prefix="ktlssim-")) / "sweep"
    call("sweep", name, "--format", "json", *options(out=directory, resume=resume, jobs=jobs, timeout=timeout), stdin=stdin)
    return read(directory)


def read(directory):
    """A Run, Comparison or Sweep of what run, compare or sweep wrote there with --out."""
    directory = pathlib.Path(directory)
    for name, kind in (("comparison.json", Comparison), ("result.json", Run)):
        if (directory / name).exists():
            return kind(json.loads(checked(directory / name)))
    if (directory / "summary.csv").exists():
        return Sweep(directory, *(pandas.read_csv(io.BytesIO(checked(directory / name))) for name in ("runs.csv", "summary.csv")))
    raise Error(f"{directory}: no result.json, comparison.json or summary.csv: not what run, compare or sweep writes", 2)


def checked(path):
    """What a file holds, if that is what was written."""
    from ktlssim_report import files  # pylint: disable=import-outside-toplevel
    try:
        return files.read_bytes(path)
    except files.BadInput as error:
        raise Error(str(error), 2) from error


def reference(name):
    """The tables of a set of the results that come with the source tree: points, metrics, resources, by_class, ..."""
    from ktlssim_report import reference as committed  # pylint: disable=import-outside-toplevel
    return committed.read(name)


def bounds(scenario, settings=None):
    """What no run can exceed, without simulating: the JSON of `ktlssim bounds`."""
    name, stdin = file(scenario)
    return json.loads(call("bounds", name, *sets(settings), "--format", "json", stdin=stdin))


def check(scenario, settings=None):
    """Raises Error, with everything that is wrong, unless the file or dict is sound."""
    name, stdin = file(scenario)
    call("check", name, *sets(settings), stdin=stdin)


def parameters():
    """Every parameter of a scenario: pointer, type, default, allowed, meaning."""
    return pandas.DataFrame(json.loads(call("parameters", "--format", "json"))["parameters"])


def profiles():
    """Every host, driver and kernel profile: kind, name, file, description."""
    listed = json.loads(call("profiles", "--format", "json"))
    rows = [{"kind": kind.removesuffix("s"), **profile} for kind in ("hosts", "drivers", "kernels") for profile in listed[kind]]
    return pandas.DataFrame(rows)
