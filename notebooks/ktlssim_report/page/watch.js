"use strict";
// The clock, the controls and the frame.
const RUNS = JSON.parse(document.getElementById("data").textContent).map((data) => new Run(data));
const LENGTH = Math.max(...RUNS.map((run) => run.length));
const START = RUNS[0].start;
const canvas = document.getElementById("scene");
const ctx = canvas.getContext("2d", { alpha: false });
const state = { now: 0, span: 60000, playing: false, chosen: null, places: [], dots: RUNS.map(() => []) };
const control = Object.fromEntries(["play", "scrub", "clock", "speed", "pace", "span", "next", "sleep", "wait", "session", "record", "follow"].map((id) => [id, document.getElementById(id)]));
const perFrame = () => 1000 * 10 ** Number(control.speed.value); // ns: 0.1 to 10 us

function fit() {
  readInk();
  const width = canvas.clientWidth;
  let top = 0;
  state.places = RUNS.map((run) => { const place = layout(run, width, top); top = place.bottom; return place; });
  canvas.style.height = `${top}px`;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(top * devicePixelRatio);
  draw();
}

function draw() {
  ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  ctx.fillStyle = INK.bg;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  RUNS.forEach((run, i) => {
    state.dots[i].length = 0;
    const selected = state.chosen && run.byName.get(state.chosen);
    drawRun(ctx, run, state.places[i], { now: state.now, span: state.span, selected }, state.dots[i]);
  });
}

function go(now) {
  state.now = Math.min(LENGTH, Math.max(0, now));
  control.scrub.value = state.now;
  control.clock.textContent = `${((START + state.now) / 1000).toFixed(2)} us`;
  draw();
}

function follow(record) {
  state.chosen = `${record.session}.${record.number}`;
  control.session.value = record.session;
  control.record.value = record.number;
  showWays(RUNS, record.session, record.number);
  draw();
}

function play(on) {
  state.playing = on;
  control.play.textContent = on ? "pause" : "play";
  if (on) requestAnimationFrame(frame);
}

function frame() {
  if (!state.playing) return;
  if (state.now >= LENGTH) { play(false); return; }
  go(state.now + perFrame());
  requestAnimationFrame(frame);
}

/** The first of `times` of any run after now. */
function nextOf(times) {
  const found = RUNS.map((run) => { const all = times(run); return all[before(all, state.now) + 1]; }).filter((at) => at != null);
  if (found.length) go(Math.min(...found));
}

function longestWait() {
  let best = null;
  for (const run of RUNS)
    for (const record of run.records)
      record.zones.forEach((zone, i) => {
        if (zone === GONE || i + 1 >= record.times.length) return;
        const ns = record.times[i + 1] - record.times[i];
        if (!best || ns > best.ns) best = { ns, record, at: record.times[i] };
      });
  if (!best) return;
  follow(best.record);
  go(best.at);
}

const pace = () => { control.pace.textContent = `${(perFrame() / 1000).toFixed(2)} us a frame`; };
control.scrub.max = LENGTH;
control.scrub.addEventListener("input", () => go(Number(control.scrub.value)));
control.speed.addEventListener("input", pace);
control.span.addEventListener("change", () => { state.span = Number(control.span.value); draw(); });
control.play.addEventListener("click", () => { if (!state.playing && state.now >= LENGTH) go(0); play(!state.playing); });
control.next.addEventListener("click", () => nextOf((run) => run.events));
control.sleep.addEventListener("click", () => nextOf((run) => run.sleeps));
control.wait.addEventListener("click", longestWait);
control.follow.addEventListener("click", () => {
  const key = `${control.session.value}.${control.record.value}`;
  const found = RUNS.map((run) => run.byName.get(key)).find(Boolean);
  if (!found) { document.getElementById("who").textContent = `Record ${control.record.value} of session ${control.session.value} is not among those followed`; return; }
  follow(found);
  go(found.times[0]);
});

canvas.addEventListener("click", (event) => {
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  let best = null;
  for (const dots of state.dots)
    for (let i = 0; i < dots.length; i += 3) {
      const distance = Math.hypot(dots[i] - x, dots[i + 1] - y);
      if (distance < 12 && (!best || distance < best.distance)) best = { distance, record: dots[i + 2] };
    }
  if (best) follow(best.record);
});

// One finger, or the mouse, on the lanes moves in time; two fingers apart or together, or the wheel with Ctrl, show less or more of it.
const SPAN = [2000, 5000000];
function zoom(span) {
  state.span = Math.min(SPAN[1], Math.max(SPAN[0], span));
  const known = [...control.span.options].find((option) => Number(option.value) === state.span);
  control.span.selectedIndex = known ? known.index : -1;
  draw();
}
const lanesAt = (clientY) => {
  const y = clientY - canvas.getBoundingClientRect().top;
  return state.places.find(({ lanes }) => y >= lanes.top && y < lanes.top + lanes.rows * LANE);
};
const fingers = new Map();
let held = null;
const apart = () => { const [a, b] = [...fingers.values()]; return Math.max(20, Math.abs(a - b)); };
const hold = () => { const [x] = fingers.values(); held = fingers.size ? { x, now: state.now, span: state.span, apart: fingers.size > 1 ? apart() : null } : null; };
canvas.addEventListener("pointerdown", (event) => {
  const place = lanesAt(event.clientY);
  if (!place) return;
  fingers.set(event.pointerId, event.clientX);
  canvas.setPointerCapture(event.pointerId);
  hold();
});
canvas.addEventListener("pointermove", (event) => {
  if (!fingers.has(event.pointerId)) return;
  fingers.set(event.pointerId, event.clientX);
  if (fingers.size > 1) { if (held.apart) zoom((held.span * held.apart) / apart()); return; }
  go(held.now - ((event.clientX - held.x) / state.places[0].lanes.width) * state.span);
});
for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, (event) => { if (fingers.delete(event.pointerId)) hold(); });
canvas.addEventListener("wheel", (event) => {
  if (!event.ctrlKey || !lanesAt(event.clientY)) return;
  event.preventDefault();
  zoom(state.span * 2 ** (event.deltaY / 200));
}, { passive: false });
addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, button")) return;
  if (event.key === " ") { event.preventDefault(); control.play.click(); }
  if (event.key === "ArrowRight") go(state.now + perFrame());
  if (event.key === "ArrowLeft") go(state.now - perFrame());
});
addEventListener("resize", fit);
matchMedia("print").addEventListener("change", fit); // in the colours of paper, and back
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fit);
pace();
fit();
go(Math.round(LENGTH * 0.3)); // where there is something to see
