"use strict";
// Fills each <figure data-view=...> of the page.
const HEADLINE = ["throughput_gbps", "cpu_percent", "cpu_us_per_record", "latency_ready_us_p50", "latency_ready_us_p99"].filter((name) => METRIC.has(name));
const withUnit = (name) => `${name}${unitOf(name) ? ` [${unitOf(name)}]` : ""}`;

function shade(node, part) {
  const strength = Math.min(1, Math.max(0, part));
  node.style.background = `color-mix(in srgb, #0072B2 ${Math.round(90 * strength)}%, transparent)`;
  if (strength > 0.55) node.style.color = "#fff";
  node.style.printColorAdjust = "exact";
  return node;
}

/** Two parameters as rows and columns of fields, a table for each combination of the rest. */
function fieldMap(figure, name) {
  const sizes = [...DATA.parameters].sort((a, b) => new Set(DATA.runs.map((r) => r.values[b])).size - new Set(DATA.runs.map((r) => r.values[a])).size);
  const state = { name, x: sizes[0], y: sizes[1] };
  const draw = () => {
    const set = (key) => (value) => { if (key !== "name" && value === state[key === "x" ? "y" : "x"]) state[key === "x" ? "y" : "x"] = state[key]; state[key] = value; draw(); };
    const ticks = (key) => scaleOf(DATA.runs.map((run) => run.values[state[key]])).ticks;
    const rest = DATA.parameters.filter((parameter) => parameter !== state.x && parameter !== state.y);
    const most = Math.max(...DATA.runs.map((run) => metricOf(run, state.name)?.mean ?? 0)) || 1;
    const groups = new Map();
    for (const run of DATA.runs) {
      const key = rest.map((parameter) => `${parameter} ${number(run.values[parameter])}`).join(", ");
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(run);
    }
    const tables = [...groups].map(([title, runs]) => {
      const field = (x, y) => {
        const run = runs.find((one) => one.values[state.x] === x && one.values[state.y] === y);
        if (!run) return el("td");
        const m = metricOf(run, state.name);
        return reacts(shade(el("td", { class: "field" }, m ? number(m.mean, 3) : "-"), m ? m.mean / most : 0), () => sayMetric(run, state.name), run);
      };
      const table = el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, `${state.y} \\ ${state.x}`), ...ticks("x").map((x) => el("th", { class: "field" }, number(x))))),
        el("tbody", {}, ...ticks("y").filter((y) => runs.some((run) => run.values[state.y] === y)).map((y) => el("tr", {}, el("th", { scope: "row" }, number(y)), ...ticks("x").map((x) => field(x, y))))));
      return el("div", {}, title ? el("h3", {}, title) : null, scrolled(table));
    });
    figure.replaceChildren(el("div", { class: "controls" }, choice("show", DATA.metrics.map(([metric]) => metric), state.name, set("name")), choice("columns", DATA.parameters, state.x, set("x")), choice("rows", DATA.parameters, state.y, set("y"))), ...tables);
  };
  draw();
}

function busy(figure) {
  const share = (r) => {
    if (!r || r[0] == null) return cell(null);
    const value = 100 * r[0];
    const node = el("td", { class: `share${value >= 90 ? " full" : ""}`, "data-value": value }, number(value, 3), el("i", { style: `width:calc(${Math.min(1, r[0])} * (100% - .6rem))` }));
    return node;
  };
  const rows = SHOWN.map((run) => [run, [...whoCells(run), cell(run.limit?.name ?? run.status), ...DATA.resources.map((_, i) => share(run.r?.[i]))]]);
  figure.replaceChildren(scrolled(tableOf([...whoHeads(), "busiest", ...DATA.resources], rows)));
}

function numbers(figure) {
  const state = { shown: HEADLINE.length ? HEADLINE : DATA.metrics.slice(0, 5).map(([name]) => name) };
  const draw = () => {
    const rows = SHOWN.map((run) => [run, [...whoCells(run), cell(run.status), ...state.shown.map((name) => {
      const m = metricOf(run, name);
      const node = cell(m?.mean ?? null);
      if (m && m.lo != null && m.lo < m.hi) node.append(` ± ${number((m.hi - m.lo) / 2, 2)}`);
      if (m && m.n < run.done) node.append(` (n = ${m.n})`);
      return node;
    }), cell(run.bound ?? null)]]);
    const controls = el("div", { class: "controls" }, choice("show also", ["", ...DATA.metrics.map(([name]) => name).filter((name) => !state.shown.includes(name))], "", (name) => { if (name) { state.shown = [...state.shown, name]; draw(); } }));
    figure.replaceChildren(controls, scrolled(tableOf([...whoHeads(), "status", ...state.shown.map(withUnit), "bound [Gbit/s]"], rows)));
  };
  draw();
}

