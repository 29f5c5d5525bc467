"use strict";
// The way of one record in both runs: how long it stayed where, and what grew.
function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) if (key === "class") made.className = value; else made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const inUs = (ns) => (ns / 1000).toFixed(ns < 10000 ? 2 : 1);

/** ns in each zone; undefined where the record never was. */
function sums(record, until) {
  const all = new Array(GONE).fill(undefined);
  for (const [zone, ns] of record.stays(until)) all[zone] = (all[zone] ?? 0) + ns;
  return all;
}

/** Grown: longer by more than a tenth, and by more than a tenth of a microsecond. */
const grew = (ns, other) => ns != null && other != null && ns - other > Math.max(100, 0.1 * other);

function showWays(runs, session, number) {
  const key = `${session}.${number}`;
  const found = runs.map((run) => run.byName.get(key));
  document.getElementById("who").textContent = `Record ${number} of session ${session}`;
  const stays = found.map((record, i) => (record ? sums(record, runs[i].length) : null));
  const longest = Math.max(1, ...stays.flatMap((all) => (all ? [all.reduce((sum, ns) => sum + (ns ?? 0), 0)] : [])));
  const bars = runs.flatMap((run, i) => {
    if (!stays[i]) return [node("p", {}, `${run.label}: not among the records followed in this time`)];
    const other = stays[1 - i];
    const parts = stays[i].map((ns, zone) => (ns ? node("i", { class: other && grew(ns, other[zone]) ? "grew" : "", style: `width:${(100 * ns) / longest}%;background:${ZONE_COLOUR[zone]}`, title: `${ZONES[zone]}: ${inUs(ns)} us` }, ZONES[zone]) : null));
    return [node("div", {}, run.label), node("div", { class: "way" }, ...parts.filter(Boolean))];
  });
  const unended = (i, zone) => found[i]?.goesOn && found[i].zones[found[i].zones.length - 1] === zone;
  const comparable = (zone) => stays[0]?.[zone] != null && stays[1]?.[zone] != null && !unended(0, zone) && !unended(1, zone);
  const direction = (zone) => {
    if (!comparable(zone)) return "";
    return grew(stays[1][zone], stays[0][zone]) ? "grew" : grew(stays[0][zone], stays[1][zone]) ? "shrank" : "";
  };
  const rows = ZONES.slice(0, GONE).map((name, zone) => node("tr", { class: direction(zone) }, node("td", {}, name), ...stays.map((all, i) => node("td", {}, all?.[zone] == null ? "-" : `${unended(i, zone) ? "at least " : ""}${inUs(all[zone])}`)),
      ...(stays.length === 2 ? [node("td", {}, comparable(zone) ? `${stays[1][zone] >= stays[0][zone] ? "+" : ""}${inUs(stays[1][zone] - stays[0][zone])}` : "-")] : [])));
  const cut = found.some((record) => record?.goesOn);
  const heads = ["where", ...runs.map((run) => `${run.label} [us]`), ...(runs.length === 2 ? ["second - first"] : [])];
  document.getElementById("ways").replaceChildren(...bars, node("div", { class: "scroll" }, node("table", {}, node("thead", {}, node("tr", {}, ...heads.map((head) => node("th", {}, head)))), node("tbody", {}, ...rows))),
    ...(cut ? [node("p", { class: "keys" }, '"at least": the time that is shown ends before the record goes on; "-": it did not come there')] : []));
}
