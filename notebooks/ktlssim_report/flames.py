"""Folded stacks of two runs, as `ktlssim compare --out` writes them, as one tree of calls."""
from .files import BadInput, read_bytes


def read(path):
    """[(frames, ns of a, ns of b)]; a stack is class;thread;function;...;function, and "a b" stands after its last blank."""
    stacks = []
    try:
        for line in read_bytes(path).decode("utf-8").splitlines():
            stack, a, b = line.rsplit(" ", 2)
            stacks.append((stack.split(";"), int(a), int(b)))
    except ValueError as error:
        raise BadInput(f"{path}: not folded stacks of two runs: {error}") from error
    return stacks


def tree(stacks, us_per_record):
    """[name, us a record of a, of b, callees]: threads of a class together. `us_per_record`: of both runs, all CPU time."""
    totals = [sum(stack[1 + side] for stack in stacks) for side in (0, 1)]
    scales = [us / total if total and us else 0 for us, total in zip(us_per_record, totals)]
    root = ["all CPU time", 0.0, 0.0, {}]
    for frames, *ns in stacks:
        node, mine = root, [value * scale for value, scale in zip(ns, scales)]
        for frame in [None, frames[0], *frames[2:]]:
            if frame is not None:
                node = node[3].setdefault(frame, [frame, 0.0, 0.0, {}])
            for side in (0, 1):
                node[1 + side] += mine[side]
    return listed(root)


def listed(node):
    name, a, b, callees = node
    return [name, float(f"{a:.5g}"), float(f"{b:.5g}"), [listed(callee) for callee in callees.values() if callee[1] or callee[2]]]
