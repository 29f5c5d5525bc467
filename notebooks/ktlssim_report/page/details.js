"use strict";
// The window of a run: what it gave, its settings and the command that repeats it. Its address is #run-N.
function settingsOf(run) {
  const all = { ...DATA.settings };
  for (const pointer of run.unset ?? []) delete all[pointer];
  for (const [pointer, value] of run.set ?? []) all[pointer] = value;
  return all;
}

function copyButton(text) {
  const button = el("button", { type: "button", click: () => {
    const done = () => { button.textContent = "copied"; };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
  } }, "copy");
  return button;
}

function settingsList(run) {
  const first = DATA.runs[0];
  const differing = (run.set ?? []).map(([pointer, value]) => `${pointer}=${JSON.stringify(value)}`).concat((run.unset ?? []).map((pointer) => `${pointer} is not there`));
  const all = Object.entries(settingsOf(run)).map(([pointer, value]) => `${pointer}=${JSON.stringify(value)}`);
  const title = run === first ? "Every other run's window says where its settings differ from these."
    : `${differing.length} settings differ from those of ${first.name}:`;
  return [el("h3", {}, "Settings"), DATA.runs.length > 1 ? el("p", {}, title) : null,
    run !== first && differing.length ? el("pre", {}, differing.join("\n")) : null,
    el("details", {}, el("summary", {}, `All ${all.length}`), el("pre", {}, all.join("\n")))];
}

function failuresList(run) {
  if (!run.failures) return [];
  return [el("h3", {}, "What failed"), ...run.failures.map(([replication, status, why]) => el("pre", {}, `replication ${number(replication)}: ${status}\n${why}`))];
}

function detailsOf(run) {
  const metrics = DATA.metrics.map(([name]) => [name, metricOf(run, name)]).filter(([, m]) => m);
  const functions = (run.f ?? []).map((us, i) => [DATA.functions[i], us]).filter(([, us]) => us).sort((a, b) => b[1] - a[1]);
  const nodes = [el("button", { class: "close", type: "button", click: () => details.close() }, "close"), el("h2", {}, run.name), el("p", {}, `Status: ${run.status}; replications done: ${run.done ?? 0}.`)];
  if (run.limit) nodes.push(el("p", { class: "verdict" }, `${run.limit.saturated ? "Limited by" : "Nothing is saturated; busiest:"} ${run.limit.name}, ${number(100 * run.limit.utilization, 3)} %${run.limit.saturated ? `: ${run.limit.why}` : ""}`));
  nodes.push(el("h3", {}, "Again"), el("p", {}, el("code", {}, run.command || "not known"), " ", run.command ? copyButton(run.command) : null), ...failuresList(run));
  if (metrics.length) nodes.push(el("h3", {}, "Metrics"), scrolled(tableOf(["metric", "mean", "unit", "95 % interval", "n"], metrics.map(([name, m]) => [null, [cell(name), cell(m.mean), cell(METRIC.get(name).unit), cell(spreadText(m)), cell(m.n)]]))));
  if (run.r) nodes.push(el("h3", {}, "Resources"), scrolled(tableOf(["resource", "utilization %", "servers", "us a record"], run.r.map((r, i) => [r, i]).filter(([r]) => r).map(([r, i]) => [null, [cell(DATA.resources[i]), cell(r[0] == null ? null : 100 * r[0]), cell(r[1]), cell(r[2])]]))));
  if (functions.length) nodes.push(el("h3", {}, "CPU time per record"), scrolled(tableOf(["class", "function", "us a record"], functions.map(([[kind, name], us]) => [null, [cell(kind), cell(name), cell(us)]]))));
  nodes.push(...settingsList(run));
  if (run.provenance) nodes.push(el("details", {}, el("summary", {}, "Provenance"), el("pre", {}, JSON.stringify(run.provenance, null, 1))));
  return nodes.filter(Boolean);
}

const details = document.getElementById("details");
function showHash() {
  const found = /^#run-(\d+)$/.exec(location.hash);
  const run = found && DATA.runs[Number(found[1])];
  if (!run) { if (details.open) details.close(); return; }
  details.replaceChildren(...detailsOf(run));
  if (!details.open) details.showModal();
  details.scrollTop = 0;
}
details.addEventListener("close", () => { if (location.hash.startsWith("#run-")) history.replaceState(null, "", location.pathname + location.search); });
details.addEventListener("click", (event) => { if (event.target === details) details.close(); });
addEventListener("hashchange", showHash);
