"""One function a plot: tables in, a matplotlib figure out. Okabe and Ito's colours; lengths start at zero."""
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy
from matplotlib import font_manager

from . import timelines
from .words import NO_INTERVAL, number

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000"]
HATCHES = ["", "//", "..", "\\\\", "xx", "--", "++", "oo"]
STATE_COLOURS = {"running": "#0072B2", "runnable": "#E69F00"}
SLEEP_COLOURS = {'asleep on "ocfktls"': "#D55E00", 'asleep on "sbwait"': "#CC79A7"}
# Letters that the first font lacks come from these, where the machine has one.
FALLBACKS = ["Noto Sans CJK JP", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAGothic", "Unifont"]
plt.rcParams.update({"text.parse_math": False,  # names are free text: "$" is a letter
                     "font.family": ["DejaVu Sans", *sorted(set(FALLBACKS) & set(font_manager.get_font_names()))],
                     "svg.hashsalt": "ktlssim", "svg.fonttype": "path", "font.size": 9, "figure.dpi": 100,
                     "axes.spines.top": False, "axes.spines.right": False})


def label(text):
    """For a legend: matplotlib leaves out what begins with "_", so nothing visible goes before it."""
    text = str(text)
    return f"\u200b{text}" if text.startswith("_") else text


def wrapped(names):
    """Along an axis, where a long line would leave no room for what it names."""
    return ["\n".join(textwrap.wrap(name, 24)) for name in names]


def columns_for(names, columns):
    return columns if max(map(len, names), default=0) <= 26 else 1


def legend(axes, columns, entries=None):
    """Above the plot, where it hides nothing."""
    names = entries if entries is not None else axes.get_legend_handles_labels()[1]
    columns = columns_for(names, columns)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": columns, "frameon": False}
    width_in, height_in = axes.figure.get_size_inches()
    axes.figure.set_size_inches(width_in, height_in + 0.19 * max(0, -(-len(names) // columns) - 1))
    if entries is None:
        axes.legend(**place)
    else:
        axes.legend(entries.values(), entries.keys(), **place)


def figure_legend(figure, axes, columns=2):
    """Above all panels, in a strip of its own."""
    handles, labels = axes.get_legend_handles_labels()
    columns = columns_for(labels, columns)
    strip_in = 0.08 + 0.17 * -(-len(labels) // columns)
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - strip_in / figure.get_size_inches()[1]))
    figure.legend(handles, labels, loc="upper left", ncols=columns, frameon=False, fontsize=8, borderaxespad=0.2)


def interval_text(table):
    if table["lo"].isna().all():
        return NO_INTERVAL
    return "whisker: 95 % interval" if (table["lo"] < table["hi"]).any() else "exact: nothing random"


def whiskers(axes, rows, y):
    """95 % intervals along x, of the rows that have one: a mean of one replication gets none."""
    known = (rows["lo"] < rows["hi"]).to_numpy()
    if not known.any():
        return
    some = rows[known]
    axes.errorbar(some["mean"], [place for place, has in zip(y, known) if has],
                  xerr=[some["mean"] - some["lo"], some["hi"] - some["mean"]], fmt="none", ecolor="black", capsize=4)


def known_bands(axes, rows, y, height):
    """What is not known of the machine, along x: 90 % pale, 50 % darker, as on the page. Whether there was any."""
    if "known90_lo" not in rows or not rows["known90_lo"].notna().any():
        return False
    for level, alpha in (("known90", 0.25), ("known50", 0.4)):
        low, high = (rows[f"{level}_{end}"] for end in ("lo", "hi"))
        axes.barh(y, high - low, left=low, height=height, color="black", alpha=alpha, linewidth=0,
                  label=KNOWN_NAMES[level])
    return True


KNOWN_NAMES = {"known90": "not known: 90 %", "known50": "not known: 50 %"}


def bars_over_runs(count):
    return plt.subplots(figsize=(4.6, 0.9 + 0.45 * count), layout="constrained")


def metric(table, name, title, bound=None):
    """Mean with its 95 % interval, a bar a run; a dashed line where its `bound` is."""
    rows = table[table["metric"] == name]
    figure, axes = bars_over_runs(len(rows))
    axes.barh(range(len(rows)), rows["mean"], color=COLOURS[0], height=0.6)
    axes.set_yticks(range(len(rows)), wrapped(rows["run"]))
    banded = known_bands(axes, rows, range(len(rows)), 0.6)
    whiskers(axes, rows, range(len(rows)))
    for i, (mean, lo) in enumerate(zip(rows["mean"], rows["lo"])):
        note = f", {NO_INTERVAL}" if numpy.isnan(lo) else ""
        axes.text(0, i, f" {number(mean)}{note}", va="center", color="white")
    if bound is not None and rows[bound].notna().any():
        axes.vlines(rows[bound], [i - 0.4 for i in range(len(rows))], [i + 0.4 for i in range(len(rows))],
                    color=COLOURS[5], linestyle="--", label="bound")
        banded = True
    if banded:
        legend(axes, 3)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(f"{title} [{rows['unit'].iloc[0]}]; {interval_text(rows)}")
    return figure


def stacked(table, by, value, title, most=7):
    """A bar a run, stacked by `by`: its largest parts, and the rest together."""
    wide = table.pivot_table(index="run", columns=by, values=value, aggfunc="sum", fill_value=0, sort=False)
    order = wide.sum().sort_values(ascending=False).index
    shown = wide[order[:most]].copy()
    if len(order) > most:
        shown["all others"] = wide[order[most:]].sum(axis=1)
    figure, axes = plt.subplots(figsize=(4.6, 1.5 + 0.45 * len(wide) + 0.2 * len(shown.columns) / 2), layout="constrained")
    left = numpy.zeros(len(wide))
    for i, part in enumerate(shown.columns):
        colour = "#B0B0B0" if part == "all others" else COLOURS[i]
        axes.barh(range(len(shown)), shown[part], left=left, label=part, height=0.6, edgecolor="white", linewidth=0.5,
                  color=colour)
        left += shown[part].to_numpy()
    axes.set_yticks(range(len(shown)), wrapped(shown.index))
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(title)
    legend(axes, 2)
    return figure


def utilization(table):
    runs = list(dict.fromkeys(table["run"]))
    names = list(dict.fromkeys(table["resource"]))
    figure, axes = plt.subplots(figsize=(4.6, 1.2 + 0.22 * len(names) * (len(runs) + 0.5)), layout="constrained")
    height = 0.8 / len(runs)
    for i, run in enumerate(runs):
        values = table[table["run"] == run].groupby("resource")["utilization"].max()
        axes.barh([names.index(n) + i * height for n in values.index], 100 * values, height=height, label=run,
                  color=COLOURS[i % len(COLOURS)], hatch=HATCHES[i // len(COLOURS)])
    axes.axvline(100, color="black", linewidth=0.8, linestyle=":")
    axes.set_yticks([i + 0.4 - height / 2 for i in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlim(0, 105)
    axes.set_xlabel("utilization [%]")
    legend(axes, 2)
    return figure


QUANTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}


def latency(table, runs=()):
    """Distribution of the latency where a run has it; markers with intervals at three quantiles."""
    distributions = {run.name: run.latency for run in runs if run.latency is not None}
    figure, axes = plt.subplots(figsize=(4.6, 2.8), layout="constrained")
    for i, run in enumerate(dict.fromkeys(table["run"])):
        rows = table[table["run"] == run].set_index("metric")
        points = rows.reindex([f"latency_ready_us_{q}" for q in QUANTILES])
        style = {"color": COLOURS[i % len(COLOURS)], "marker": "os^Dv<>p"[i % 8], "label": run}
        whole = distributions.get(run)
        if whole is not None and len(whole):
            axes.step([0, *whole["latency_ready_us"]], [0, *whole["fraction"]], where="post", color=style["color"],
                      linewidth=1)
            style["linestyle"] = "none"
        axes.plot(points["mean"], QUANTILES.values(), **style)
        whiskers(axes, points, QUANTILES.values())
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.03)
    axes.set_ylabel("records that are as fast [1]")
    axes.set_xlabel(f"from ktls_enqueue to ready [us]; {interval_text(table)}\nmarkers: 50, 99 and 99.9 %")
    legend(axes, 2)
    return figure


COURSE = {"throughput_gbps": "throughput\n[Gbit/s]", "cpu_percent": "CPU usage\n[% of all]",
          "in_flight_mean": "in flight\n[records]", "device_utilization": "engines\nbusy [1]"}


def course(runs):
    """The first replication of each run over time."""
    figure, panels = plt.subplots(len(COURSE), figsize=(4.6, 5.2), sharex=True, layout="constrained")
    for axes, (column, title) in zip(panels, COURSE.items()):
        for i, run in enumerate(runs):
            rows = run.series[run.series["replication"] == run.series["replication"].min()]
            axes.stairs(rows[column], [0, *rows["end_us"] / 1e3], color=COLOURS[i % len(COLOURS)], label=run.name,
                        baseline=None)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(title)
    panels[-1].set_xlim(left=0)
    panels[-1].set_xlabel("since the end of the warm-up [ms]")
    legend(panels[0], 2)
    return figure


def timeline(trace, length_us=60):
    """What each engine and the busiest threads do in the first `length_us` of a trace, a path."""
    seen = timelines.read(trace, length_us)
    tracks = {(kind, i): name for kind in (timelines.THREADS, timelines.DEVICES)
              for i, name in enumerate(timelines.tracks(seen, kind), 1)}
    begin = seen.from_us
    spans = {}
    for process, track, start, end, name, _ in timelines.slices(seen):
        if process in (timelines.THREADS, timelines.DEVICES):
            spans.setdefault((process, track), []).append((start - begin, end - start, name))
    running = {key: sum(d for _, d, name in rows if name == "running") for key, rows in spans.items() if key[0] == 2}
    busiest = sorted((key for key in running if running[key] > 0), key=lambda key: -running[key])[:12]
    if not spans:
        return None
    keys = [key for key in spans if key[0] == 3] + sorted(busiest, key=lambda key: (tracks[key][:4] != "KTLS", key))
    figure, axes = plt.subplots(figsize=(4.6, 1.4 + 0.24 * len(keys)), layout="constrained")
    labelled = {}
    for row, key in enumerate(keys):
        for start, duration, name in spans[key]:
            colour = "#009E73" if key[0] == 3 else STATE_COLOURS.get(name) or SLEEP_COLOURS.get(name, "#E8E8E8")
            label = "engine at work" if key[0] == 3 else name if colour != "#E8E8E8" else "asleep otherwise"
            bar = axes.barh(row, duration, left=start, height=0.75, color=colour)
            labelled.setdefault(label, bar)
    axes.set_yticks(range(len(keys)), [tracks[key] for key in keys])
    axes.invert_yaxis()
    axes.set_xlim(0, length_us)
    axes.set_xlabel(f"simulated time after {begin:g} us [us]")
    legend(axes, 2, labelled)
    return figure


def claims(table):
    """Predicted over published, of claims with a published value that is not zero; the band is what is tolerated."""
    rows = table[table["published"].fillna(0) != 0].reset_index(drop=True)
    figure, axes = plt.subplots(figsize=(4.6, 1.2 + 0.2 * len(rows)), layout="constrained")
    band = (100 * rows["tolerance"] / rows["published"]).fillna(0)
    axes.barh(rows.index, 2 * band, left=100 - band, height=0.7, color="#E0E0E0", label="tolerated")
    for i, (verdict, marker) in enumerate((("met", "o"), ("missed", "X"))):
        for kind, face in (("fitted", "none"), ("predicted", COLOURS[5 * i])):
            some = rows[(rows["verdict"] == verdict) & (rows["kind"] == kind)]
            at = 100 * some["predicted"] / some["published"]
            axes.plot(at, some.index, marker, color=COLOURS[5 * i], markerfacecolor=face, label=f"{verdict}, {kind}")
            known = some[some["lo"] < some["hi"]]
            axes.hlines(known.index, 100 * known["lo"] / known["published"], 100 * known["hi"] / known["published"],
                        color=COLOURS[5 * i], linewidth=1)
    axes.axvline(100, color="black", linewidth=0.8, linestyle=":")
    axes.set_yticks(rows.index, rows["name"], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("predicted [% of what is published]; line: 95 % interval")
    legend(axes, 2)
    return figure
