"use strict";
// A timeline made ready for asking: who runs where, what is how full, where each record is, at any time.
const ZONES = ["KTLS queue", "worker", "ring", "in the card", "completion queue", "encrypted, held back", "ready, not acked", "acknowledged"];
const ZONES_SHORT = ["queue", "worker", "ring", "in card", "completed", "held back", "ready"];
const GONE = 7;
const classOf = (thread) => (/^KTLS/.test(thread) ? "ktls" : /^app|receiver/.test(thread) ? "application" : "interrupt");

function unpack([begins, lengths, numbers]) {
  const from = new Float64Array(begins.length);
  let at = 0;
  begins.forEach((step, i) => { at += step; from[i] = at; });
  return { from, length: Float64Array.from(lengths), number: Int32Array.from(numbers) };
}

/** The last i with sorted[i] <= at; -1 before the first. */
function before(sorted, at) {
  let low = -1;
  let high = sorted.length;
  while (high - low > 1) { const middle = (low + high) >> 1; if (sorted[middle] <= at) low = middle; else high = middle; }
  return low;
}

class Run {
  constructor(data) {
    Object.assign(this, data);
    this.running = data.running.map(unpack);
    this.inside = data.inside.map(unpack);
    this.doing = data.doing.map(unpack);
    this.busy = data.busy.map(unpack);
    this.moderated = data.moderated.map(unpack);
    this.levels = new Map(Object.entries(data.levels).map(([name, [begins, values]]) => { const u = unpack([begins, values, values]); return [name, { from: u.from, value: u.length }]; }));
    this.records = data.records.map(([session, number, way]) => new Way(session, number, way));
    this.records.sort((a, b) => a.times[0] - b.times[0]);
    this.byName = new Map(this.records.map((record) => [`${record.session}.${record.number}`, record]));
    this.workers = this.threads.map((name, i) => ({ name, i })).filter(({ name }) => classOf(name) === "ktls");
    this.sleeping = this.states.indexOf('asleep on "ocfktls"');
    this.events = Float64Array.from(new Set(this.records.flatMap((record) => [...record.times]))).sort();
    this.sleeps = Float64Array.from(this.workers.flatMap(({ i }) => [...this.doing[i].from].filter((_, k) => this.doing[i].number[k] === this.sleeping))).sort();
  }

  /** Who runs on a CPU and in which function, in words; nothing where it is idle. */
  doingOn(cpu, at) {
    const find = (track) => { const i = before(track.from, at); return i >= 0 && at < track.from[i] + track.length[i] ? track.number[i] : -1; };
    const thread = find(this.running[cpu]);
    if (thread < 0) return "";
    const inside = find(this.inside[cpu]);
    return `${this.threads[thread]}${inside < 0 ? "" : `: ${this.functions[inside]}`}`;
  }

  level(name, at) {
    const level = this.levels.get(name);
    const i = level ? before(level.from, at) : -1;
    return i < 0 ? 0 : level.value[i];
  }

  /** How full rings and send buffers are, in words; units of one kind together. */
  fills(at) {
    const sums = new Map();
    for (const name of this.levels.keys()) {
      if (name.startsWith("records in")) continue;
      const kind = name.replace(/ \(\d+\)$/, "");
      sums.set(kind, (sums.get(kind) ?? 0) + this.level(name, at));
    }
    return [...sums].map(([kind, sum]) => `${kind}: ${sum >= 1e6 ? `${(sum / 1e6).toFixed(1)} M` : sum}`).join("   ");
  }

  /** The state of moderation of an interrupt: armed, timing, raised or in service. */
  interrupt(i, at) {
    const track = this.moderated[i];
    const k = before(track.from, at);
    return k < 0 ? "armed" : this.moderation[track.number[k]];
  }

  engineBusy(engine, at) {
    const track = this.busy[engine];
    const i = before(track.from, at);
    return i >= 0 && at < track.from[i] + track.length[i];
  }

  /** How much of the time up to `at` these tracks had something on them: engines, CPUs. */
  busyShare(tracks, at) {
    if (!at || !tracks.length) return 0;
    let sum = 0;
    for (const track of tracks) {
      if (!track.sums) { track.sums = new Float64Array(track.from.length + 1); track.length.forEach((length, i) => { track.sums[i + 1] = track.sums[i] + length; }); }
      const i = before(track.from, at);
      if (i >= 0) sum += track.sums[i] + Math.min(track.length[i], at - track.from[i]);
    }
    return sum / at / tracks.length;
  }

  /** Records that had come to a zone, or past it, by `at`: of those followed. */
  arrived(zone, at) {
    this.arrivals ??= new Map();
    if (!this.arrivals.has(zone)) this.arrivals.set(zone, Float64Array.from(this.records.map((record) => record.reaches(zone)).filter((time) => time != null)).sort());
    return before(this.arrivals.get(zone), at) + 1;
  }

  /** What is busy, and what a run has done by `at`, in words. */
  score(at) {
    const percent = (tracks) => `${(100 * this.busyShare(tracks, at)).toFixed(0)} %`;
    return [`So far: ${this.busy.length ? `card busy ${percent(this.busy)}, ` : ""}CPUs busy ${percent(this.running)};`,
      `${this.arrived(4, at)} records encrypted, ${this.arrived(6, at)} ready`];
  }
}

class Way {
  constructor(session, number, steps) {
    this.session = session;
    this.number = number;
    this.times = Float64Array.from(steps.filter((_, i) => i % 2 === 0));
    this.zones = Uint8Array.from(steps.filter((_, i) => i % 2 === 1));
    this.colour = `hsl(${(session * 137.508) % 360} 70% 50%)`;
    this.cursor = 0;
  }

  /** The step it is in; -1 before it begins. Nearby times are found at once. */
  at(now) {
    const { times } = this;
    let i = this.cursor;
    if (i < 0 || times[i] > now) i = before(times, now);
    else while (i + 1 < times.length && times[i + 1] <= now) i++;
    this.cursor = Math.max(0, i);
    return i;
  }

  /** When it was first in this zone or past it; zones stand in the order of its way. */
  reaches(zone) {
    const i = this.zones.findIndex((one) => one >= zone);
    return i < 0 ? null : this.times[i];
  }

  /** Whether it is still on its way when the time that is seen ends. */
  get goesOn() { return this.zones[this.zones.length - 1] !== GONE; }

  /** [zone, ns] of each stay, the last one as far as is seen. */
  stays(until) {
    return [...this.zones].map((zone, i) => [zone, (this.times[i + 1] ?? until) - this.times[i]]).filter(([zone]) => zone !== GONE);
  }
}
