"use strict";
// What every view stands on: the data, elements, numbers as a person reads them, colours, one tooltip, legends that filter.
const DATA = JSON.parse(document.getElementById("data").textContent);
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#A89A00", "#777777"];
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3]];
const colour = (i) => COLOURS[i % COLOURS.length];
// Of areas, for which dashes are no help: the second eight are paler.
const shadeOf = (i) => (i % 16 < COLOURS.length ? colour(i) : `color-mix(in srgb, ${colour(i)} 50%, white)`);
const dash = (i) => DASHES[Math.floor(i / COLOURS.length) % DASHES.length];

/** An element with attributes (functions: listeners) and children; text stays text. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (key === "class") node.className = value;
    else if (key === "style") node.style.cssText = value;
    else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** Four significant digits without an exponent, thousands apart; what is missing is "-". As words.number in Python. */
function number(value, digits = 4) {
  if (value == null) return "-";
  if (typeof value !== "number") return String(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (Math.abs(value) < 1e-6) return value.toPrecision(digits);
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  const rounded = places < 0 ? Math.round(value * 10 ** places) / 10 ** places : value;
  const [whole, part = ""] = rounded.toFixed(Math.min(12, Math.max(0, places))).split(".");
  const rest = part.replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (rest ? `.${rest}` : "");
}

/** The runs, those of which nothing can be shown last. */
const SHOWN = [...DATA.runs].sort((a, b) => !a.done - !b.done);

const TAIL = 28;
/** A name within a few lines: its end stays, which often tells it from others. */
function named(name) {
  if (name.length <= 64) return [el("span", { class: "clamp" }, name)];
  const word = name.indexOf(" ", name.length - TAIL - 1) + 1;
  const cut = word > 0 && word < name.length - TAIL / 3 ? word : name.length - TAIL;
  return [el("span", { class: "clamp head", title: name }, name.slice(0, cut)), el("span", { class: "tail", title: name }, name.slice(cut))];
}

const METRIC = new Map(DATA.metrics.map(([name, unit], i) => [name, { i, unit }]));
const unitOf = (name) => (METRIC.has(name) && METRIC.get(name).unit !== "1" ? METRIC.get(name).unit : "");
/** {mean, lo, hi, n, known (90 %), even (50 %)} of a run's metric; null where it has none. */
function metricOf(run, name) {
  const entry = METRIC.has(name) && run.m ? run.m[METRIC.get(name).i] : null;
  if (!entry || entry[0] == null) return null;
  const [mean, lo, hi, n, from, to, half, most] = entry;
  return { mean, lo, hi, n, known: from == null ? null : [from, to], even: half == null ? null : [half, most] };
}

function spreadText(m) {
  if (m.lo == null) return `no interval (n = ${number(m.n)})`;
  return m.lo === m.hi ? "exact: nothing random" : `${number(m.lo)} to ${number(m.hi)}`;
}

function intervalText(m) {
  const text = m.lo != null && m.lo < m.hi ? `95 % interval ${spreadText(m)} (n = ${m.n})` : spreadText(m);
  const band = (name, [from, to]) => `\n${name} with what is not known: ${number(from)} to ${number(to)}`;
  return text + (m.known ? band("90 %", m.known) : "") + (m.even ? band("50 %", m.even) : "");
}

/** What the tooltip says of a run's metric. */
function sayMetric(run, name) {
  const m = metricOf(run, name);
  const lines = [run.name];
  if (m) lines.push(`${name}: ${number(m.mean)} ${unitOf(name)}`, intervalText(m));
  else lines.push(`${name}: no value (${run.status})`);
  if (name === "throughput_gbps" && run.bound != null) lines.push(`bound ${number(run.bound)} Gbit/s`);
  if (run.limit) lines.push(`${run.limit.saturated ? "limited by" : "busiest:"} ${run.limit.name} (${number(100 * run.limit.utilization, 3)} %)`);
  if (run.failures) lines.push(`${run.failures.length} failed`);
  return lines.join("\n");
}

const tip = el("div", { id: "tip", role: "status", hidden: true });
document.body.append(tip);
function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const right = document.documentElement.clientWidth;
  tip.style.left = `${Math.max(4, x + 14 + width > right ? Math.min(x - width - 14, right - width - 4) : x + 14)}px`;
  tip.style.top = `${Math.max(4, y + height + 18 > innerHeight ? y - height - 12 : y + 14)}px`;
}
const hideTip = () => { tip.hidden = true; };
/** Mouse and keyboard show `text()` beside the element; activation opens the run. */
function reacts(node, text, run) {
  node.tabIndex = 0;
  node.addEventListener("mousemove", (event) => showTip(text(), event.clientX, event.clientY));
  node.addEventListener("mouseleave", hideTip);
  node.addEventListener("focus", () => {
    if (!node.matches(":focus-visible")) return;
    const box = node.getBoundingClientRect();
    showTip(text(), box.left + 40, box.bottom);
  });
  node.addEventListener("blur", hideTip);
  if (!run) return node;
  node.addEventListener("click", () => openRun(run));
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") openRun(run); });
  return node;
}
const openRun = (run) => { hideTip(); location.hash = `run-${run.id}`; };

function swatch(i, dashed = [], tint = colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", 18); svg.setAttribute("height", 10); svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [key, value] of Object.entries({ x1: 0, x2: 18, y1: 5, y2: 5, stroke: tint(i), "stroke-width": 4, "stroke-dasharray": dashed.join(" ") })) line.setAttribute(key, value);
  svg.append(line);
  return svg;
}

/** Buttons that hide and show series by number; `changed(hidden)` redraws. A second click on the only one shown shows all. */
function legend(names, changed, dashed = () => [], tint = colour) {
  const hidden = new Set();
  const buttons = names.map((name, i) => el("button", { type: "button", "aria-pressed": "true", click: () => {
    if (hidden.has(i)) hidden.delete(i); else hidden.add(i);
    if (hidden.size === names.length) hidden.clear();
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(!hidden.has(k))));
    changed(hidden);
  } }, swatch(i, dashed(i), tint), name));
  return el("div", { class: "legend", role: "group", "aria-label": "Legend: hides and shows" }, ...buttons);
}

function choice(label, options, chosen, changed) {
  const select = el("select", { change: () => changed(select.value) },
    ...options.map((option) => el("option", { value: option, selected: option === chosen }, option)));
  return el("label", {}, `${label} `, select);
}
