"use strict";
// Lines on uPlot: zoom by dragging, double click to come back, intervals as whiskers, the point under the mouse in words.
const PLOTS = [];
let printing = false;
const ink = (name) => (printing ? { "--fg": "#000", "--line": "#8885" }[name] : getComputedStyle(document.documentElement).getPropertyValue(name).trim());

/** 2, 4, 8 ... or even steps, or one place each: how a parameter lies along an axis. */
function scaleOf(values) {
  const ticks = [...new Set(values)];
  const numeric = ticks.every((tick) => typeof tick === "number");
  if (numeric) ticks.sort((a, b) => a - b);
  const log = numeric && ticks.length > 2 && ticks[0] > 0 && ticks[ticks.length - 1] / ticks[0] >= 8;
  const place = (value) => (!numeric ? ticks.indexOf(value) : log ? Math.log2(value) : value);
  return { ticks, place, numeric };
}

function axis(extra) {
  return { stroke: () => ink("--fg"), grid: { stroke: () => ink("--line"), width: 0.5 }, ticks: { stroke: () => ink("--line"), width: 0.5 }, font: "11px system-ui, sans-serif", ...extra };
}

/** Ticks that do not run into each other, at most `space` pixels apart. */
function tickAxis(scale, label) {
  const at = scale.ticks.map(scale.place);
  return axis({ label, labelSize: 18, labelFont: "11px system-ui, sans-serif", size: 30,
    splits: (u, _, min, max) => {
      const inside = at.filter((place) => place >= min && place <= max);
      const widest = Math.max(...scale.ticks.map((tick) => number(tick).length)) * 7 + 8;
      const room = Math.max(1, Math.floor((u.bbox.width / devicePixelRatio) / widest));
      const kept = [];
      const least = (max - min) / room;
      for (const place of inside) if (!kept.length || place - kept[kept.length - 1] >= least * 0.99) kept.push(place);
      return kept;
    },
    values: (u, splits) => splits.map((place) => number(scale.ticks[at.findIndex((other) => Math.abs(other - place) < 1e-9)])) });
}

/** What is known of a value, along a line: paler than the line. */
function drawBand(u, xs, lo, hi, tint) {
  const there = xs.map((_, i) => i).filter((i) => lo[i] != null && hi[i] != null);
  if (!there.length) return;
  const { ctx } = u;
  const half = there.length === 1 ? 6 * devicePixelRatio : 0; // a single value is a bar
  const at = (i, value, side) => [u.valToPos(xs[i], "x", true) + side * half, u.valToPos(value, "y", true)];
  ctx.beginPath();
  const ends = half ? [[there[0], -1], [there[0], 1]] : there.map((i) => [i, 0]);
  ends.forEach(([i, side], k) => (k ? ctx.lineTo(...at(i, hi[i], side)) : ctx.moveTo(...at(i, hi[i], side))));
  [...ends].reverse().forEach(([i, side]) => ctx.lineTo(...at(i, lo[i], side)));
  ctx.closePath();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = tint;
  ctx.fill();
  ctx.globalAlpha = 1;
}

/**
 * A uPlot in `box`. `series`: {name, colour, dash, y, lo, hi, run, paths}; `xs` common to all. `say(series, i)`: the tooltip.
 * `hidden(k)`: whether series k is switched off.
 */
