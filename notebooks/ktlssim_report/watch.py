"""python3 -m ktlssim_report.watch DIR LABEL TRACE [LABEL TRACE]: the page of `ktlssim watch`, from timelines of the same seed."""
import html
import json
import pathlib
import re
import sys

from .document import document
from .files import BadInput, message
from .in_place import put_in_place
from .timelines import CPUS, DEVICES, INTERRUPTS, RECORDS, THREADS, innermost, read, slices, tracks

SCRIPTS = ["watch_run.js", "watch_scene.js", "watch_ways.js", "watch.js"]
TCP = "TCP, until acknowledged"
SLEEP = 'asleep on "ocfktls"'
# Zones, in the order of a record's way; the names are the script's.
QUEUE, WORKER, RING, DEVICE, COMPLETION, CALLBACK, SENT, GONE = range(8)


def to_ns(us):
    return round(us * 1000)


class Names:
    """Numbers for names."""

    def __init__(self):
        self.numbers = {}

    def __getitem__(self, name):
        return self.numbers.setdefault(name, len(self.numbers))

    def all(self):
        return list(self.numbers)


def packed(slices):
    """[(begin, length, number)] as three columns, begins as differences."""
    last, columns = 0, ([], [], [])
    for begin, length, number in slices:
        for column, value in zip(columns, (begin - last, length, number)):
            column.append(value)
        last = begin
    return columns


def zone(places, was_in_ocf):
    """Where a record is that is in these places of the timeline."""
    for place, number in ((TCP, SENT), ("completion queue", COMPLETION), ("device", DEVICE), ("OpenCrypto", RING),
                          ("work queue", QUEUE)):
        if place in places:
            return number
    return CALLBACK if was_in_ocf else WORKER


def ways(events, start, until):
    """[session, number, [time, zone, time, zone...]] of each record that is followed."""
    records = {}
    for event in events:
        identity = event["id"]
        if identity not in records:
            arguments = event.get("args", {"session": 0, "record": identity})
            records[identity] = {"id": [arguments["session"], arguments["record"]], "whole": event["name"], "in": set(),
                                 "ocf": False, "way": []}
            continue
        record = records[identity]
        at = to_ns(event["ts"]) - start
        if event["name"] == record["whole"]:
            if at < until - start:
                step(record["way"], at, GONE)
            continue
        if event["ph"] == "b":
            record["in"].add(event["name"])
            record["ocf"] |= event["name"] == "OpenCrypto"
        else:
            record["in"].discard(event["name"])
        if at < until - start or event["ph"] == "b":
            step(record["way"], at, zone(record["in"], record["ocf"]))
    return [[*record["id"], record["way"]] for record in records.values() if record["way"]]


def step(way, at, number):
    """Of several at one time the last counts."""
    if way and way[-2] == at:
        way[-1] = number
    elif not way or way[-1] != number:
        way += [at, number]


def stretches(found, tracks, start, names):
    """Of [(track, begin, end, name)] in us: by track [(begin, length, number of the name)] in ns from `start`."""
    rows = [[] for _ in tracks]
    for track, begin, end, name in found:
        rows[track - 1].append((to_ns(begin) - start, to_ns(end) - to_ns(begin), names[name]))
    return [packed(sorted(row)) for row in rows]


def scene(label, timeline):
    """What the page needs of a timeline, in whole nanoseconds from its begin."""
    start, until = to_ns(timeline.from_us), to_ns(timeline.until_us)
    cpus, threads, engines, interrupts = (tracks(timeline, kind) for kind in (CPUS, THREADS, DEVICES, INTERRUPTS))
    functions, states, moderation, anything, who = Names(), Names(), Names(), Names(), Names()
    for name in threads:
        who[name]
    levels = {}
    for event in timeline.events:
        if event["ph"] == "C":
            levels.setdefault(event["name"], []).append((to_ns(event["ts"]) - start, 0, event["args"]["value"]))
    of = {kind: [] for kind in (CPUS, THREADS, DEVICES, INTERRUPTS)}
    for process, track, begin, end, name, depth in slices(timeline):
        if depth == 0 and end > begin:
            of[process].append((track, begin, end, name))
    doing = stretches(of[THREADS], threads, start, states)
    sleeps = SLEEP in states.all()
    if label.endswith("dispatch=blocking") and sleeps or label.endswith("dispatch=driver") and not sleeps:
        label += " (workers sleep until their record is done)" if sleeps else " (workers go on: asynchronous)"
    return {"label": label, "scenario": timeline.scenario, "start": start, "length": until - start, "cpus": cpus, "threads": threads,
            "engines": engines, "interrupts": interrupts,
            "running": stretches(of[CPUS], cpus, start, who), "inside": stretches(innermost(timeline), cpus, start, functions),
            "doing": doing, "busy": stretches(of[DEVICES], engines, start, anything),
            "moderated": stretches(of[INTERRUPTS], interrupts, start, moderation),
            "levels": {name: [column for i, column in enumerate(packed(rows)) if i != 1] for name, rows in levels.items()},
            "functions": functions.all(), "states": states.all(), "moderation": moderation.all(),
            "records": ways([e for e in timeline.events if e["ph"] in "be" and e["pid"] == RECORDS], start, until)}