/** The difference of two means and its interval, by the squares of the half widths on each side (runs are not paired here). */
function differenceOf(a, b) {
  if (!a || !b) return null;
  const mean = b.mean - a.mean;
  if (a.lo == null || b.lo == null) return { mean, verdict: "one replication: not known" };
  const lo = mean - Math.hypot(b.mean - b.lo, a.hi - a.mean);
  const hi = mean + Math.hypot(b.hi - b.mean, a.mean - a.lo);
  const verdict = mean === 0 && lo === hi ? "the same" : lo > 0 || hi < 0 ? "proven" : "no difference proven";
  return { mean, lo, hi, verdict };
}

function differences(figure) {
  const usable = DATA.runs.filter((run) => run.m);
  const state = { base: usable[0]?.id ?? 0, name: HEADLINE[0] ?? DATA.metrics[0][0] };
  const draw = () => {
    const base = DATA.runs[state.base];
    const rows = DATA.runs.filter((run) => run !== base).map((run) => {
      const [a, b] = [metricOf(base, state.name), metricOf(run, state.name)];
      const d = differenceOf(a, b);
      return [run, [cell(run.name), cell(b?.mean ?? null), cell(d?.mean ?? null), cell(d && a.mean ? 100 * d.mean / a.mean : null, 3), cell(d?.lo != null ? `${number(d.lo)} to ${number(d.hi)}` : "-"), cell(d?.verdict ?? `no value (${run.status})`)]];
    });
    const select = el("select", { change: (event) => { state.base = Number(event.target.value); draw(); } }, ...usable.map((run) => el("option", { value: run.id, selected: run.id === state.base }, run.name)));
    figure.replaceChildren(el("div", { class: "controls" }, choice("show", DATA.metrics.map(([name]) => name), state.name, (name) => { state.name = name; draw(); }), el("label", {}, "against ", select)),
      el("p", {}, `${base.name}: ${number(metricOf(base, state.name)?.mean)} ${unitOf(state.name)}`),
      scrolled(tableOf(["run", withUnit(state.name), "difference", "%", "95 % interval", "verdict"], rows)));
  };
  draw();
}

/** Of two runs: where CPU time went, function by function, the largest changes first. */
function moved(figure) {
  const [a, b] = DATA.runs.map((run) => run.f ?? []);
  const changes = DATA.functions.map(([kind, name], i) => ({ kind, name, from: a[i] ?? 0, to: b[i] ?? 0, by: (b[i] ?? 0) - (a[i] ?? 0) })).filter((change) => change.from || change.to);
  changes.sort((one, other) => Math.abs(other.by) - Math.abs(one.by));
  const most = Math.abs(changes[0]?.by ?? 0) || 1;
  const bar = ({ by }) => el("td", { class: "change", "data-value": by }, el("i", { style: `width:${(50 * Math.abs(by)) / most}%;${by < 0 ? "right" : "left"}:50%;background:${by < 0 ? "#009E73" : "#D55E00"}` }));
  const rows = changes.map((change) => [null, [cell(change.kind), cell(change.name), cell(change.from), cell(change.to), cell(change.by), bar(change)]]);
  figure.replaceChildren(scrolled(tableOf(["class", "function", `${DATA.runs[0].name} [us]`, `${DATA.runs[1].name} [us]`, "difference [us]", "less | more"], rows)));
}

const QUANTILES = [["p50", 0.5], ["p99", 0.99], ["p999", 0.999]];
function latencies(figure) {
  const part = { label: "records that are as fast", unitX: "us", unitY: "of the records",
    of: (run) => run.latency && [[0, ...run.latency[0]], [0, ...run.latency[1]]],
    marks: (run) => QUANTILES.map(([q, y]) => { const m = metricOf(run, `latency_ready_us_${q}`); return m && { x: m.mean, y, lo: m.lo, hi: m.hi, say: sayMetric(run, `latency_ready_us_${q}`) }; }).filter(Boolean) };
  runLines(figure, [part], { steps: 1, xLabel: "from ktls_enqueue to ready [us]", height: 300 });
}