function plot(box, { xs, series, x, y, height = 190, say, open, sync }) {
  const near = (u) => {
    const { left, top, idx } = u.cursor;
    if (idx == null || left < 0) return null;
    let best = null;
    series.forEach((one, k) => {
      if (!u.series[k + 1].show || one.quiet) return;
      const from = one.steps ? idx : Math.max(0, idx - 3);
      const to = one.steps ? idx : Math.min(xs.length - 1, idx + 3);
      for (let i = from; i <= to; i++) {
        if (one.y[i] == null) continue;
        const distance = Math.hypot(u.valToPos(xs[i], "x") - left, u.valToPos(one.y[i], "y") - top);
        if (!best || distance < best.distance) best = { distance, one, i };
      }
    });
    return best;
  };
  const whiskers = (u) => {
    const { ctx } = u;
    ctx.save();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    ctx.clip();
    series.forEach((one, k) => {
      if (!u.series[k + 1].show) return;
      for (const [lo, hi] of one.bands ?? []) drawBand(u, xs, lo, hi, one.colour);
      if (!one.lo) return;
      ctx.strokeStyle = one.colour;
      ctx.lineWidth = devicePixelRatio * 1.2;
      const half = 3 * devicePixelRatio;
      one.lo.forEach((lo, i) => {
        const hi = one.hi[i];
        if (lo == null || hi == null || lo >= hi) return;
        const across = one.sideways;
        const [a, b, c] = across ? [u.valToPos(lo, "x", true), u.valToPos(hi, "x", true), u.valToPos(one.y[i], "y", true)]
          : [u.valToPos(lo, "y", true), u.valToPos(hi, "y", true), u.valToPos(xs[i], "x", true)];
        ctx.beginPath();
        const at = (along, side) => (across ? [along, c + side] : [c + side, along]);
        for (const [from, to] of [[at(a, 0), at(b, 0)], [at(a, -half), at(a, half)], [at(b, -half), at(b, half)]]) {
          ctx.moveTo(...from); ctx.lineTo(...to);
        }
        ctx.stroke();
      });
    });
    ctx.restore();
  };
  const options = {
    width: Math.max(240, box.clientWidth || 320), height, legend: { show: false },
    scales: { x: { time: false, range: x.range }, y: { range: y.range ?? ((u, min, max) => [Math.min(0, min ?? 0), (max ?? 1) * 1.05 || 1]) } },
    cursor: { drag: { x: true, y: true, uni: 20 }, points: { show: false }, sync: sync && { key: sync, setSeries: false } },
    axes: [x.axis, axis({ size: 54, label: y.label, labelSize: y.label ? 18 : 0, labelFont: "11px system-ui, sans-serif", values: (u, splits) => splits.map((v) => number(v)) })],
    series: [{}, ...series.map((one) => ({ stroke: one.colour, width: one.width ?? 1.5, dash: one.dash, spanGaps: true, paths: one.paths, label: one.name,
      points: { show: !one.noPoints, size: 6, fill: one.colour } }))],
    hooks: { draw: [whiskers], setCursor: [(u) => {
      const best = near(u);
      if (!best || best.distance > (best.one.steps ? 1e9 : 60) || !u.over.matches(":hover")) { if (u.over.matches(":hover")) hideTip(); return; }
      const area = u.over.getBoundingClientRect();
      showTip(say(best.one, best.i), area.left + u.cursor.left, area.top + u.cursor.top);
    }] },
  };
  const drawn = new uPlot(options, [xs, ...series.map((one) => one.y)], box);
  drawn.over.addEventListener("mouseleave", hideTip);
  let down = null;
  drawn.over.addEventListener("mousedown", (event) => { down = [event.clientX, event.clientY]; });
  drawn.over.addEventListener("click", (event) => {
    const best = near(drawn);
    if (open && best && best.distance < 40 && down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < 4) open(best.one, best.i);
  });
  drawn.root.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
  PLOTS.push(drawn);
  return drawn;
}

/** A metric of a sweep: a panel for each combination of the other parameters, a line a value of one, along another. */
function sweepLines(figure, name) {
  const columns = DATA.parameters.map((parameter) => ({ parameter, values: [...new Set(DATA.runs.map((run) => run.values[parameter]))] }));
  const numeric = (c) => c.values.every((value) => typeof value === "number");
  const along = [...columns].sort((a, b) => numeric(b) - numeric(a) || b.values.length - a.values.length)[0];
  const others = columns.filter((c) => c !== along);
  const hue = [...others].sort((a, b) => numeric(a) - numeric(b) || (a.values.length > 8) - (b.values.length > 8) || a.values.length - b.values.length)[0];
  const state = { name, x: along.parameter, hue: hue?.parameter ?? "(none)" };
  const redraw = () => { drawSweep(figure, state, redraw); };
  redraw();
}

