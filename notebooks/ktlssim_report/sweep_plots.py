"""Plots of a sweep: small multiples over its parameters, MOST_PANELS a figure and as many figures as that takes."""
import itertools

import numpy
import pandas

from . import plots
from .sweeps import SATURATED
from .words import number, short

MOST_PANELS = 12
MOST_BARS = 60


class Layout:
    """Which parameter goes along x, which one gets colours or columns, and which make panels."""

    def __init__(self, points):
        few = [c for c in points.columns if not is_number(points[c]) and points[c].nunique() <= 4]
        few.sort(key=lambda c: points[c].nunique())
        numbers = [c for c in points.columns if is_number(points[c])]
        others = [c for c in points.columns if c not in few[:1]]
        candidates = [c for c in others if c in numbers] or others or few[:1]
        self.x = max(reversed(candidates), key=lambda c: points[c].nunique())  # of a sweep at least one thing varies
        self.hue = few[0] if few and few[0] != self.x else None
        self.facets = [c for c in points.columns if c not in (self.x, self.hue)]
        self.ticks = list(points[self.x].drop_duplicates())
        self.number = is_number(points[self.x])
        if self.number:
            self.ticks.sort()
        self.hues = list(points[self.hue].drop_duplicates()) if self.hue else [None]
        combinations = [list(points[c].drop_duplicates()) for c in self.facets]
        self.panels = [values for values in itertools.product(*combinations)
                       if len(select(points, self.facets, values))]

    def panel_name(self, values):
        return ", ".join(f"{name} {value}" for name, value in zip(self.facets, values))


def is_number(column):
    return pandas.api.types.is_numeric_dtype(column) and not pandas.api.types.is_bool_dtype(column)


def select(table, names, values):
    for name, value in zip(names, values):
        table = table[table[name] == value]
    return table


def with_parameters(table, tables):
    """The table with a column for each parameter of the sweep in place of the run's name."""
    return tables.points[["run", *tables.parameters]].merge(table, on="run", how="right").drop(columns="run")


def pages(panels, most=MOST_PANELS):
    """(what a file's name ends in, what its heading ends in, panels) of each figure."""
    parts = [panels[i:i + most] for i in range(0, len(panels), most)]
    for i, part in enumerate(parts):
        yield ("" if i == 0 else f"-{i + 1}", f" ({i + 1} of {len(parts)})" if len(parts) > 1 else "", part)


