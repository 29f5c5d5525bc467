"use strict";
// A flame graph of CPU time, the outermost call on top, and where two runs differ: wider boxes took more of it, red ones
// more than in the other run, blue ones less.
const FLAME_ROW = 19;

/** How it differs: the share of its own size in the larger of both that came or went. */
function flameColour(node) {
  const most = Math.max(node.a, node.b);
  const by = most ? (node.b - node.a) / most : 0;
  const strength = Math.round(Math.min(1, Math.abs(by)) * 85);
  return `color-mix(in srgb, ${by > 0 ? "#D55E00" : "#0072B2"} ${strength}%, #f1ece2)`;
}

function flameText(node, names) {
  const change = node.b - node.a;
  const percent = node.a ? ` (${change >= 0 ? "+" : ""}${number((100 * change) / node.a, 3)} %)` : node.b ? " (only there)" : "";
  return [node.chain.join(" > "), `${names[0]}: ${number(node.a)} us a record`, `${names[1]}: ${number(node.b)} us a record`, `difference ${change >= 0 ? "+" : ""}${number(change)} us${percent}`].join("\n");
}

/** [name, a, b, callees] as the page holds them, with what the drawing needs. */
function flameTree([name, a, b, callees], chain = []) {
  const own = [...chain, name];
  return { name, a, b, chain: own, callees: callees.map((callee) => flameTree(callee, own)) };
}

function flame(figure) {
  const names = DATA.runs.slice(0, 2).map((run) => run.name);
  const whole = flameTree(DATA.flame);
  const state = { side: "both", root: whole };
  const width = { both: (node) => Math.max(node.a, node.b), a: (node) => node.a, b: (node) => node.b };
  const holder = el("div", { class: "flame" });
  const sizeOf = (node) => {
    const own = width[state.side](node);
    return Math.max(own, node.callees.reduce((sum, callee) => sum + sizeOf(callee), 0));
  };
  const draw = () => {
    const boxes = [];
    let deepest = 0;
    const place = (node, left, share, depth) => {
      if (share < 0.001) return;
      deepest = Math.max(deepest, depth);
      const box = el("div", { class: "call", role: "button", style: `left:${100 * left}%;width:${100 * share}%;top:${depth * FLAME_ROW}px;background:${flameColour(node)}` }, share > 0.02 ? node.name : "");
      const zoom = () => { state.root = node === state.root ? whole : node; draw(); };
      reacts(box, () => flameText(node, names));
      box.addEventListener("click", () => { hideTip(); zoom(); });
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") zoom(); });
      boxes.push(box);
      const all = sizeOf(node);
      let at = left;
      for (const callee of [...node.callees].sort((x, y) => sizeOf(y) - sizeOf(x))) {
        const part = all ? (share * sizeOf(callee)) / all : 0;
        place(callee, at, part, depth + 1);
        at += part;
      }
    };
    place(state.root, 0, 1, 0);
    holder.style.height = `${(deepest + 1) * FLAME_ROW}px`;
    holder.replaceChildren(...boxes);
  };
  const sides = [["both", "the larger of both"], ["a", names[0]], ["b", names[1]]];
  const select = el("select", { change: (event) => { state.side = event.target.value; draw(); } }, ...sides.map(([value, label]) => el("option", { value }, label)));
  figure.replaceChildren(el("div", { class: "controls" }, el("label", {}, "width is CPU time of ", select), el("button", { type: "button", click: () => { state.root = whole; draw(); } }, "whole")),
    el("p", { class: "legend" }, el("i", { class: "patch", style: "background:#D55E00" }), ` more in ${names[1]} `, el("i", { class: "patch", style: "background:#0072B2" }), ` less in ${names[1]} `, el("i", { class: "patch", style: "background:#f1ece2" }), " the same"),
    holder);
  draw();
}