function drawSweep(figure, state, redraw) {
  forget(figure);
  const set = (key) => (value) => {
    const was = state[key];
    state[key] = value;
    if (state.x === state.hue) state[key === "x" ? "hue" : "x"] = was;
    redraw();
  };
  const controls = el("div", { class: "controls" }, choice("show", DATA.metrics.map(([name]) => name), state.name, set("name")),
    DATA.parameters.length > 1 ? choice("along", DATA.parameters, state.x, set("x")) : null,
    DATA.parameters.length > 1 ? choice("colour", [...DATA.parameters, "(none)"], state.hue, set("hue")) : null,
    el("button", { type: "button", click: () => PLOTS.filter((u) => figure.contains(u.root)).forEach((u) => u.setData(u.data)) }, "whole range"));
  const { name } = state;
  const bounds = name === "throughput_gbps" && DATA.runs.some((run) => run.bound != null);
  const hueOf = (run) => (state.hue === "(none)" ? "" : run.values[state.hue]);
  const hues = scaleOf(DATA.runs.map(hueOf)).ticks;
  const facets = DATA.parameters.filter((parameter) => parameter !== state.x && parameter !== state.hue);
  const panels = new Map();
  for (const run of DATA.runs) {
    const key = facets.map((facet) => `${facet} ${number(run.values[facet])}`).join(", ");
    if (!panels.has(key)) panels.set(key, []);
    panels.get(key).push(run);
  }
  const found = DATA.runs.map((run) => [run, metricOf(run, name)]).filter(([, m]) => m);
  // Intervals of two or three replications may be so wide that no line could be read: they leave the picture then.
  const middle = Math.max(0, ...found.flatMap(([run, m]) => [m.mean, m.known?.[1] ?? 0, bounds ? run.bound ?? 0 : 0]));
  const widest = Math.max(0, ...found.map(([, m]) => m.hi ?? 0));
  const most = Math.min(Math.max(middle, widest) * 1.05, middle * 1.4) || 1;
  const cut = found.filter(([, m]) => m.hi > most).length;
  const least = Math.min(0, ...DATA.runs.map((run) => metricOf(run, name)?.mean ?? 0));
  const scale = scaleOf(DATA.runs.map((run) => run.values[state.x]));
  const xs = scale.ticks.map(scale.place);
  const pad = (xs.length > 1 ? xs[xs.length - 1] - xs[0] : 1) * 0.04;
  const holder = el("div", { class: `panels${panels.size === 1 ? " one" : ""}` });
  const key = legend(hues.map((value) => (value === "" ? name : `${state.hue} ${number(value)}`)), (hidden) => {
    for (const u of PLOTS.filter((one) => figure.contains(one.root)))
      u.batch(() => u.lines.forEach((one, k) => u.setSeries(k + 1, { show: !hidden.has(one.hue) })));
  }, dash);
  const lost = DATA.runs.filter((run) => !metricOf(run, name));
  const some = lost.length > 12 ? 3 : 12;
  const names = lost.slice(0, some).map((run) => `${run.name} (${run.status})`).join("; ");
  const note = lost.length ? el("p", { class: "note" }, `${lost.length} of ${DATA.runs.length} points have no value and are not drawn: ${names}${lost.length > some ? "; and others: the table below names all, at its end" : ""}.`) : null;
  const wide = cut ? el("p", { class: "soft" }, `${cut} intervals are wider than the picture; the mouse over a point tells them.`) : null;
  figure.replaceChildren(controls, key, holder, wide ?? "", note ?? "");
  for (const [title, runs] of panels) {
    const series = [];
    hues.forEach((value, h) => {
      const at = new Map(runs.filter((run) => hueOf(run) === value).map((run) => [run.values[state.x], run]));
      const mine = scale.ticks.map((tick) => at.get(tick) ?? null);
      const found = mine.map((run) => run && metricOf(run, name));
      series.push({ name: String(value), hue: h, colour: colour(h), dash: dash(h), y: found.map((m) => m?.mean ?? null), lo: found.map((m) => m?.lo ?? null), hi: found.map((m) => m?.hi ?? null), runs: mine,
        bands: ["known", "even"].map((band) => [0, 1].map((side) => found.map((m) => m?.[band]?.[side] ?? null))) });
      if (bounds) series.push({ name: `bound, ${value}`, hue: h, quiet: true, noPoints: true, colour: `${colour(h)}99`, dash: [4, 4], width: 1, y: mine.map((run) => run?.bound ?? null) });
    });
    const box = el("div", { class: "panel", role: "img", "aria-label": `${name} over ${state.x}${title ? `; ${title}` : ""}` });
    holder.append(box);
    if (title) box.append(el("h3", {}, title));
    const u = plot(box, { xs, series, x: { range: (_, min, max) => (min === xs[0] && max === xs[xs.length - 1] || xs.length === 1 ? [xs[0] - pad, xs[xs.length - 1] + pad] : [min, max]), axis: tickAxis(scale, state.x) },
      y: { label: `${name}${unitOf(name) ? ` [${unitOf(name)}]` : ""}`, range: () => [least, most] },
      say: (one, i) => sayMetric(one.runs[i], name), open: (one, i) => openRun(one.runs[i]), height: panels.size === 1 ? 300 : 200 });
    u.lines = series;
  }
}

