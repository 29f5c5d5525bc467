#!/usr/bin/env python3
"""The bench compiles: neither the build nor any other test compiles what measures the simulator's own speed."""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import unittest

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
COMMANDS = pathlib.Path(os.environ["KTLSSIM"]).parents[1] / "compile_commands.json"
LIKE = ROOT / "sim" / "cli" / "main.cpp"  # whose options they are compiled with
# What each needs beside the simulator's own libraries, and the standard that the header of it is written in.
PROGRAMS = {"parts.cpp": ("benchmark/benchmark.h", 20), "peers/event_loop.cpp": (None, 20),
            "peers/simgrid_actors.cpp": (None, 20), "peers/ns3_callbacks.cpp": ("ns3/core-module.h", 17)}


def options():
    """The compiler and its options, of a file that the build compiles by itself."""
    entry = next(entry for entry in json.loads(COMMANDS.read_text()) if entry["file"] == str(LIKE))
    words = shlex.split(entry["command"])
    return words[:words.index("-o")]


def compiled(source, extra=(), text=None):
    return subprocess.run([*options(), *extra, "-fsyntax-only", "-x", "c++", source], input=text, text=True, capture_output=True)


def missing(header):
    return header is not None and compiled("-", text=f"#include <{header}>\n").returncode != 0


class Bench(unittest.TestCase):
    def test_every_program_of_the_bench_compiles(self):
        listed = {str(path.relative_to(ROOT / "bench")) for path in (ROOT / "bench").rglob("*.cpp")}
        self.assertEqual(listed, set(PROGRAMS))
        for name, (header, standard) in PROGRAMS.items():
            if missing(header):
                continue
            with self.subTest(name):
                run = compiled(str(ROOT / "bench" / name), [f"-std=c++{standard}", f'-DKTLSSIM_ROOT="{ROOT}"'])
                self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    if not COMMANDS.exists() or missing(PROGRAMS["parts.cpp"][0]):
        print("needs the build's compile_commands.json and libbenchmark-dev")
        sys.exit(77)
    unittest.main()
