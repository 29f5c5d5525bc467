"""The rules of Chrome's trace-event format that a timeline has to keep, checked from the file alone.

They are those of the format's description ("Trace Event Format") and of Perfetto's page on what it takes from it: times in microseconds, here
with the digits of whole nanoseconds; B and E of a track nest; s, t and f of one id bind to a slice that encloses them; nestable
async events (b, e) of one cat and id nest; counters (C) have numbers; tracks have names."""
import collections
import json
import re


def to_ns(us):
    ns = round(us * 1000)
    assert abs(us * 1000 - ns) < 1e-3, f"{us} us is no whole number of ns"
    return ns


def check(text):
    """Raises AssertionError at the first broken rule; returns the events by phase."""
    trace = json.loads(text)
    events = trace["traceEvents"]
    by_phase = collections.defaultdict(list)
    for event in events:
        by_phase[event["ph"]].append(event)
    assert set(by_phase) <= set("MBEXCbestf"), sorted(by_phase)
    timed = [event for event in events if event["ph"] != "M"]
    window = to_ns(trace["otherData"]["from_us"]), to_ns(trace["otherData"]["until_us"])
    times = [to_ns(event["ts"]) for event in timed]
    assert times == sorted(times), "time runs backwards"
    assert all(window[0] <= time <= window[1] for time in times), "an event outside the window"
    by_phase["X"] += pairs(events)
    check_names(by_phase)
    slices = check_slices(by_phase["X"], window)
    check_arrows(by_phase, slices)
    check_async(events)
    check_counters(by_phase["C"])
    return by_phase


def pairs(events):
    """Begins and ends of each track as slices with a length, those that enclose first. The innermost ends first."""
    opened, slices = collections.defaultdict(list), []
    for event in events:
        stack = opened[event["pid"], event["tid"]] if event["ph"] in "BE" else None
        if event["ph"] == "B":
            slices.append(dict(event))
            stack.append(slices[-1])
        if event["ph"] == "E":
            assert stack and stack[-1]["name"] == event["name"], f"{event} ends what is not innermost"
            begin = stack.pop()
            begin["dur"] = (to_ns(event["ts"]) - to_ns(begin["ts"])) / 1000
    assert not any(opened.values()), "a slice never ended"
    return slices


def check_names(by_phase):
    threads = {(e["pid"], e["tid"]) for e in by_phase["M"] if e["name"] == "thread_name"}
    processes = {e["pid"] for e in by_phase["M"] if e["name"] == "process_name"}
    assert all(e["args"]["name"] for e in by_phase["M"])
    for phase in "Xstf":
        for event in by_phase[phase]:
            assert (event["pid"], event["tid"]) in threads, f"unnamed track of {event}"
    for phase in "Cbe":
        assert all(event["pid"] in processes for event in by_phase[phase])


def check_slices(slices, window):
    """On one track two slices nest or do not meet; they are listed from the outside in."""
    tracks = collections.defaultdict(list)
    for event in slices:
        begin = to_ns(event["ts"])
        end = begin + to_ns(event["dur"])
        assert begin < end <= window[1], event
        tracks[event["pid"], event["tid"]].append((begin, end, event["name"]))
    for track in tracks.values():
        open_ends = []
        for begin, end, name in track:
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1], f"{name} at {begin} overlaps what it began in"
            open_ends.append(end)
    return tracks


def check_arrows(by_phase, slices):
    """One start, then steps, then an end unless the window cuts it off, for each id, each within a slice."""
    flows = collections.defaultdict(list)
    for phase in "stf":
        for event in by_phase[phase]:
            flows[event["id"]].append((to_ns(event["ts"]), "stf".index(phase), event))
    for identity, steps in flows.items():
        steps.sort(key=lambda step: step[:2])
        phases = "".join(event["ph"] for _, _, event in steps)
        assert re.fullmatch("st*f?", phases), f"arrow {identity}: {phases}"
        for time, _, event in steps:
            track = slices[event["pid"], event["tid"]]
            assert any(begin <= time < end for begin, end, _ in track), f"arrow {identity} at {time} ns: in no slice"


def check_async(events):
    """Begins and ends pair up, innermost first."""
    open_names = collections.defaultdict(list)
    for event in events:
        if event["ph"] not in "be":
            continue
        stack = open_names[event["cat"], event["id"]]
        if event["ph"] == "b":
            stack.append(event["name"])
        else:
            assert stack and stack.pop() == event["name"], f"{event} ends what is not innermost"
    assert not any(open_names.values()), "never ended"


def check_counters(events):
    for event in events:
        assert event["args"] and all(isinstance(value, (int, float)) for value in event["args"].values()), f"{event} counts nothing"


def self_times(events):
    """{(pid, tid, name): ns} of each slice without those within it; `events` as check() returns them."""
    sums, stacks = collections.Counter(), collections.defaultdict(list)
    for event in events["X"]:  # the outer ones first
        begin, length = to_ns(event["ts"]), to_ns(event["dur"])
        stack = stacks[event["pid"], event["tid"]]
        while stack and stack[-1][0] <= begin:
            stack.pop()
        if stack:
            sums[stack[-1][1]] -= length
        key = event["pid"], event["tid"], event["name"]
        sums[key] += length
        stack.append((begin + length, key))
    return sums