BODY = """<header><h1>{title}</h1><p>Each dot is a TLS record; its colour is its connection. Records wait in the <b>KTLS queue</b>, a
<b>worker</b> hands each to the card's <b>ring</b>, the card's <b>engine</b> encrypts one after another, and an interrupt thread
takes them from the <b>completion queue</b>. Blocking dispatch: a worker sleeps (red) until its one record is done, and what is encrypted is held
back until its whole batch is. Asynchronous: a worker goes on, and each record is <b>ready</b> at once: TCP may send it.
Watch the card's lane: grey is a card that nobody gives work, while workers sleep below it. It costs CPU time to keep it busy.</p>
<p class=colours><span><i class=key style='background:#E69F00'></i>KTLS worker</span> <span><i class=key style='background:#56B4E9'></i>interrupt thread</span>
<span><i class=key style='background:#009E73'></i>application</span> <span><i class=key style='background:#9A7BD0'></i>card's engine at work</span>
<span><i class=key style='background:#d00000'></i>worker asleep until its record is done</span>
<span><i class=key style='background:#F5DCA8'></i>worker woken, waits for a CPU.</span> The upright line is now; what is pale is yet to come.</p>
<p class=colours>Interrupts of completion queues: <span><i class=key style='background:#F0E442'></i>held off by the timer</span>
<span><i class=key style='background:#D55E00'></i>raised</span> <span><i class=key style='background:#56B4E9'></i>in service;</span> else armed.</p></header>
<div class=bar role=group aria-label=Controls>
<button id=play type=button>play</button>
<label>time <input id=scrub type=range min=0 value=0 step=any></label> <output id=clock></output>
<label>speed <input id=speed type=range min=-1 max=1 value=-0.4 step=0.05> <output id=pace></output></label>
<label>lanes show <select id=span><option value=20000>20 us<option value=60000 selected>60 us<option value=200000>200 us
<option value=1000000>1 ms</select></label>
<button id=next type=button>next event</button> <button id=sleep type=button>next sleep of a worker</button>
<button id=wait type=button>longest wait</button>
<label>session <input id=session type=number min=0 value=0></label> <label>record <input id=record type=number min=1 value=1></label>
<button id=follow type=button>follow</button></div>
<canvas id=scene role=img aria-label='{alt}' tabindex=0></canvas>
<section aria-live=polite><h2 id=who>Click a dot to follow its record in both</h2><div id=ways></div></section>
<p class=keys>Space: play. Right and left: a step. Click a dot: follow it. Drag over the lanes: move in time. Two fingers, or the wheel with Ctrl: more or less time in the lanes.</p>"""


def called(label):
    """"dispatch=blocking" of "/ktls/dispatch=blocking"."""
    return re.sub(r"(^|\s)/(?:[^\s=/]+/)+(?=[^\s=/]+=)", r"\1", label)


def page(sides):
    """`sides`: [(label, timeline)], one or two."""
    sides = [(called(label), timeline) for label, timeline in sides]
    scenes = [scene(label, timeline) for label, timeline in sides]
    title = "In slow motion: " + " against ".join(one["label"] for one in scenes)
    alt = f"The simulated machine, {' above '.join(one['label'] for one in scenes)}: CPUs, queues, engines and records that move"
    return document(title, BODY.format(title=html.escape(title), alt=html.escape(alt, quote=True)),
                    json.dumps(scenes, separators=(",", ":")), SCRIPTS, "watch.css")


def main(directory, *sides):
    pairs = list(zip(sides[::2], sides[1::2]))
    text = page([(label, read(trace)) for label, trace in pairs])
    with put_in_place(pathlib.Path(directory)) as new:
        (new / "index.html").write_text(text)
    return pathlib.Path(directory) / "index.html"


if __name__ == "__main__":
    try:
        print(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        print("ktlssim: interrupted", file=sys.stderr)
        sys.exit(130)
    except (BadInput, OSError) as failure:
        sys.exit(f"ktlssim: {message(failure)}")
