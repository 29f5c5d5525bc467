"""Timelines, as `ktlssim run --trace` writes them: an event a line, in the order of time, so that no more than what is looked at is read."""
import dataclasses
import json
import pathlib

from .files import BadInput

CPUS, THREADS, DEVICES, RECORDS, QUEUES, INTERRUPTS = 1, 2, 3, 4, 5, 6  # processes


@dataclasses.dataclass
class Timeline:
    """The begin of a file: what happens in its first microseconds."""
    scenario: str
    from_us: float
    until_us: float  # of what was read
    events: list


def lines(path):
    """(line, what it holds) of each event; the first is the head of the file."""
    with open(path, encoding="utf-8") as file:
        try:
            yield json.loads(next(file).rstrip().removesuffix(",") + "}")["otherData"]
            next(file)  # "traceEvents":[
            for line in file:
                if line.startswith("]"):
                    return
                yield json.loads(line.rstrip().removesuffix(","))
        except (ValueError, KeyError, StopIteration) as error:
            raise BadInput(f"{path}: not a timeline of ktlssim: {error}") from error
    raise BadInput(f"{path}: ends in the middle")


def read(path, most_us=float("inf")):
    """Of the file, its first `most_us`."""
    found = lines(pathlib.Path(path))
    head = next(found)
    until = min(head["until_us"], head["from_us"] + most_us)
    events = []
    for event in found:
        if event["ph"] != "M" and event["ts"] > until:
            break
        events.append(event)
    return Timeline(head["scenario"], head["from_us"], until, events)


def tracks(timeline, process):
    """Names of the tracks of a process, in order."""
    names = {event["tid"]: event["args"]["name"] for event in timeline.events
             if event["ph"] == "M" and event["name"] == "thread_name" and event["pid"] == process}
    return [names[number] for number in sorted(names)]


def slices(timeline):
    """(process, track, begin, end, name, depth) of each, times in us; the outer ones (depth 0) first where they begin together."""
    opened, found = {}, []
    for event in timeline.events:
        if event["ph"] not in "BE":
            continue
        key = event["pid"], event["tid"]
        stack = opened.setdefault(key, [])
        if event["ph"] == "B":
            stack.append((len(found), event))
            found.append(None)
        else:
            place, begin = stack.pop()
            found[place] = (*key, begin["ts"], event["ts"], begin["name"], len(stack))
    for key, stack in opened.items():  # what goes on
        for depth, (place, begin) in enumerate(stack):
            found[place] = (*key, begin["ts"], timeline.until_us, begin["name"], depth)
    return found


def innermost(timeline):
    """(CPU, begin, end, function) of each time that a CPU is in one function, times in us."""
    stacks, since, found = {}, {}, []
    for event in timeline.events:
        if event["ph"] not in "BE" or event["pid"] != CPUS:
            continue
        cpu = event["tid"]
        stack = stacks.setdefault(cpu, [])
        if len(stack) > 1 and event["ts"] > since[cpu]:  # within the thread
            found.append((cpu, since[cpu], event["ts"], stack[-1]))
        if event["ph"] == "B":
            stack.append(event["name"])
        else:
            stack.pop()
        since[cpu] = event["ts"]
    for cpu, stack in stacks.items():
        if len(stack) > 1 and timeline.until_us > since[cpu]:
            found.append((cpu, since[cpu], timeline.until_us, stack[-1]))
    return found
