"use strict";
// Draws a run at a time: lanes of CPUs and engines with a playhead, workers, and boxes with the records in them.
const CLASS_COLOUR = { interrupt: "#56B4E9", ktls: "#E69F00", application: "#009E73" };
const WORKER_COLOUR = { running: "#E69F00", runnable: "#F5DCA8", 'asleep on "ocfktls"': "#d00000" };
const ZONE_COLOUR = ["#E69F00", "#F0C060", "#CC79A7", "#9A7BD0", "#56B4E9", "#4C8DC4", "#BBBBBB"];
const LANE = 15;
const WORKERS_PX = 90; // of all lanes of workers together, where they are more than a few
const TRAVEL_NS = 1500; // a dot needs to its next box, unless it is sooner in the one after
const PLAYHEAD = 0.7; // of the width of the lanes
const BOXES = [0, 1, 2, 3, 4, 5, 6];

let INK = {};
function readInk() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["fg", "bg", "soft", "line", "panel"]) INK[name] = style.getPropertyValue(`--${name}`).trim();
}

/** Where everything of a run lies, `width` wide from `top` on. */
function layout(run, width, top) {
  const label = Math.min(110, Math.max(54, width * 0.1));
  const narrow = width < 700;
  const lanes = { left: label, width: width - label, top: top + (narrow ? 56 : 40), rows: run.cpus.length + run.engines.length };
  let y = lanes.top + lanes.rows * LANE + 8;
  const each = Math.max(3, Math.min(12, Math.floor(WORKERS_PX / Math.max(1, run.workers.length))));
  const workers = { left: label, width: width - label, top: y, each };
  y += run.workers.length * each + 10;
  const interrupts = { left: label, width: width - label, top: y };
  if (run.interrupts.length) y += 26;
  const columns = narrow ? 4 : 7;
  const gap = 8;
  const boxWidth = (width - gap * (columns - 1)) / columns;
  const height = 118;
  const boxes = BOXES.map((zone, i) => ({ zone, left: (i % columns) * (boxWidth + gap), top: y + 18 + Math.floor(i / columns) * (height + 30), width: boxWidth, height }));
  return { top, lanes, workers, interrupts, boxes, label, bottom: y + Math.ceil(7 / columns) * (height + 30) + 8 };
}

function text(ctx, words, x, y, room, colour = INK.fg) {
  ctx.fillStyle = colour;
  let fit = words;
  if (room != null && words.length * 5 > room) while (fit.length && ctx.measureText(fit).width > room) fit = fit.slice(0, -1);
  if (fit.length) ctx.fillText(fit, x, y);
}

function drawLane(ctx, track, view, y, height, colour) {
  const { from, length, number } = track;
  let lastX = -1;
  for (let i = Math.max(0, before(from, view.from)); i < from.length && from[i] < view.to; i++) {
    const x0 = Math.max(view.left, view.x(from[i]));
    const x1 = Math.min(view.right, view.x(from[i] + length[i]));
    if (x1 <= x0 || x1 - lastX < 0.4) continue; // too little to be seen
    lastX = x1;
    ctx.fillStyle = colour(number[i]);
    ctx.fillRect(x0, y, Math.max(0.7, x1 - x0 - (x1 - x0 > 4 ? 0.5 : 0)), height);
  }
}

