"""The report of what `ktlssim twin --out DIR` wrote: threads of this machine, measured, against what was predicted of them."""
import io
import re

import pandas
from matplotlib.figure import Figure

from . import sections
from .document import document
from .files import BadInput, read_json
from .in_place import PICTURES, put_in_place
from .words import number

COLOURS = {"blocking": "#0072B2", "async": "#E69F00"}


def read(directory):
    path = directory / "twin.json"
    table = read_json(path)
    if not isinstance(table, dict) or not all(key in table for key in ("settings", "score", "machine")):
        raise BadInput(f"{path}: not a table of ktlssim twin")
    return table


def figure(rows):
    """Throughput of every setting with both intervals, and the diagonal. Hollow: kept aside until the model was final."""
    drawn = Figure(figsize=(5.5, 5), layout="constrained")
    axes = drawn.subplots()
    highest = 0
    for path, colour in COLOURS.items():
        for kept_aside in (False, True):
            chosen = [row for row in rows
                      if row["setting"]["path"] == path and row["setting"]["kept_aside"] == kept_aside]
            if not chosen:
                continue
            x, x_errors = values(chosen, "predicted")
            y, y_errors = values(chosen, "measured")
            highest = max(highest, *x, *y)
            axes.errorbar(x, y, xerr=x_errors, yerr=y_errors, fmt="o", color=colour, elinewidth=0.8,
                          markerfacecolor="none" if kept_aside else colour,
                          label=path + (", kept aside" if kept_aside else ""))
    axes.plot([0, 1.1 * highest], [0, 1.1 * highest], color="0.6", linewidth=0.8, zorder=0)
    axes.set(xlabel="predicted, 1000 records/s", ylabel="measured, 1000 records/s", xlim=(0, None), ylim=(0, None))
    axes.legend()
    return drawn


def values(rows, kind):
    intervals = [row[kind]["records_per_second"] for row in rows]
    middles = [interval["value"] / 1e3 for interval in intervals]
    errors = [[max(0, interval["value"] - interval["low"]) / 1e3 for interval in intervals],
              [max(0, interval["high"] - interval["value"]) / 1e3 for interval in intervals]]
    return middles, errors


def inline(drawn):
    """As SVG within a page."""
    text = io.StringIO()
    drawn.savefig(text, format="svg", metadata={"Date": None}, transparent=False)
    svg = re.sub(r"(?s)^.*?(<svg)", r"\1", text.getvalue())
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)


def frame(rows):
    """A row a setting."""
    def row(one):
        cells = {"setting": one["setting"]["name"], "path": one["setting"]["path"],
                 "kept aside": "yes" if one["setting"]["kept_aside"] else "no"}
        for key, label in (("records_per_second", "records/s"), ("cpu_us_per_record", "CPU us a record")):
            measured, predicted = (one[kind][key]["value"] for kind in ("measured", "predicted"))
            cells[f"{label}, measured"] = measured
            cells[f"{label}, predicted"] = predicted
            cells[f"{label}, error %"] = 100 * (predicted / measured - 1) if measured else None
        return {**cells, "failure": one["predicted"].get("failure") or "-"}
    return pandas.DataFrame([row(one) for one in rows])


def gains_frame(gains):
    return pandas.DataFrame([{
        "setting": gain["name"], "kept aside": "yes" if gain["kept_aside"] else "no",
        "gain measured %": 100 * gain["measured"]["value"], "gain predicted %": 100 * gain["predicted"]["value"],
        "sign": "same" if gain["same_sign"] else "other", "decided": "yes" if gain["decided"] else "no: the interval holds 0"}
        for gain in gains])


def score_sentence(kind, score):
    return (f"<p class=verdict><b>{sections.escape(kind)}</b>: of {score['settings']} settings throughput is within 10 % in "
            f"{score['throughput_within_10_percent']}, CPU time within 15 % in {score['cpu_within_15_percent']}; intervals meet in "
            f"{score['throughput_intervals_meet']}; the worst error of throughput is {number(100 * score['worst_throughput_error'], 3)} %. "
            f"Where the gain of async is decided, its sign is right in {score['gains_of_same_sign']} of {score['gains_decided']}.</p>")


KINDS = {"looked_at": "Looked at while the model was made", "kept_aside": "Kept aside until it was final"}


def write(directory):
    table = read(directory)
    target = directory / "report"
    drawn = figure(table["settings"])
    machine = table["machine"]
    scores = "".join(score_sentence(name, table["score"][key]) for key, name in KINDS.items() if table["score"].get(key, {}).get("settings"))
    alt = f"Measured against predicted records a second of {len(table['settings'])} settings, with their intervals; the table has the values."
    body = (f"<header><h1>ktlssim: the twin on {sections.escape(machine.get('cpu', 'this machine'))}</h1>"
            f"<p>{sections.escape(machine.get('system', ''))}, {machine.get('cpus', '?')} CPUs. Threads play the kernel; what ktlssim predicts "
            "of them is made from costs that were measured one by one.</p>"
            "<nav aria-label=Contents><ol><li><a href='#score'>How well</a></li><li><a href='#plot'>Measured against predicted</a></li>"
            "<li><a href='#gains'>What async gains</a></li><li><a href='#settings'>All settings</a></li></ol></nav></header><main>"
            f"<section id=score><h2>How well</h2>{scores}</section>"
            f"<section id=plot><h2>Measured against predicted</h2><p>On the line both are the same; hollow: kept aside.</p>"
            f"<figure role=img aria-label='{sections.escape(alt)}' class=svg>{inline(drawn)}</figure></section>"
            f"<section id=gains><h2>What async gains</h2><p>How much more throughput async has than blocking in the same setting; negative: less.</p>{sections.table(gains_frame(table.get('gains', [])))}</section>"
            f"<section id=settings><h2>All settings</h2>{sections.table(frame(table['settings']))}</section></main>")
    payload = '{"metrics":[],"parameters":[],"runs":[]}'
    with put_in_place(target, PICTURES) as new:
        for ending in ("png", "svg"):
            drawn.savefig(new / f"twin.{ending}", dpi=150, **({"metadata": {"Date": None}} if ending == "svg" else {}))
        (new / "index.html").write_text(document("the twin", body, payload, ["base.js", "tables.js", "twin.js"], "report.css"))
    return target / "index.html"
