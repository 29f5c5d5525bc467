"""The words of a page: what was found, what failed, and the sections in which its script draws."""
import html

import pandas

from . import data, results
from .words import counted, missing, number, short, span


def escape(text):
    return html.escape(str(text))


def called(name):
    """A name within a sentence: cut in the middle where it is long, whole under the mouse."""
    cut, = short([name], 100)
    return escape(cut) if cut == name else f"<span title='{escape(name)}'>{escape(cut)}</span>"


def verdict(point):
    """What limits a run, and why: a row of Tables.points in a sentence."""
    if missing(point.bottleneck) or missing(point.throughput_gbps):
        return f"<p class=verdict><b>{called(point.run)}</b>: no replication ended well, so there is nothing to say of it.</p>"
    bound = "" if pandas.isna(point.bound_gbps) else f" of at most {number(point.bound_gbps)} by the profiles,"
    if point.throughput_gbps > 1.005 * point.bound_gbps:
        bound = (f", more than the {number(point.bound_gbps)} that the profiles allow for long: what was queued before the measured time "
                 "has left in it,")
    return (f"<p class=verdict><b>{called(point.run)}</b>: {number(point.throughput_gbps)} Gbit/s{bound} "
            f"at {number(point.cpu_percent, 3)} % of the CPUs, {limit(point, 'at')}</p>")


def limit(point, at):
    """What is busiest, and, if that is saturated, why it limits."""
    busiest = f"<b>{escape(point.bottleneck)}</b> ({at} {number(100 * point.utilization, 3)} %)"
    if point.saturated:
        return f"limited by {busiest}: {escape(point.why)}."
    return f"nothing is saturated, so what records wait for, or the load offered, limits; the busiest is {busiest}."


def unsteady(study):
    """Why means may not be believed, as the simulator judged the time series."""
    rows = [(run.name, reason["what"]) for run in study.runs for reason in (run.result.get("steady") or {}).get("why", [])]
    lines = [f"<p class=verdict><b>{called(name)} is not steady</b>: {escape(sentence)}</p>" for name, sentence in rows]
    folded = lines[FIRST_FAILURES:]
    return "".join(lines[:FIRST_FAILURES]) + (
        f"<details><summary>{len(folded)} more are not steady</summary>{''.join(folded)}</details>" if folded else "")


def findings(study):
    """Sentences of the results that no figure says, and unsteady() neither."""
    rows = [(run.name, sentence) for run in study.runs for sentence in run.result.get("findings") or []
            if all(reason["what"] != sentence for reason in (run.result.get("steady") or {}).get("why", []))]
    return "".join(f"<p class=verdict><b>{called(name)}</b>: {escape(sentence)}</p>" for name, sentence in rows)


def groups(tables):
    """(what the points share, how many there are, those that the same thing limits) of a sweep."""
    points = tables.points.dropna(subset=["bottleneck", "throughput_gbps"])
    few = [c for c in tables.parameters if points[c].dtype == object and 1 < points[c].nunique() <= 4]
    for mode, part in points.groupby(few[0], sort=False) if few and len(points) else [(None, points)]:
        shared = f"{few[0]} {mode}: " if few else ""
        for _, rows in sorted(part.groupby(["bottleneck", "saturated"], sort=False), key=lambda group: -len(group[1])):
            yield shared, len(part), rows


def point_verdicts(tables):
    """A sentence for each thing that limits, with the points it limits."""
    text = ""
    for shared, of, rows in groups(tables):
        fullest = rows.loc[rows["utilization"].astype(float).idxmax()]
        text += (f"<p class=verdict>{escape(shared)}{len(rows)} of {counted(of, 'point')}, "
                 f"{span(rows['throughput_gbps'])} Gbit/s, {limit(fullest, 'up to')}</p>")
    return text


WORD = 26  # letters that stay in one line