function forget(figure) {
  for (let i = PLOTS.length - 1; i >= 0; i--) {
    if (!figure.contains(PLOTS[i].root)) continue;
    PLOTS[i].destroy();
    PLOTS.splice(i, 1);
  }
}

/** Lines of runs with their own x each: joined into one, with a legend of the runs. `parts`: [{title, label, of(run): [xs, ys] or null, marks(run)}]. */
function runLines(figure, parts, { steps, xLabel, sync, height }) {
  const runs = DATA.runs.filter((run) => parts.some((part) => part.of(run)));
  const holder = el("div", { class: "panels one" });
  const plots = [];
  const key = legend(runs.map((run) => run.name), (hidden) => plots.forEach((u) => u.batch(() => u.lines.forEach((one, k) => u.setSeries(k + 1, { show: !hidden.has(one.hue) })))), dash);
  figure.replaceChildren(key, holder);
  for (const part of parts) {
    const tablesOf = [];
    const series = [];
    runs.forEach((run, h) => {
      const own = part.of(run);
      if (!own) return;
      tablesOf.push(own);
      series.push({ name: run.name, hue: h, run, steps, noPoints: true, colour: colour(h), dash: dash(h), paths: steps && uPlot.paths.stepped({ align: steps }) });
      const marks = part.marks?.(run);
      if (!marks) return;
      tablesOf.push([marks.map((m) => m.x), marks.map((m) => m.y), marks]);
      series.push({ name: run.name, hue: h, run, marks, colour: colour(h), width: 0, sideways: true, paths: () => null });
    });
    if (!series.length) continue;
    const xs = [...new Set(tablesOf.flatMap(([x]) => x))].sort((a, b) => a - b);
    const index = new Map(xs.map((x, i) => [x, i]));
    series.forEach((one, k) => {
      const [x, y, marks] = tablesOf[k];
      const spread = (values) => { const all = new Array(xs.length).fill(null); values.forEach((value, i) => { all[index.get(x[i])] = value; }); return all; };
      one.y = spread(y);
      if (marks) { one.lo = spread(marks.map((m) => m.lo)); one.hi = spread(marks.map((m) => m.hi)); one.said = spread(marks.map((m) => m.say)); }
    });
    // Room for intervals of the last marks, unless they are out of all proportion.
    const last = xs[xs.length - 1];
    const most = Math.min(1.4 * last, Math.max(last, ...series.flatMap((one) => one.hi ?? []))) || last;
    const range = (_, min, max) => (min === xs[0] && max === last ? [min, most] : [min, max]);
    const box = el("div", { class: "panel", role: "img", "aria-label": `${part.title ?? part.label} of ${runs.length} runs` });
    if (part.title) box.append(el("h3", {}, part.title));
    holder.append(box);
    const u = plot(box, { xs, series, sync, height, x: { range, axis: axis({ label: xLabel, labelSize: 18, labelFont: "11px system-ui, sans-serif", size: 30, values: (_, splits) => splits.map((v) => number(v)) }) }, y: { label: part.label },
      say: (one, i) => one.said?.[i] ?? `${one.name}\n${number(xs[i])} ${part.unitX}: ${number(one.y[i])} ${part.unitY}`, open: (one) => openRun(one.run) });
    u.lines = series;
    plots.push(u);
  }
}