def grid(layout, shown, width_in=4.6, height_in=2.0):
    columns = 1 if len(shown) == 1 else 2
    rows = -(-len(shown) // columns)
    figure, axes = plots.plt.subplots(rows, columns, figsize=(width_in, 0.6 + height_in * rows), squeeze=False,
                                      sharey=True, layout="constrained")
    for spare in axes.flat[len(shown):]:
        spare.set_visible(False)
    for panel, values in zip(axes.flat, shown):
        panel.set_title(layout.panel_name(values), fontsize=8, loc="left")
    return figure, list(zip(axes.flat, shown))


def lines(table, layout, shown, title, bound=None):
    """A metric over x with its 95 % intervals, a line a hue; `shown`: panels; `bound`: a column drawn dashed."""
    figure, panels = grid(layout, shown)
    place = {tick: tick if layout.number else i for i, tick in enumerate(layout.ticks)}
    for axes, values in panels:
        for i, hue in enumerate(layout.hues):
            rows = select(table, layout.facets + [layout.hue] * (hue is not None), [*values, hue])
            rows = rows.assign(at=rows[layout.x].map(place)).sort_values("at")
            colour = plots.COLOURS[i % len(plots.COLOURS)]
            style = {"color": colour, "linewidth": 1.3}
            axes.plot(rows["at"], rows["mean"], marker="os^D"[i % 4], markersize=4, label="mean" if hue is None else plots.label(hue),
                      **style)
            if "known90_lo" in rows and rows["known90_lo"].notna().any():
                for level, alpha in (("known90", 0.15), ("known50", 0.25)):
                    axes.fill_between(rows["at"], rows[f"{level}_lo"], rows[f"{level}_hi"], color=colour, alpha=alpha, linewidth=0,
                                      label="_" if i else plots.KNOWN_NAMES[level])
            known = rows[rows["lo"] < rows["hi"]]
            axes.errorbar(known["at"], known["mean"], yerr=[known["mean"] - known["lo"], known["hi"] - known["mean"]],
                          fmt="none", ecolor=colour, capsize=3)
            if bound is not None and rows[bound].notna().any():
                axes.plot(rows["at"], rows[bound], linestyle="--", alpha=0.7,
                          label="bound" if hue is None else f"bound, {hue}", **style)
        x_axis(axes, layout, place)
    figure.supylabel(title, fontsize=9)
    figure.supxlabel(f"{layout.x}; {plots.interval_text(table)}", fontsize=9)
    tops = ["mean", "hi", *(["known90_hi"] if "known90_hi" in table else []), *([bound] if bound else [])]
    highest = table[tops].max().max()
    panels[0][0].set_ylim(0, 1.08 * highest if highest > 0 else 1)
    plots.figure_legend(figure, panels[0][0])
    return figure


def drivers_over_sessions(tables, workers):
    """Throughput over sessions: a colour a driver, dashed where dispatch is blocking. The set `drivers`."""
    rows = with_parameters(tables.metrics[tables.metrics["metric"] == "throughput_gbps"], tables)
    rows = rows[rows["workers"] == workers]
    figure, axes = plots.plt.subplots(figsize=(5.2, 3.2), layout="constrained")
    for i, (driver, part) in enumerate(rows.groupby("driver", sort=False)):
        for dispatch, line in part.groupby("dispatch", sort=False):
            blocking = dispatch == "blocking"
            axes.errorbar(line["sessions"], line["mean"], yerr=[line["mean"] - line["lo"], line["hi"] - line["mean"]],
                          color=plots.COLOURS[i], linestyle="--" if blocking else "-", marker="os^"[i], markersize=4,
                          markerfacecolor="none" if blocking else None, capsize=2, linewidth=1.3,
                          label=f"{driver}, {'blocking' if blocking else 'async'}")
    ticks = sorted(rows["sessions"].unique())
    axes.set_xscale("log", base=2)
    axes.minorticks_off()
    axes.set_xticks(ticks, ticks)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("sessions; whisker: 95 % interval")
    axes.set_ylabel("throughput [Gbit/s]")
    plots.figure_legend(figure, axes, 3)
    return figure


def tick_name(layout, tick):
    return number(tick) if layout.number else short([str(tick)])[0]


def x_axis(axes, layout, place):
    if layout.number and min(layout.ticks) > 0 and max(layout.ticks) / min(layout.ticks) >= 8:
        axes.set_xscale("log", base=2)
    axes.minorticks_off()
    rotate = not layout.number or len(layout.ticks) > 6
    axes.set_xticks([place[tick] for tick in layout.ticks], [tick_name(layout, tick) for tick in layout.ticks],
                    rotation=90 if rotate else 0, fontsize=7)


def stacked(table, layout, shown, by, value, title, most=7):
    """Columns stacked by `by` over x: a column of panels a hue, a row of panels a facet."""
    order = table.groupby(by)[value].sum().sort_values(ascending=False).index
    parts = list(order[:most])
    figure, axes = plots.plt.subplots(len(shown), len(layout.hues), sharey=True, squeeze=False, layout="constrained",
                                      figsize=(4.6, 1.1 + 1.6 * len(shown)))
    for row, values in enumerate(shown):
        for column, hue in enumerate(layout.hues):
            rows = select(table, layout.facets + [layout.hue] * (hue is not None), [*values, hue])
            wide = rows.pivot_table(index=layout.x, columns=by, values=value, aggfunc="sum", fill_value=0)
            wide = wide.reindex(layout.ticks, fill_value=0)
            stack_columns(axes[row, column], wide, parts)
            axes[row, column].set_title("\n".join(filter(None, (str(hue) if hue is not None else "",
                                                                layout.panel_name(values)))), fontsize=7, loc="left")
            axes[row, column].set_xticks(range(len(wide)), [tick_name(layout, tick) for tick in wide.index],
                                         fontsize=7, rotation=90 if len(wide) > 6 or not layout.number else 0)
    figure.supylabel(title, fontsize=9)
    figure.supxlabel(layout.x, fontsize=9)
    plots.figure_legend(figure, axes[0, 0])
    return figure


def stack_columns(axes, wide, parts):
    """`wide`: a row a column of the plot; what is not in `parts` is drawn together in grey."""
    rest = wide.drop(columns=[part for part in parts if part in wide]).sum(axis=1)
    bottom = numpy.zeros(len(wide))
    drawn = [(part, wide.get(part, 0 * rest), plots.COLOURS[i]) for i, part in enumerate(parts)]
    for part, values, colour in drawn + ([("all others", rest, "#B0B0B0")] if rest.any() else []):
        axes.bar(range(len(wide)), values, bottom=bottom, label=part, color=colour, edgecolor="white", linewidth=0.4)
        bottom += values.to_numpy()


def heats(table, layout, title):
    """Figures of a metric over the two numeric (or longest) parameters, a panel each for the rest; none with one parameter."""
    others = layout.facets or ([layout.hue] if layout.hue else [])
    if not others:
        return
    y = max(others, key=lambda c: table[c].nunique())
    rest = [c for c in [layout.hue, *layout.facets] if c and c != y]
    groups = list(table.groupby(rest[0] if len(rest) == 1 else rest, sort=False)) if rest else [((), table)]
    for suffix, part, panels in pages(groups):
        yield suffix, part, heat(table, layout, panels, y, rest, title)


def heat(table, layout, groups, y, rest, title):
    rows = table[y].nunique()
    figure, axes = plots.plt.subplots(len(groups), 1, squeeze=False, layout="constrained", sharex=True,
                                      figsize=(4.6, 0.5 + len(groups) * (0.45 + 0.27 * rows)))
    for panel, (key, part) in zip(axes.flat, groups):
        wide = part.pivot_table(index=y, columns=layout.x, values="mean", sort=False)
        wide = wide.reindex(columns=layout.ticks)
        image = panel.imshow(wide, aspect="auto", cmap="cividis", vmin=0, vmax=table["mean"].max())
        for (i, j), value in numpy.ndenumerate(wide.to_numpy()):
            if not numpy.isnan(value):
                panel.text(j, i, number(value, 3), ha="center", va="center", fontsize=6 if wide.shape[1] > 8 else 7,
                           color="white" if value < 0.6 * table["mean"].max() else "black")
        panel.set_yticks(range(len(wide)), wide.index, fontsize=7)
        panel.set_xticks(range(wide.shape[1]), [str(tick) for tick in wide.columns], fontsize=7,
                         rotation=90 if not layout.number else 0)
        panel.set_ylabel(y, fontsize=8)
        key = key if isinstance(key, tuple) else (key,)
        panel.set_title(", ".join(f"{name} {value}" for name, value in zip(rest, key)), fontsize=8, loc="left")
    figure.supxlabel(layout.x, fontsize=9)
    figure.colorbar(image, ax=axes, label=title, shrink=0.8 if len(groups) == 1 else 0.5)
    return figure


def figures(tables):
    """(file name, heading, what it shows, figure, table) of each plot of a sweep. What has no value is in no plot."""
    layout = Layout(tables.points[tables.parameters])
    numbers = with_parameters(tables.metrics.merge(tables.points[["run", "bound_gbps"]], on="run"), tables).dropna(subset=["mean"])
    throughput = numbers[numbers["metric"] == "throughput_gbps"]
    if not len(throughput):
        return
    for suffix, part, shown in pages(layout.panels):
        yield (f"throughput{suffix}", f"Throughput{part}", "Payload acknowledged; dashed: what no run can exceed, from ktlssim bounds.",
               lines(throughput, layout, shown, "throughput [Gbit/s]", "bound_gbps"), throughput)
    for suffix, part, figure in heats(throughput, layout, "throughput [Gbit/s]"):
        yield (f"throughput-map{suffix}", f"Throughput over two parameters{part}", "Brighter is faster; the scale starts at zero.",
               figure, None)
    bars = tables.points.dropna(subset=["bottleneck"]).reset_index(drop=True)
    for suffix, part, rows in pages(bars, MOST_BARS):
        yield (f"limits{suffix}", f"What limits where{part}", "The busiest resource, in % of its time. From 90 % on it counts as "
               "saturated.", limits(rows, tables.parameters), with_parameters(tables.resources, tables))
    for name, heading, caption, by, value, title, table in (
            ("cpu-by-class", "CPU usage by thread class", "Share of all CPUs, idle time left out.", "class",
             "percent of all CPUs", "CPU time [% of all CPUs]", tables.by_class),
            ("cpu-by-function", "CPU time per record by function", "The largest seven, by the kernel's names.", "function",
             "us per record", "CPU time [us per record]", tables.by_function)):
        if table is None or not table[value].any():
            continue
        rows = with_parameters(table, tables)
        for suffix, part, shown in pages(layout.panels, max(1, MOST_PANELS // len(layout.hues))):
            yield f"{name}{suffix}", heading + part, caption, stacked(rows, layout, shown, by, value, title), rows
    for name, heading, metric, title in (
            ("cpu-per-record", "CPU time per record", "cpu_us_per_record", "CPU time [us per record]"),
            ("latency", "Latency that 99 % of the records do not exceed", "latency_ready_us_p99", "latency, p99 [us]")):
        rows = numbers[numbers["metric"] == metric].drop(columns="bound_gbps")
        for suffix, part, shown in pages(layout.panels) if len(rows) else ():
            yield (f"{name}{suffix}", heading + part, "With 95 % intervals where replications give one.",
                   lines(rows, layout, shown, title), rows)


def limits(shown, parameters):
    """A bar a point: the utilization of its busiest resource, coloured by which one it is."""
    names = list(shown["bottleneck"].drop_duplicates())
    shown = shown.reset_index(drop=True)
    figure, axes = plots.plt.subplots(figsize=(4.6, 0.9 + 0.16 * len(shown) + 0.1 * len(names)), layout="constrained")
    for i, name in enumerate(names):
        rows = shown[shown["bottleneck"] == name]
        axes.barh(rows.index, 100 * rows["utilization"].astype(float), label=plots.label(name), color=plots.COLOURS[i % 8],
                  hatch=plots.HATCHES[i % 8], edgecolor="white", linewidth=0)
    axes.set_yticks(range(len(shown)), short([", ".join(map(str, row)) for row in shown[parameters].to_numpy()]), fontsize=6)
    axes.invert_yaxis()
    axes.axvline(100 * SATURATED, color="black", linewidth=0.8, linestyle=":")
    axes.set_xlim(0, 105)
    axes.set_xlabel("utilization of the busiest resource [%]")
    axes.set_ylabel(", ".join(short(parameters)), fontsize=8)
    plots.legend(axes, 1 if max(map(len, names)) > 24 else 2)
    return figure
