"""One HTML file that needs nothing else, and the same plots as PNG and SVG."""
import html
import io
import json
import pathlib

from . import plots, results

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
@media print { body { max-width: none; } figure svg { max-height: 10cm; } details { break-inside: avoid; } .scroll { overflow: visible; } pre { white-space: pre-wrap; } }
"""


def figures(runs):
    """(file name, heading, what it shows, figure, table) of each plot."""
    metrics = results.metrics(runs)
    function = results.cpu_by_function(runs)
    yield ("throughput", "Throughput", "Payload acknowledged.", plots.metric(metrics, "throughput_gbps", "throughput"),
           metrics[metrics["metric"] == "throughput_gbps"])
    resources = results.resources(runs)
    yield ("utilization", "What is busy", "The resource at 100 % limits. A KTLS worker asleep in \"ocfktls\" counts as "
           "occupied: it cannot take other work. The ceiling is throughput / utilization.",
           plots.utilization(resources), resources)
    by_class = results.cpu_by_class(runs)
    yield ("cpu-by-class", "CPU usage by thread class", "Share of all CPUs, idle time left out.",
           plots.stacked(by_class, "class", "percent of all CPUs", "CPU time [% of all CPUs]"), by_class)
    yield ("cpu-by-function", "CPU time per record by function", "The largest seven, by the kernel's names.",
           plots.stacked(function, "function", "us per record", "CPU time [us per record]"), function)
    yield ("latency", "Latency", "From ktls_enqueue to ready, queueing included.", plots.latency(metrics),
           metrics[metrics["metric"].str.startswith("latency")])
    for i, run in enumerate(runs):
        if run.trace is not None:
            yield (f"timeline-{i + 1}", f"Timeline: {run.name}", "The first 60 us of the trace: engines and the busiest threads.",
                   plots.timeline(run.trace), None)


def svg_text(figure):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg"):]


def table_html(table):
    if table is None:
        return ""
    shown = table.drop(columns=["lo", "hi"], errors="ignore")  # spelled out in another column
    return ("<details><summary>The numbers</summary><div class=scroll>"
            + shown.to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="-") + "</div></details>")


def unique_ids(svg, name):
    """Ids of several drawings in one page must differ."""
    return svg.replace('id="', f'id="{name}-').replace('"#', f'"#{name}-').replace("url(#", f"url(#{name}-")


def verdict(run):
    bottleneck = run.result.get("bottleneck")
    metric = run.result["metrics"]
    gbps, cpu = metric["throughput_gbps"]["mean"], metric["cpu_percent"]["mean"]
    if bottleneck is None or gbps is None or cpu is None:
        return f"<p class=verdict><b>{html.escape(run.name)}</b>: no replication ended well.</p>"
    limit = "limited by" if bottleneck["saturated"] else "nothing is saturated; the busiest is"
    return (f"<p class=verdict><b>{html.escape(run.name)}</b>: {gbps:.4g} Gbit/s at {cpu:.3g} % of the CPUs, {limit} "
            f"<b>{html.escape(bottleneck['name'])}</b> at {100 * bottleneck['utilization']:.3g} %: "
            f"{html.escape(bottleneck['what_it_means'])}.</p>")


def write(directory):
    directory = pathlib.Path(directory)
    runs = results.read_runs(directory)
    target = directory / "report"
    target.mkdir(exist_ok=True)
    parts = [verdict(run) for run in runs]
    for name, heading, caption, figure, table in figures(runs):
        figure.savefig(target / f"{name}.png", dpi=150)
        svg = svg_text(figure)
        (target / f"{name}.svg").write_text(svg)
        plots.plt.close(figure)
        parts.append(f"<h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>"
                     f"<figure>{unique_ids(svg, name)}</figure>{table_html(table)}")
    for run in runs:
        for key, title in (("effective", "Effective scenario"), ("provenance", "Provenance")):
            text = html.escape(json.dumps(run.result[key], indent=1))
            parts.append(f"<details><summary>{title}: {html.escape(run.name)}</summary><pre>{text}</pre></details>")
    title = html.escape(" / ".join(run.name for run in runs))
    page = (f"<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>ktlssim: {title}</title><style>{STYLE}</style><h1>ktlssim: {title}</h1>{''.join(parts)}</html>\n")
    (target / "index.html").write_text(page)
    return target / "index.html"