const COURSE = [["throughput_gbps", "Gbit/s", "Throughput"], ["cpu_percent", "% of all CPUs", "CPU usage"], ["in_flight_mean", "requests", "In flight"], ["device_utilization", "busy", "Engines"]];
function course(figure) {
  const parts = COURSE.map(([column, unit, title]) => ({ title, label: unit, unitX: "ms", unitY: unit, of: (run) => run.series?.[column] && [run.series.end_us.map((us) => us / 1000), run.series[column]] }));
  runLines(figure, parts, { steps: -1, xLabel: "since the end of the warm-up [ms]", sync: "course", height: 150 });
}

const FEW = 4;
/** How busy each CPU is: bars of few runs, a field each of many. */
function cpus(figure) {
  const runs = DATA.runs.filter((run) => run.cpus);
  if (runs.length > FEW) {
    const most = Math.max(...runs.map((run) => run.cpus.length));
    const heads = [...whoHeads(), ...Array.from({ length: most }, (_, i) => `CPU ${i}`)];
    const field = (run, i) => (run.cpus[i] == null ? cell(null) : shade(cell(run.cpus[i], 3), run.cpus[i] / 100));
    figure.replaceChildren(scrolled(tableOf(heads, runs.map((run) => [run, [...whoCells(run), ...Array.from({ length: most }, (_, i) => field(run, i))]]))));
    return;
  }
  figure.replaceChildren(...runs.map((run) => el("div", {}, el("h3", {}, run.name), rowsOf(run.cpus.map((busyPercent, i) => {
    const text = () => `${run.name}, CPU ${i}\nbusy ${number(busyPercent)} %`;
    const bar = el("div", { class: "bar", style: `width:${percent(busyPercent, 100)};background:${colour(0)}` });
    return reacts(el("div", { class: "row", role: "button" }, el("span", { class: "name" }, `CPU ${i}`), el("div", { class: "track" }, bar), el("span", { class: "value" }, `${number(busyPercent, 3)} %`)), text, run);
  })))));
}

const VIEWS = {
  lines: (figure) => sweepLines(figure, figure.dataset.metric),
  bars: (figure) => metricBars(figure, figure.dataset.metric),
  map: (figure) => fieldMap(figure, figure.dataset.metric),
  classes: (figure) => stackedBars(figure, DATA.classes, (run) => run.c, "% of all CPUs"),
  functions: (figure) => stackedBars(figure, DATA.functions.map(([kind, name]) => `${kind}: ${name}`), (run) => run.f, "us"),
  busy, numbers, differences, moved, flame, latency: latencies, course, cpus,
};

document.querySelectorAll("table.sortable").forEach(sortable);
for (const figure of document.querySelectorAll("figure[data-view]")) VIEWS[figure.dataset.view](figure);
showHash();

document.getElementById("watch")?.addEventListener("toggle", (event) => {
  if (event.target.querySelector("iframe")) return;
  const frame = el("iframe", { title: "In slow motion", style: "width: 100%; height: 60rem; border: 0", srcdoc: JSON.parse(document.getElementById("watch-page").textContent) });
  frame.addEventListener("load", () => { frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 20}px`; });
  event.target.append(frame);
});

const redrawAll = () => PLOTS.forEach((u) => u.redraw(false, true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
const PAPER_PX = 700; // upright A4 or Letter, without its margins
/** Tables as they are printed: those that paper is too narrow for become smaller. */
function fitToPaper() {
  document.body.classList.toggle("printing", printing);
  for (const table of document.querySelectorAll(".scroll > table")) {
    table.style.zoom = "";
    if (!printing) continue;
    table.style.width = "min-content";
    table.style.zoom = Math.min(1, PAPER_PX / table.offsetWidth);
    table.style.width = "";
  }
}
for (const [event, on] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => { printing = on; redrawAll(); fitToPaper(); });
addEventListener("resize", () => PLOTS.forEach((u) => {
  const width = u.root.parentNode.clientWidth;
  if (width && width !== u.width) u.setSize({ width, height: u.height });
}));