def table(frame):
    """A table that the script makes sortable; numbers keep their value for it."""
    head = "".join(f"<th scope=col>{escape(column)}</th>" for column in frame.columns)
    rows = ""
    for row in frame.itertuples(index=False):
        cells = "".join(f"<td class='text{' word' if len(value) <= WORD else ''}'>{escape(value)}</td>" if isinstance(value, str) else
                        f"<td data-value={'' if missing(value) else float(value)!r}>{number(value)}</td>" for value in row)
        rows += f"<tr>{cells}</tr>"
    return f"<div class=scroll><table class=sortable><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def difference_sentence(name, metric, side, difference, who=""):
    if missing(difference["mean"]):
        return f"<p class=verdict><b>{escape(name)}</b>: no pair of replications is done on both sides.</p>"
    lo, hi = difference.get("ci95") or (None, None)
    percent = "" if missing(difference["percent"]) else f", {number(difference['percent'], 3)} %"
    interval = f", 95 % interval {number(lo)} to {number(hi)}" if lo is not None else (
        ", exact: nothing is random" if difference.get("deterministic") else ", one pair: no interval")
    if difference.get("percent_known90"):
        low, high = difference["percent_known90"]
        interval += (f"; with all that is not known {number(low, 3)} to {number(high, 3)} % (90 %)"
                     + ("" if difference["settled"] else ", either sign"))
    judged = results.judged(difference)
    judged = "Difference proven" if judged == "proven" else judged.capitalize()
    return (f"<p class=verdict><b>{judged}: {escape(name)}</b>{who} {number(metric['a']['mean'])} → {number(metric[side]['mean'])} "
            f"{escape(metric['unit'])}: {'+' if difference['mean'] > 0 else ''}{number(difference['mean'])}{percent}{interval} "
            f"(n = {difference['n']}).</p>")


MOST_SENTENCES = 8  # more are better read as a table


def comparison(study):
    metrics = study.comparison.get("metrics", {})
    names = dict(zip(results.sides_of(study.comparison), (called(run.name) for run in study.runs)))
    first, *rest = names.values()
    others = f"<b>{rest[0]}</b>" if len(rest) == 1 else f"each of {counted(len(rest), 'other')}"
    if not metrics:
        return f"<p class=verdict>No pair of replications is done for both <b>{first}</b> and {others}: nothing to compare.</p>"
    method = study.comparison.get("method", "Student's t, paired")
    judged = [(name, metric, side, difference) for name, metric in metrics.items()
              for side, difference in results.differences_of(metric).items()]
    sentences = "".join(difference_sentence(*one, f", {names[one[2]]}:" if len(rest) > 1 else "") for one in judged) if (
        len(judged) <= MOST_SENTENCES) else ""
    return f"<p>From <b>{first}</b> to {others}: {escape(method)}.</p>{sentences}{table(results.differences(study, number))}"


def run_differences(study, tables):
    """Of several runs: each against one of them."""
    if len(study.runs) < 2 or study.comparison or study.manifest or not len(tables.metrics):
        return ""
    return ("<p>Each run against one of them. Runs are not paired here: the squares of the half widths of both intervals are added; "
            "<code>ktlssim compare</code> pairs replications and sees smaller differences.</p>"
            + view("differences", "Table of differences to one run."))


def failures(study):
    """Everything that did not end well, by name; long diagnoses fold."""
    found = []
    unfolded = " open" if sum(len(run.result.get("failures", [])) for run in study.runs) <= 2 else ""
    for i, run in enumerate(study.runs):
        for failure in run.result.get("failures", []):
            first, *rest = (failure.get("diagnosis") or "no diagnosis").strip().split("\n")
            head = f"<a href='#run-{i}'>{called(run.name)}</a>, replication {failure.get('replication', '?')}: " \
                   f"<b>{escape(failure['status'])}</b>. {escape(first)}"
            found.append(f"<li>{head}" + (f"<details{unfolded}><summary>Who was where</summary><pre>{escape(chr(10).join(rest))}</pre>"
                                     "</details>" if rest else "") + "</li>")
        if run.result.get("missing"):
            found.append(f"<li><a href='#run-{i}'>{called(run.name)}</a>: {run.result['missing']} replications are missing</li>")
        if run.result.get("provenance", {}).get("interrupted"):
            found.append(f"<li><a href='#run-{i}'>{called(run.name)}</a>: interrupted; what had ended by then is shown</li>")
    if not found:
        return ""
    more = found[FIRST_FAILURES:]
    folded = f"<details><summary>{len(more)} more</summary><ul class=failures>{''.join(more)}</ul></details>" if more else ""
    return f"{failed_kinds(study)}<ul class=failures>{''.join(found[:FIRST_FAILURES])}</ul>{folded}"


FIRST_FAILURES = 6


def failed_kinds(study):
    """How many of each kind, where there are many."""
    kinds = [failure["status"] for run in study.runs for failure in run.result.get("failures", [])]
    if len(kinds) <= FIRST_FAILURES:
        return ""
    points = sum(bool(run.result.get("failures")) for run in study.runs)
    each = ", ".join(f"{kinds.count(kind)} {escape(kind)}" for kind in dict.fromkeys(kinds))
    return f"<p>{counted(len(kinds), 'replication')} of {counted(points, 'point' if study.manifest else 'run')}: {each}.</p>"


