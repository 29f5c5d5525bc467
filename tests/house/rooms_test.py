#!/usr/bin/env python3
"""The house is built as CONTRIBUTING.md lists its rooms: each includes itself and rooms before it, nothing else."""
import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
MOST_FILES_IN_AN_EXPERIMENT_ROOM = 20
# What experiment may see of the machine: its door, what comes out of it, and who may listen.
DOORS = {"sim/machine/simulate.hpp", "sim/machine/footprint.hpp", "sim/machine/metrics.hpp", "sim/machine/placement.hpp",
         "sim/machine/timeline.hpp", "sim/machine/warmup.hpp", "sim/machine/call_profile.hpp",
         "sim/machine/moment.hpp", "sim/machine/idle_times.hpp",
         "sim/measure/run_result.hpp", "sim/measure/latency_histogram.hpp", "sim/measure/listeners.hpp"}
# A program, the library that is loaded on demand, and parts of the class Scheduler; verbs are in verbs.hpp.
WITHOUT_A_HEADER = {"main.cpp", "simgrid_engine.cpp", "sched_priority.cpp", "sched_pickcpu.cpp", "cpu_time.cpp", "mp_x86.cpp"}
MACHINE = ("sim/engine", "sim/measure", "sim/kernel", "sim/drivers", "sim/network", "sim/workload", "sim/machine")


# Results are written by experiment/text. These two write to the system: a trace that SimGrid then fills, a setting of /proc.
WRITERS = {"sim/engine/simgrid_engine.cpp", "sim/experiment/platform/urgency.cpp"}


def rooms(root):
    """The rooms in their order: the rows of the table of CONTRIBUTING.md that name a folder of sources."""
    names = re.findall(r"^\| `((?:models|sim)/[^`]*)` ", (root / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    return [name.rstrip("/") for name in names]


def sources(root):
    for folder in ("models", "sim"):
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            yield path.relative_to(root)


def includes(root, path):
    return re.findall(r'^#include "([^"]+)"', (root / path).read_text(), re.MULTILINE)


def faults(root):
    """One line for each include that a room may not have."""
    order = {room: number for number, room in enumerate(rooms(root))}
    found = []
    for path in sources(root):
        here = str(path.parent)
        if here not in order:
            found.append(f"{path}: {here} is not in the list of rooms")
            continue
        for name in includes(root, path):
            there = str(pathlib.PurePath(name).parent)
            if there not in order:
                found.append(f"{path}: includes {name}, which is in no room")
            elif order[there] > order[here]:
                found.append(f"{path}: looks up at {name}")
            elif here.startswith(("sim/experiment", "sim/cli")) and there in MACHINE and name not in DOORS:
                found.append(f"{path}: looks past the door of the machine at {name}")
    return found


class Rooms(unittest.TestCase):
    def test_each_includes_only_rooms_before_it(self):
        self.assertEqual(faults(ROOT), [])

    def test_each_source_has_a_header_of_its_name(self):
        without = [str(path) for path in sources(ROOT) if path.suffix == ".cpp"
                   and not (ROOT / path).with_suffix(".hpp").exists()
                   and path.name not in WITHOUT_A_HEADER and not path.stem.endswith("_verb")]
        self.assertEqual(without, [])

    def test_only_the_text_room_writes_files(self):
        writers = [str(path) for path in sources(ROOT) if str(path.parent) != "sim/experiment/text"
                   and re.search(r"\b(std::ofstream|fopen)\b", (ROOT / path).read_text())]
        self.assertEqual(set(writers), WRITERS)

    def test_only_the_command_line_prints(self):
        printing = [str(path) for path in sources(ROOT) if str(path.parent) != "sim/cli"
                    and re.search(r"\bstd::(cout|cerr|puts|printf|fputs)\b|\bfmt::print\b", (ROOT / path).read_text())]
        self.assertEqual(printing, [])

    def test_experiment_rooms_are_small(self):
        for room in rooms(ROOT):
            if room.startswith("sim/experiment"):
                files = [path for path in (ROOT / room).iterdir() if path.suffix in (".cpp", ".hpp")]
                self.assertLessEqual(len(files), MOST_FILES_IN_AN_EXPERIMENT_ROOM, room)

    def test_an_include_that_looks_up_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "CONTRIBUTING.md").write_text("| `models/` | costs |\n| `sim/kernel/` | the kernel |\n")
            for room in ("models", "sim/kernel"):
                (root / room).mkdir(parents=True)
            (root / "sim/kernel/tcp.hpp").write_text('#include "models/units.hpp"\n')
            (root / "models/units.hpp").write_text('#include "sim/kernel/tcp.hpp"\n')
            self.assertEqual(faults(root), ["models/units.hpp: looks up at sim/kernel/tcp.hpp"])


if __name__ == "__main__":
    unittest.main()
