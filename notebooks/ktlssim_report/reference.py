"""python3 -m ktlssim_report.reference DIR TARGET: the tables of DIR as CSV files, small and the same wherever they are made."""
import dataclasses
import pathlib
import sys

import pandas

from . import files, results, sweep_plots
from . import tables as table_of

KEPT = ["throughput_gbps", "cpu_percent", "cpu_us_per_record", "latency_ready_us_p50", "latency_ready_us_p99",
        "latency_ready_us_p999", "failed_records", "aborted_connections"]
DIRECTORY = pathlib.Path(__file__).resolve().parents[2] / "results/reference"


def write(directory, target):
    study = results.read_study(directory)
    tables = table_of.of(study.runs)
    tables.metrics = tables.metrics[tables.metrics["metric"].isin(KEPT)]
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    kept = {field.name: getattr(tables, field.name) for field in dataclasses.fields(tables)}
    if study.manifest:
        del kept["by_function"]  # of many points, not small
    if study.comparison:
        kept["differences"] = results.differences(study)
    for name, table in kept.items():
        table.to_csv(target / f"{name}.csv", index=False, float_format="%.6g")


def read(name):
    """The tables of a set in results/reference; None where the set has none."""
    paths = {field.name: DIRECTORY / name / f"{field.name}.csv" for field in dataclasses.fields(table_of.Tables)}
    return table_of.Tables(**{key: files.read_csv(path) if path.exists() else None for key, path in paths.items()})


def read_differences(name):
    return files.read_csv(DIRECTORY / name / "differences.csv")


def read_claims(name="validation"):
    """A row a published claim: what `ktlssim validate` says of it."""
    rows = []
    for claim in files.read_json(DIRECTORY / name / "claims.json")["claims"]:
        predicted = claim.get("predicted") or {}
        lo, hi = predicted.get("ci95") or (float("nan"), float("nan"))
        rows.append((claim["name"], claim["claim"], claim["kind"], claim["verdict"], claim.get("published"), claim.get("tolerance"),
                     predicted.get("mean"), lo, hi, predicted.get("unit")))
    return pandas.DataFrame(rows, columns=["name", "claim", "kind", "verdict", "published", "tolerance", "predicted", "lo", "hi",
                                           "unit"])


def draw_sessions(target):
    """The picture of README.md."""
    sweep_plots.drivers_over_sessions(read("drivers"), workers=8).savefig(target, dpi=110)


if __name__ == "__main__":
    try:
        write(*sys.argv[1:])
    except files.BadInput as failure:
        sys.exit(f"ktlssim: {failure}")
