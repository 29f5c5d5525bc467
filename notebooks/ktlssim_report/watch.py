"""python3 -m ktlssim_report.watch DIR LABEL TRACE [LABEL TRACE]: the page of `ktlssim watch`, from timelines of the same seed."""
import html
import json
import pathlib
import sys

from .document import document
from .timelines import CPUS, DEVICES, RECORDS, THREADS, slices

SCRIPTS = ["watch_run.js", "watch_scene.js", "watch_ways.js", "watch.js"]
TCP = "TCP, until acknowledged"
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


def scene(label, trace, most_us=float("inf")):
    """What the page needs of a timeline, in whole nanoseconds from its begin; at most its first `most_us`."""
    other = trace["otherData"]
    start, until = to_ns(other["from_us"]), to_ns(min(other["until_us"], other["from_us"] + most_us))
    events = [event for event in trace["traceEvents"] if event["ph"] == "M" or to_ns(event["ts"]) <= until]
    tracks = {kind: [e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name" and e["pid"] == kind]
              for kind in (CPUS, THREADS, DEVICES)}
    threads = {name: i for i, name in enumerate(tracks[THREADS])}
    functions, states = Names(), Names()
    running, inside = [[] for _ in tracks[CPUS]], [[] for _ in tracks[CPUS]]
    doing, busy = [[] for _ in tracks[THREADS]], [[] for _ in tracks[DEVICES]]
    levels = {}
    for event in events:
        if event["ph"] == "C":
            levels.setdefault(event["name"], []).append((to_ns(event["ts"]) - start, 0, event["args"]["value"]))
    for process, track, begin_us, end_us, name in slices(trace):
        begin, end, track = to_ns(begin_us) - start, min(to_ns(end_us), until) - start, track - 1
        length = end - begin
        if length <= 0:
            continue
        if process == CPUS and name in threads:
            running[track].append((begin, length, threads[name]))
        elif process == CPUS:
            inside[track].append((begin, length, functions[name]))
        elif process == THREADS:
            doing[track].append((begin, length, states[name]))
        else:
            busy[track].append((begin, length, 0))
    return {"label": label, "scenario": other["scenario"], "start": start, "length": until - start, "cpus": tracks[CPUS],
            "threads": tracks[THREADS], "engines": tracks[DEVICES], "running": list(map(packed, running)),
            "inside": list(map(packed, inside)), "doing": list(map(packed, doing)), "busy": list(map(packed, busy)),
            "levels": {name: [column for i, column in enumerate(packed(rows)) if i != 1] for name, rows in levels.items()},
            "functions": functions.all(), "states": states.all(),
            "records": ways([e for e in events if e["ph"] in "be" and e["pid"] == RECORDS], start, until)}


BODY = """<header><h1>{title}</h1><p>Each dot is a TLS record; its colour is its connection. Records wait in the <b>KTLS queue</b>, a
<b>worker</b> hands each to the card's <b>ring</b>, the card's <b>engine</b> encrypts it, the card says so in the <b>completion
queue</b>, it is made <b>ready</b>, and TCP sends it. Blocking: the worker sleeps (red) until its one record is done, and makes
its whole batch ready at the end. Asynchronous: it goes on with the next record, and the interrupt thread makes each ready.
Watch the card's lane: grey is a card that waits for work.</p>
<p><i class=key style='background:#E69F00'></i>KTLS worker <i class=key style='background:#56B4E9'></i>interrupt thread
<i class=key style='background:#009E73'></i>application <i class=key style='background:#9A7BD0'></i>card's engine at work
<i class=key style='background:#d00000'></i>worker asleep until its record is done. The red line is now.</p></header>
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
<p class=keys>Space: play. Right and left: a step. Click a dot: follow it. Drag over the lanes: move in time.</p>"""


def page(sides, most_us=float("inf")):
    """`sides`: [(label, trace)], one or two."""
    scenes = [scene(label, trace, most_us) for label, trace in sides]
    title = "In slow motion: " + " against ".join(one["label"] for one in scenes)
    alt = f"The simulated machine, {' above '.join(one['label'] for one in scenes)}: CPUs, queues, engines and records that move"
    return document(title, BODY.format(title=html.escape(title), alt=html.escape(alt, quote=True)),
                    json.dumps(scenes, separators=(",", ":")), SCRIPTS, "watch.css")


def main(directory, *sides):
    pairs = list(zip(sides[::2], sides[1::2]))
    target = pathlib.Path(directory) / "index.html"
    target.write_text(page([(label, json.loads(pathlib.Path(trace).read_text())) for label, trace in pairs]))
    return target


if __name__ == "__main__":
    try:
        print(main(*sys.argv[1:]))
    except OSError as failure:
        sys.exit(f"ktlssim: {failure}")
