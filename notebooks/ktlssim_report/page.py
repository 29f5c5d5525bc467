"""One HTML file that needs nothing else, and the same data as PNG and SVG for papers."""
import json
import pathlib

from . import data, figures, results, sections, tables, timelines, twin, watch
from .document import document, inlined
from .in_place import PICTURES, put_in_place
from .sections import escape

SCRIPTS = ["base.js", "tables.js", "bars.js", "lines.js", "details.js", "flame.js", "views.js"]


def section(identity, heading, content):
    return f"<section id={identity}><h2>{escape(heading)}</h2>{content}</section>"


def provenance(study):
    if study.manifest:
        kept = {key: value for key, value in study.manifest.items() if key not in ("seeds", "values")}
        how = (f"The whole sweep: <code>{escape(study.manifest.get('command_line', ''))}</code>. Each point: "
               "<code>ktlssim run points/NNNNN.json</code>; the command of each stands in its window.")
        return f"<p>{how}</p><details><summary>Manifest</summary><pre>{escape(json.dumps(kept, indent=1))}</pre></details>"
    return "<ul>" + "".join(f"<li><a href='#run-{i}'>{sections.called(run.name)}</a>: <code>{escape(run.command)}</code></li>"
                            for i, run in enumerate(study.runs)) + "</ul>"


WATCHED_US = 300  # more would not fit into a page of 2 MB


def slow_motion(study):
    """The page of `ktlssim watch` within this one, of the timelines of one run or two; made only when it is opened."""
    traced = [run for run in study.runs if run.trace is not None]
    if not 1 <= len(traced) <= 2:
        return ""
    page = json.dumps(watch.page([(run.name, timelines.read(run.trace, WATCHED_US)) for run in traced]), ensure_ascii=False)
    return (f"<p>The first {WATCHED_US} us of {' and '.join(escape(run.name) for run in traced)}: CPUs, queues and records that move. "
            "<code>ktlssim watch</code> makes such a page of any time.</p>"
            "<details id=watch><summary>Show</summary></details>"
            f"<script type='application/json' id=watch-page>{inlined(page)}</script>")


def body(study, found):
    failed = sections.failures(study)
    judged = sections.comparison(study) if study.comparison else sections.run_differences(study, found)
    first = [("did-it-change", "Did it change?", judged)] if judged else []
    limits = sections.point_verdicts(found) if study.manifest else "".join(
        sections.verdict(point) for point in found.points.itertuples())
    limits += sections.findings(study)
    if limits:
        first.append(("limits", "What limits", limits))
    if unsteady := sections.unsteady(study):
        first.insert(0, ("not-steady", "No steady state", unsteady))
    if failed:
        first.insert(0 if not len(found.metrics) else len(first), ("failed", "What failed", failed))
    drawn = [(identity, heading, f"<p>{escape(caption)}</p>{figure}")
             for identity, heading, caption, figure in sections.drawn(study, found)]
    moving = slow_motion(study)
    drawn += [("slow-motion", "In slow motion", moving)] if moving else []
    last = [("numbers", "All numbers", "<p>A row each; a click on a head sorts, on a row shows the run.</p>"
             + sections.view("numbers", "Table of all runs.")),
            ("provenance", "Where it is from", provenance(study))]
    everything = first + drawn + last
    contents = "".join(f"<li><a href='#{identity}'>{escape(heading)}</a></li>" for identity, heading, _ in everything)
    notes = "".join(f"<p class=note>{escape(note)}</p>" for note in study.notes)
    return (f"<header><h1>ktlssim: {escape(study.title)}</h1><p>{escape(sections.counts(study))}</p>{notes}"
            f"<nav aria-label=Contents><ol>{contents}</ol></nav></header><main>"
            + "".join(section(*one) for one in everything)
            + "</main><noscript><p class=note>Pictures and tables need JavaScript; the words above do not.</p></noscript>"
              "<dialog id=details aria-label='A run'></dialog>")


def write(directory, where=()):
    directory = pathlib.Path(directory)
    if (directory / "twin.json").exists():
        if where:
            raise results.BadInput(f"--where {where[0]}: {directory} is of `ktlssim twin`, and no sweep")
        return twin.write(directory)
    study = results.read_study(directory, where)
    target = directory / "report"
    found = tables.of(study.runs)
    payload = json.dumps(data.of(study, found), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    with put_in_place(target, PICTURES) as new:
        (new / "index.html").write_text(document(study.title, body(study, found), payload, SCRIPTS, "report.css", library=True))
        figures.write(study, found, new)
    return target / "index.html"