function drawLanes(ctx, run, place, now, span) {
  const { left, width, top } = place.lanes;
  const view = { from: now - span * PLAYHEAD, to: now + span * (1 - PLAYHEAD), left, right: left + width, x: (at) => left + ((at - now) / span + PLAYHEAD) * width };
  run.cpus.forEach((name, cpu) => {
    const y = top + cpu * LANE;
    text(ctx, name, 0, y + 10);
    ctx.fillStyle = INK.panel;
    ctx.fillRect(left, y, width, LANE - 3);
    drawLane(ctx, run.running[cpu], view, y, LANE - 3, (thread) => CLASS_COLOUR[classOf(run.threads[thread])]);
    // Words of what it runs; the function where that is wide enough to read.
    const { from, length, number } = run.inside[cpu];
    for (let i = Math.max(0, before(from, view.from)); i < from.length && from[i] < view.to; i++) {
      const x0 = Math.max(left, view.x(from[i]));
      const x1 = Math.min(view.right, view.x(from[i] + length[i]));
      if (x1 - x0 < 3) continue;
      ctx.fillStyle = "#0002";
      ctx.fillRect(x1 - 0.6, y, 0.6, LANE - 3);
      if (x1 - x0 > 40) text(ctx, run.functions[number[i]], x0 + 2, y + 9, x1 - x0 - 3, "#000");
    }
  });
  run.engines.forEach((name, engine) => {
    const y = top + (run.cpus.length + engine) * LANE;
    text(ctx, (place.label > 80 ? "card " : "") + name.replace(" engine", ""), 0, y + 10, place.label - 4);
    ctx.fillStyle = INK.line;
    ctx.fillRect(left, y, width, LANE - 3);
    drawLane(ctx, run.busy[engine], view, y, LANE - 3, () => ZONE_COLOUR[3]);
  });
  drawWorkers(ctx, run, place, view);
  // What is yet to come is pale.
  const playhead = left + PLAYHEAD * width;
  const bottom = run.workers.length ? place.workers.top + run.workers.length * place.workers.each : top + place.lanes.rows * LANE;
  ctx.globalAlpha = 0.5;
  ctx.fillStyle = INK.bg;
  ctx.fillRect(playhead, top, view.right - playhead, bottom - top);
  ctx.globalAlpha = 1;
  run.cpus.forEach((_, cpu) => {
    const words = run.doingOn(cpu, now).slice(0, Math.floor(((1 - PLAYHEAD) * width - 8) / 6));
    if (!words) return;
    const y = top + cpu * LANE;
    ctx.fillStyle = INK.bg;
    ctx.fillRect(playhead + 2, y, ctx.measureText(words).width + 6, LANE - 3);
    text(ctx, words, playhead + 5, y + 9);
  });
  ctx.fillStyle = INK.fg;
  ctx.fillRect(playhead - 0.75, top - 3, 1.5, bottom - top + 3);
  return view;
}

/** What each worker did: red where it slept until its record was done. */
function drawWorkers(ctx, run, place, view) {
  const { left, width, top, each } = place.workers;
  const named = each > 8;
  if (!named && run.workers.length) text(ctx, `${run.workers.length} workers`, 0, top + 10, place.label - 4);
  run.workers.forEach(({ name, i }, k) => {
    const y = top + k * each;
    if (named) text(ctx, name.replace("KTLS/", place.label > 80 ? "worker " : ""), 0, y + each - 3, place.label - 4);
    ctx.fillStyle = INK.panel;
    ctx.fillRect(left, y, width, each - 1);
    drawLane(ctx, run.doing[i], view, y, each - 1, (state) => WORKER_COLOUR[run.states[state]] ?? INK.panel);
  });
}

const INTERRUPT_COLOUR = { timing: "#F0E442", raised: "#D55E00", "in service": "#56B4E9" };
const INTERRUPT_WORDS = { armed: "armed", timing: "held off", raised: "raised", "in service": "in service" };

/** Completion queues: whether their interrupt is armed, held off by its timer, raised, or served (masked). */
function drawInterrupts(ctx, run, place, now) {
  if (!run.interrupts.length) return;
  const { left, width, top } = place.interrupts;
  text(ctx, place.label < 70 ? "irqs now" : "interrupts now", 0, top + 12);
  const each = Math.min(150, width / run.interrupts.length);
  run.interrupts.forEach((name, i) => {
    const state = run.interrupt(i, now);
    ctx.fillStyle = INTERRUPT_COLOUR[state] ?? INK.panel;
    ctx.fillRect(left + i * each, top, each - 3, 18);
    const quiet = !(state in INTERRUPT_COLOUR);
    const ink = quiet ? INK.soft : state === "raised" ? "#fff" : "#000";
    const own = name.replace(/^irq [^:]*:/, "");
    if (each > 14) text(ctx, each > 80 ? `${own} ${INTERRUPT_WORDS[state]}` : own, left + i * each + 3, top + 13, each - 6, ink);
  });
}

const LEVEL = ["records in work queue", null, null, "records in device", "records in completion queue", null, null];

