"use strict";
// Rows of bars in plain HTML, so that names of any length and script are text. A row is a run.
const percent = (value, most) => `${(100 * Math.min(1, Math.max(0, value / most))).toFixed(3)}%`;

function barRow(run, text, value, ...marks) {
  const track = el("div", { class: "track" }, ...marks);
  return reacts(el("div", { class: "row", role: "button" }, el("span", { class: "name" }, ...named(run.name)), track, el("span", { class: "value" }, value)),
    text, run);
}

const rowsOf = (rows) => el("div", { class: `rows${rows.length > 40 ? " many" : ""}` }, ...rows);

/** A metric: a bar a run, with its interval, its band and its bound. */
function metricBars(figure, name) {
  const bound = name === "throughput_gbps";
  const found = SHOWN.map((run) => [run, metricOf(run, name)]);
  const most = Math.max(...found.flatMap(([run, m]) => (m ? [m.mean, m.hi ?? 0, m.known?.[1] ?? 0, bound ? run.bound ?? 0 : 0] : [0]))) * 1.02 || 1;
  figure.replaceChildren(rowsOf(found.map(([run, m]) => {
    const marks = [];
    if (m) marks.push(el("div", { class: "bar", style: `width:${percent(m.mean, most)};background:${colour(0)}` }));
    if (m?.known) marks.push(el("div", { class: "known", style: `left:${percent(m.known[0], most)};width:${percent(m.known[1] - m.known[0], most)}` }));
    if (m?.even) marks.push(el("div", { class: "known even", style: `left:${percent(m.even[0], most)};width:${percent(m.even[1] - m.even[0], most)}` }));
    if (m && m.lo != null && m.lo < m.hi) marks.push(el("div", { class: "whisker", style: `left:${percent(m.lo, most)};width:${percent(m.hi - m.lo, most)}` }));
    if (bound && run.bound != null && m) marks.push(el("div", { class: "bound", style: `left:${percent(run.bound, most)}` }));
    return barRow(run, () => sayMetric(run, name), m ? `${number(m.mean)} ${unitOf(name)}` : run.status, ...marks);
  })));
}

/** Bars stacked of `parts` (names); `valuesOf(run)` has a number for each. The legend hides parts. */
function stackedBars(figure, parts, valuesOf, unit) {
  const sums = parts.map((_, i) => DATA.runs.reduce((sum, run) => sum + (valuesOf(run)?.[i] ?? 0), 0));
  const order = parts.map((_, i) => i).sort((a, b) => sums[b] - sums[a]).filter((i) => sums[i] > 0);
  const shown = order.length <= 16 ? order : order.slice(0, 15);
  const rest = order.slice(shown.length);
  const names = shown.map((i) => parts[i]).concat(rest.length ? [`${rest.length} others`] : []);
  const split = (run) => {
    const values = valuesOf(run);
    return values && values.some((value) => value != null) ? shown.map((i) => values[i] ?? 0).concat(rest.length ? [rest.reduce((sum, i) => sum + (values[i] ?? 0), 0)] : []) : null;
  };
  const holder = el("div");
  const draw = (hidden) => {
    const visible = SHOWN.map((run) => [run, split(run)]);
    const total = (values) => values.reduce((sum, value, k) => sum + (hidden.has(k) ? 0 : value), 0);
    const most = Math.max(...visible.map(([, values]) => (values ? total(values) : 0))) || 1;
    holder.replaceChildren(rowsOf(visible.map(([run, values]) => {
      const marks = (values ?? []).map((value, k) => (hidden.has(k) || !value ? null : el("div", { class: "bar", style: `width:${percent(value, most)};background:${shadeOf(k)}` })));
      const text = () => [run.name, ...(values ?? []).map((value, k) => (hidden.has(k) ? null : `${names[k]}: ${number(value)} ${unit}`)).filter(Boolean)].join("\n");
      return barRow(run, text, values ? `${number(total(values))} ${unit.split(" ")[0]}` : run.status, ...marks);
    })));
  };
  figure.replaceChildren(legend(names, draw, undefined, shadeOf), holder);
  draw(new Set());
}
