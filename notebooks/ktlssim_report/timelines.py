"""Slices of a timeline, as `ktlssim run --trace` writes it."""
CPUS, THREADS, DEVICES, RECORDS, QUEUES = 1, 2, 3, 4, 5  # processes


def slices(trace):
    """(process, track, begin, end, name) of each, times in us; the outer ones first where they begin together."""
    opened, found = {}, []
    for event in trace["traceEvents"]:
        key = event["pid"], event["tid"]
        if event["ph"] == "B":
            opened.setdefault(key, []).append((len(found), event["ts"]))
            found.append(None)
        elif event["ph"] == "E":
            place, begin = opened[key].pop()
            found[place] = (*key, begin, event["ts"], event["name"])
    return [one for one in found if one is not None]
