"""The same data as pictures for papers: PNG and SVG, by matplotlib."""
import contextlib
import dataclasses
import sys
import warnings

from . import plots, sweep_plots
from .progress import told
from .words import short


def of_runs(tables, runs=()):
    """(file name, heading, what it shows, figure, table) of each plot that has something to draw."""
    tables, runs = with_short_names(tables, runs)
    metrics = tables.metrics.dropna(subset=["mean"])
    throughput = metrics[metrics["metric"] == "throughput_gbps"].merge(tables.points[["run", "bound_gbps"]], on="run")
    if len(throughput):
        yield ("throughput", "Throughput", "Payload acknowledged; dashed: what no run can exceed, from ktlssim bounds.",
               plots.metric(throughput, "throughput_gbps", "throughput", "bound_gbps"), throughput)
    if len(tables.resources):
        yield ("utilization", "What is busy", "The resource at 100 % limits. A KTLS worker asleep in \"ocfktls\" counts as "
               "occupied: it cannot take other work. The ceiling is throughput / utilization.",
               plots.utilization(tables.resources), tables.resources)
    if tables.by_class["percent of all CPUs"].any():
        yield ("cpu-by-class", "CPU usage by thread class", "Share of all CPUs, idle time left out.",
               plots.stacked(tables.by_class, "class", "percent of all CPUs", "CPU time [% of all CPUs]"), tables.by_class)
    if tables.by_function["us per record"].any():
        yield ("cpu-by-function", "CPU time per record by function", "The largest seven, by the kernel's names.",
               plots.stacked(tables.by_function, "function", "us per record", "CPU time [us per record]"), tables.by_function)
    per_record = metrics[metrics["metric"] == "cpu_us_per_record"]
    if len(per_record):
        yield ("cpu-per-record", "CPU time per record", "Busy time of all CPUs over the records made ready.",
               plots.metric(per_record, "cpu_us_per_record", "CPU time per record"), per_record)
    latency = metrics[metrics["metric"].str.startswith("latency")]
    if len(latency):
        yield ("latency", "Latency", "From ktls_enqueue to ready, queueing included.", plots.latency(latency, runs), latency)
    courses = [run for run in runs if run.series is not None and len(run.series)]
    if courses:
        yield ("course", "In the course of time", "The first replication, in 100 steps. In flight are the requests that OCF "
               "has dispatched and that are not done.", plots.course(courses), None)
    for i, run in enumerate(runs):
        if run.trace is not None:
            figure = plots.timeline(run.trace)
            if figure is not None:
                yield (f"timeline-{i + 1}", f"Timeline: {run.name}",
                       "The first 60 us of the trace: engines and the busiest threads.", figure, None)


def with_short_names(tables, runs):
    """Names of any length would leave no room for what they name."""
    names = list(dict.fromkeys(tables.points["run"]))
    place = dict(zip(names, map(plots.label, short(names))))
    replaced = {field.name: getattr(tables, field.name) for field in dataclasses.fields(tables)}
    replaced = {key: table if table is None else table.assign(run=table["run"].map(place)) for key, table in replaced.items()}
    return type(tables)(**replaced), [dataclasses.replace(run, name=place[run.name]) for run in runs]


@contextlib.contextmanager
def telling_of_missing_letters():
    """One line for all letters that no font of this machine has, in place of a warning each; SVGs keep them as text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", "Glyph .* missing from current font")
        yield
    glyphs = [str(one.message) for one in caught if "missing from current font" in str(one.message)]
    for one in caught:
        if str(one.message) not in glyphs:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if glyphs:
        print(f"ktlssim: no font here has {len(set(glyphs))} letters of the names: boxes in the PNGs (the page has them). "
              "A font with them, for example Debian's fonts-noto-cjk, helps", file=sys.stderr)


def write(study, tables, target):
    drawn = sweep_plots.figures(tables) if study.manifest and tables.parameters else of_runs(tables, study.runs)
    with telling_of_missing_letters():
        for name, _, _, figure, _ in told(drawn, "pictures"):
            figure.savefig(target / f"{name}.png", dpi=150)
            figure.set_layout_engine("none")  # as it lies now
            figure.savefig(target / f"{name}.svg", metadata={"Date": None})
            plots.plt.close(figure)