def counts(study):
    """One line: how much there is, and how much of it is drawn."""
    whole = [run for run in study.runs if data.replications_done(run)]
    failed = sum(len(run.result.get("failures", [])) for run in study.runs)
    missing_ = sum(run.result.get("missing", 0) for run in study.runs)
    noun = "point" if study.manifest else "run"
    text = f"{counted(len(study.runs), noun)}, all drawn" if len(whole) == len(study.runs) else (
        f"{counted(len(study.runs), noun)}, {len(whole)} drawn; {len(study.runs) - len(whole)} without a "
        "replication that is done: named below")
    text += f"; {counted(failed, 'failed replication')}" if failed else ""
    return text + (f"; {missing_} missing" if missing_ else "") + "."


def view(name, label, **options):
    extra = "".join(f" data-{key}='{escape(value)}'" for key, value in options.items())
    return f"<figure data-view={name} aria-label='{escape(label)}'{extra}></figure>"


def extent(tables, metric):
    """The words of a picture for who does not see it."""
    rows = tables.metrics[tables.metrics["metric"] == metric].dropna(subset=["mean"])
    if not len(rows):
        return "no values"
    low, high = rows.loc[rows["mean"].idxmin()], rows.loc[rows["mean"].idxmax()]
    return (f"{counted(len(rows), 'value')} from {number(low['mean'])} ({low['run']}) to {number(high['mean'])} "
            f"{high['unit']} ({high['run']})")


def drawn(study, tables):
    """(id, heading, what it shows, figure) of each section that has something to show."""
    if not len(tables.metrics):
        return
    sweep = bool(study.manifest and tables.parameters)
    lines = "lines" if sweep else "bars"
    hover = "Click a point for its run." if sweep else "Click a bar for its run."
    if any(metric.get("known90") for run in study.runs for metric in run.result["metrics"].values()):
        hover = "Pale: what is not known of the machine (90 %, darker 50 %); whiskers: the dice alone. " + hover
    for identity, heading, metric, caption in (
            ("throughput", "Throughput", "throughput_gbps", "Payload acknowledged; dashed: the bound, what no run can exceed."),
            ("cpu-per-record", "CPU time per record", "cpu_us_per_record", "Busy time of all CPUs over the records made ready."),
            ("latency-p99", "Latency that 99 % of the records do not exceed", "latency_ready_us_p99",
             "From ktls_enqueue to ready, queueing included.")):
        yield identity, heading, f"{caption} {hover}", view(lines, f"{heading}: {extent(tables, metric)}.", metric=metric)
    if sweep and len(tables.parameters) > 1:
        yield ("map", "Over two parameters", "Darker is more; the scale starts at zero. Click a field for its run.",
               view("map", f"Throughput: {extent(tables, 'throughput_gbps')}.", metric="throughput_gbps"))
    yield ("busy", "What is busy", "Utilization in %: what is at 100 % limits. A KTLS worker asleep in \"ocfktls\" counts as occupied: it "
           "cannot take other work.", view("busy", "Table of the utilization of each resource."))
    yield ("cpu-by-class", "CPU usage by thread class", "Share of all CPUs, idle time left out.",
           view("classes", "Bars of CPU time by thread class."))
    if any(run.result.get("cpus") for run in study.runs):
        yield ("cpus", "Each CPU", "How much of its time it was busy, in %.", view("cpus", "How busy each CPU was."))
    yield ("cpu-by-function", "CPU time per record by function", "By the kernel's names; click a name of the legend to hide it.",
           view("functions", "Bars of CPU time a record by function."))
    if len(study.runs) == 2 and not study.manifest and all(data.functions_of(run) for run in study.runs):
        yield ("moved", "Where CPU time moved", f"Per record, from {study.runs[0].name} to {study.runs[1].name}: the functions that changed most "
               "first.", view("moved", "Table of functions with their CPU time in both runs."))
    if study.flame:
        yield ("flame", "Call by call", "CPU time a record of replication 0 by chains of calls, all threads of a class together: the outermost "
               "call on top, as wide as its time. Click a box to see it alone.",
               view("flame", f"Flame graph of {study.runs[0].name} and {study.runs[1].name}; the table above has the sums by function."))
    if any(run.latency is not None and len(run.latency) for run in study.runs):
        yield ("latency", "Latency", "From ktls_enqueue to ready: how many records are as fast. Dots and lines: 50, 99 and 99.9 % with "
               "their 95 % intervals. Drag to zoom.", view("latency", f"Distribution of latency; median: "
                                                           f"{extent(tables, 'latency_ready_us_p50')}."))
    if any(run.series is not None and len(run.series) for run in study.runs):
        yield ("course", "In the course of time", "The first replication, in steps. In flight are the requests that OCF has "
               "dispatched and that are not done.", view("course", "Throughput, CPU usage, requests in flight, engines busy over time."))