/** Dots: each where it is now, or on its way there. `found` collects [x, y, record] for the mouse. */
function drawRecords(ctx, run, place, now, selected, found) {
  const inZone = BOXES.map(() => []);
  for (const record of run.records) {
    if (record.times[0] > now) break;
    const i = record.at(now);
    if (i >= 0 && record.zones[i] !== GONE) inZone[record.zones[i]].push(record);
  }
  const total = (zone) => {
    if (LEVEL[zone]) return run.level(LEVEL[zone], now);
    if (zone === 2) return run.level("records in OpenCrypto", now) - run.level("records in device", now) - run.level("records in completion queue", now);
    return inZone[zone].length;
  };
  const counts = BOXES.map(total);
  for (const box of place.boxes) {
    const { zone, left, top, width, height } = box;
    ctx.fillStyle = INK.panel;
    ctx.fillRect(left, top, width, height);
    ctx.fillStyle = ZONE_COLOUR[zone];
    ctx.fillRect(left, top, width, 3);
    text(ctx, `${Math.max(counts[zone], inZone[zone].length)} ${(width < 110 ? ZONES_SHORT : ZONES)[zone]}`, left, top - 5, width);
    if (zone === 3) {
      const each = Math.min(80, (width - 8) / Math.max(1, run.engines.length));
      run.engines.forEach((_, engine) => {
        const works = run.engineBusy(engine, now);
        ctx.fillStyle = works ? ZONE_COLOUR[3] : INK.line;
        ctx.fillRect(left + 4 + engine * each, top + height - 17, each - 3, 13);
        if (each > 60) text(ctx, works ? "engine works" : "engine idle", left + 6 + engine * each, top + height - 7, each - 4, "#000");
      });
    }
    const records = inZone[zone];
    const foot = (zone === 3 ? 18 : 2) + (counts[zone] > records.length ? 13 : 0);
    if (counts[zone] > records.length) text(ctx, `+ ${counts[zone] - records.length} not followed`, left + 4, top + height - foot + 9, width - 8, INK.soft);
    records.sort((a, b) => a.times[a.cursor] - b.times[b.cursor]);
    const room = (width - 8) * (height - 8 - foot);
    const pitch = Math.max(2.2, Math.min(11, Math.floor(Math.sqrt(room / Math.max(1, records.length)) * 10) / 10));
    const columns = Math.max(1, Math.floor((width - 8) / pitch));
    const size = Math.max(1.6, pitch - 1.5);
    const from = place.boxes[Math.max(0, zone - 1)];
    records.forEach((record, k) => {
      let x = left + width - 4 - ((k % columns) + 1) * pitch;
      let y = top + 7 + Math.floor(k / columns) * pitch;
      const i = record.cursor;
      const part = (now - record.times[i]) / Math.min(TRAVEL_NS, (record.times[i + 1] ?? Infinity) - record.times[i]);
      if (part < 1) {
        const startX = zone === 0 ? left : from.left + from.width;
        const startY = zone === 0 ? top + height / 2 : from.top + from.height / 2;
        x = startX + (x - startX) * part;
        y = startY + (y - startY) * part;
      }
      ctx.fillStyle = record.colour;
      ctx.fillRect(x, y, size, size);
      found.push(x + size / 2, y + size / 2, record);
      if (record === selected) {
        ctx.strokeStyle = INK.fg;
        ctx.lineWidth = 2;
        ctx.strokeRect(x - 3, y - 3, size + 6, size + 6);
      }
    });
  }
}

function drawRun(ctx, run, place, { now, span, selected }, found) {
  ctx.font = "bold 13px system-ui, sans-serif";
  text(ctx, run.label, 0, place.top + 14, place.lanes.left + place.lanes.width);
  ctx.font = "12px system-ui, sans-serif";
  const [busy, done] = run.score(now);
  const two = place.lanes.top - place.top > 50;
  text(ctx, two ? busy : `${busy} ${done}`, 0, place.top + 31, place.lanes.left + place.lanes.width);
  if (two) text(ctx, done, 0, place.top + 47, place.lanes.left + place.lanes.width);
  ctx.font = "11px system-ui, sans-serif";
  if (place.lanes.width > 700) {
    ctx.textAlign = "right";
    text(ctx, run.fills(now), place.lanes.left + place.lanes.width, place.top + 14, null, INK.soft);
    ctx.textAlign = "left";
  }
  const view = drawLanes(ctx, run, place, Math.min(now, run.length), span);
  drawInterrupts(ctx, run, place, now);
  drawRecords(ctx, run, place, now, selected, found);
  return view;
}
