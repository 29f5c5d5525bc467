"""One HTML file that needs nothing else, and the same plots as PNG and SVG."""
import html
import io
import json
import pathlib

import pandas

from . import plots, results, sweep_plots

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; }
svg { width: 100%; max-width: 46rem; height: auto; }
h2, h2 + p { break-after: avoid; }
figure { margin: 1.5rem 0 0; break-inside: avoid; overflow-x: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
td, th { padding: .1rem .8rem .1rem 0; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
.verdict { border-left: .3rem solid #0072B2; padding-left: 1rem; }
pre { overflow-x: auto; font-size: .8rem; }
@media (prefers-color-scheme: dark) { figure svg { filter: invert(.92) hue-rotate(180deg); } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  main { columns: 2; column-gap: 1.5rem; }
  section { break-inside: avoid; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: .8rem 0 0; } p { margin: .3rem 0; }
  figure { margin: .3rem 0; overflow: visible; } figure svg { max-height: 14cm; }
  section > details:not([open]) { display: none; }
  .scroll { overflow: visible; } pre { white-space: pre-wrap; }
}
"""


def figures(tables, runs=()):
    """(file name, heading, what it shows, figure, table) of each plot."""
    metrics = tables.metrics
    throughput = metrics[metrics["metric"] == "throughput_gbps"].merge(tables.points[["run", "bound_gbps"]], on="run")
    yield ("throughput", "Throughput", "Payload acknowledged; dashed: what no run can exceed, from ktlssim bounds.",
           plots.metric(throughput, "throughput_gbps", "throughput", "bound_gbps"), throughput)
    yield ("utilization", "What is busy", "The resource at 100 % limits. A KTLS worker asleep in \"ocfktls\" counts as "
           "occupied: it cannot take other work. The ceiling is throughput / utilization.",
           plots.utilization(tables.resources), tables.resources)
    yield ("cpu-by-class", "CPU usage by thread class", "Share of all CPUs, idle time left out.",
           plots.stacked(tables.by_class, "class", "percent of all CPUs", "CPU time [% of all CPUs]"), tables.by_class)
    yield ("cpu-by-function", "CPU time per record by function", "The largest seven, by the kernel's names.",
           plots.stacked(tables.by_function, "function", "us per record", "CPU time [us per record]"), tables.by_function)
    per_record = metrics[metrics["metric"] == "cpu_us_per_record"]
    yield ("cpu-per-record", "CPU time per record", "Busy time of all CPUs over the records made ready.",
           plots.metric(per_record, "cpu_us_per_record", "CPU time per record"), per_record)
    yield ("latency", "Latency", "From ktls_enqueue to ready, queueing included.", plots.latency(metrics, runs),
           metrics[metrics["metric"].str.startswith("latency")])
    courses = [run for run in runs if run.series is not None and len(run.series)]
    if courses:
        yield ("course", "In the course of time", "The first replication, in 100 steps. In flight are the requests that OCF "
               "has dispatched and that are not done.", plots.course(courses), None)
    for i, run in enumerate(runs):
        if run.trace is not None:
            yield (f"timeline-{i + 1}", f"Timeline: {run.name}", "The first 60 us of the trace: engines and the busiest threads.",
                   plots.timeline(run.trace), None)


def svg_text(figure):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg"):]


def bare_table(table):
    shown = table.drop(columns=["lo", "hi"], errors="ignore")  # spelled out in another column
    return shown.to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="-")


def table_html(table, title="The numbers"):
    if table is None:
        return ""
    return f"<details><summary>{title}</summary><div class=scroll>{bare_table(table)}</div></details>"


def unique_ids(svg, name):
    """Ids of several drawings in one page must differ."""
    return svg.replace('id="', f'id="{name}-').replace('href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")


def verdict(point):
    """What limits a run, and why: a row of Tables.points in a sentence."""
    if pandas.isna(point.bottleneck) or pandas.isna(point.throughput_gbps):
        return f"<p class=verdict><b>{html.escape(point.run)}</b>: no replication ended well.</p>"
    bound = "" if pandas.isna(point.bound_gbps) else f" of at most {point.bound_gbps:.4g} by the profiles,"
    return (f"<p class=verdict><b>{html.escape(point.run)}</b>: {point.throughput_gbps:.4g} Gbit/s{bound} "
            f"at {point.cpu_percent:.3g} % of the CPUs, {limit(point, 'at')}</p>")


def limit(point, at):
    """What is busiest, and, if that is saturated, why it limits."""
    busiest = f"<b>{html.escape(point.bottleneck)}</b> ({at} {100 * point.utilization:.3g} %)"
    if point.saturated:
        return f"limited by {busiest}: {html.escape(point.why)}."
    return f"nothing is saturated, so what records wait for, or the load offered, limits; the busiest is {busiest}."


def point_verdicts(tables):
    """A sentence for each thing that limits, with the points it limits; a line a point behind it."""
    points = tables.points.dropna(subset=["bottleneck", "throughput_gbps"])
    hue = sweep_plots.Layout(points[tables.parameters]).hue if len(points) else None
    text = ""
    for mode, part in points.groupby(hue, sort=False) if hue else [(None, points)]:
        groups = sorted(part.groupby(["bottleneck", "saturated"], sort=False), key=lambda group: -len(group[1]))
        for _, rows in groups:
            fullest = rows.loc[rows["utilization"].idxmax()]
            text += (f"<p class=verdict>{html.escape(f'{hue} {mode}: ' if hue else '')}{len(rows)} of {len(part)} points, "
                     f"{span(rows['throughput_gbps'])} Gbit/s, {limit(fullest, 'up to')}</p>")
    return text + table_html(tables.points.drop(columns=["run", "saturated"]), "What limits each point")


def span(numbers):
    low, high = f"{min(numbers):.3g}", f"{max(numbers):.3g}"
    return low if low == high else f"{low} to {high}"


def comparison_html(study):
    return ("<h2>Did it change?</h2><p>Pairs with common random numbers, Student's t.</p>"
            f"<div class=scroll>{bare_table(results.differences(study))}</div>")


def head(study, tables):
    if study.manifest:
        return point_verdicts(tables)
    verdicts = "".join(verdict(point) for point in tables.points.itertuples())
    return verdicts + (comparison_html(study) if study.comparison else "")


def details(title, value):
    text = html.escape(json.dumps(value, indent=1))
    return f"<details><summary>{html.escape(title)}</summary><pre>{text}</pre></details>"


def appendix(study):
    """Effective scenarios and provenance; of a sweep, the first point in full and how the others differ."""
    if study.manifest:
        first = study.runs[0]
        rest = "The other points differ in " + ", ".join(study.manifest["parameters"])
        return (details(f"Effective scenario of the first point ({first.name}). {rest}", first.result["effective"])
                + details("Provenance", study.manifest))
    return "".join(details(f"{title}: {run.name}", run.result[key]) for run in study.runs
                   for key, title in (("effective", "Effective scenario"), ("provenance", "Provenance")))


def write(directory):
    directory = pathlib.Path(directory)
    study = results.read_study(directory)
    target = directory / "report"
    target.mkdir(exist_ok=True)
    tables = results.tables(study.runs)
    parts = [head(study, tables), "<main>"]
    drawn = sweep_plots.figures(tables) if study.manifest else figures(tables, study.runs)
    for name, heading, caption, figure, table in drawn:
        figure.savefig(target / f"{name}.png", dpi=150)
        svg = svg_text(figure)
        (target / f"{name}.svg").write_text(svg)
        plots.plt.close(figure)
        parts.append(f"<section><h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>"
                     f"<figure>{unique_ids(svg, name)}</figure>{table_html(table)}</section>")
    parts += ["</main>", appendix(study)]
    title = html.escape(study.title)
    page = (f"<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>ktlssim: {title}</title><style>{STYLE}</style><h1>ktlssim: {title}</h1>{''.join(parts)}</html>\n")
    (target / "index.html").write_text(page)
    return target / "index.html"
