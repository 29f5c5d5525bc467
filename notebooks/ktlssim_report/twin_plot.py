"""Measured against predicted, of a table that `ktlssim twin --out DIR` wrote."""
import json
from pathlib import Path

from matplotlib.figure import Figure

COLOURS = {"blocking": "tab:blue", "async": "tab:orange"}


def twin_figure(directory):
    """Throughput of every setting with both intervals, and the diagonal. Hollow: kept aside until the model was final."""
    rows = json.loads((Path(directory) / "twin.json").read_text(encoding="utf-8"))["settings"]
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    axes = figure.subplots()
    highest = 0
    for path, colour in COLOURS.items():
        for kept_aside in (False, True):
            chosen = [row for row in rows
                      if row["setting"]["path"] == path and row["setting"]["kept_aside"] == kept_aside]
            if not chosen:
                continue
            x, x_errors = _values(chosen, "predicted")
            y, y_errors = _values(chosen, "measured")
            highest = max(highest, *x, *y)
            axes.errorbar(x, y, xerr=x_errors, yerr=y_errors, fmt="o", color=colour, elinewidth=0.8,
                          markerfacecolor="none" if kept_aside else colour,
                          label=path + (", kept aside" if kept_aside else ""))
    axes.plot([0, 1.1 * highest], [0, 1.1 * highest], color="0.6", linewidth=0.8, zorder=0)
    axes.set(xlabel="predicted, 1000 records/s", ylabel="measured, 1000 records/s", xlim=(0, None), ylim=(0, None))
    axes.legend()
    return figure


def _values(rows, kind):
    intervals = [row[kind]["records_per_second"] for row in rows]
    values = [interval["value"] / 1e3 for interval in intervals]
    errors = [[max(0, interval["value"] - interval["low"]) / 1e3 for interval in intervals],
              [max(0, interval["high"] - interval["value"]) / 1e3 for interval in intervals]]
    return values, errors
