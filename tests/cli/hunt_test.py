#!/usr/bin/env python3
"""A hunt finds what is known to break, shrinks it, and does so again with the same seed."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"


class Hunts(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        # One engine of 10 us a record: what fails is what faults make fail.
        self.calm = self.directory / "calm.json"
        self.calm.write_text(json.dumps({
            "host": "ideal", "driver": "ccr-t6", "workload": {"kind": "closed", "sessions": 4, "records_in_flight": 2}}))

    def ktlssim(self, *words, status=0):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False, timeout=280)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def hunt(self, scenario, *words):
        return json.loads(self.ktlssim("hunt", scenario, *words, "--format", "json"))

    def test_a_dead_device_is_found_and_shrunk_to_that(self):
        found = self.hunt(self.calm, "--for", "stall", "--runs", "300", "--keep", "/what_if", "--keep", "/ktls",
                          "--keep", "/network", "--keep", "/workload", "--out", self.directory / "out")
        self.assertTrue(found["finds"], found)
        smallest = found["finds"][0]
        self.assertEqual(list(smallest["changes"]), ["/faults/device_dead_from_ms"])
        written = self.directory / "out/find-1"
        self.assertIn("stall: with /faults/device_dead_from_ms=", (written / "sentence.txt").read_text())
        self.assertTrue(json.loads((written / "trace.json").read_text())["traceEvents"])
        done = subprocess.run([KTLSSIM, "run", written / "scenario.json", "--engine", "fiber"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("stalled", done.stderr)

    def test_the_same_seed_finds_the_same_however_many_run_at_a_time(self):
        words = (self.calm, "--for", "abort,stall", "--runs", "120")
        self.assertEqual(self.hunt(*words, "-j", "1"), self.hunt(*words, "-j", "3"))
        self.assertNotEqual(self.hunt(*words), self.hunt(*words, "--hunt-seed", "2"))

    def test_what_is_kept_does_not_change(self):
        found = self.hunt(self.calm, "--for", "abort,stall", "--runs", "120", "--keep", "/faults", "--keep", "/workload/sessions")
        for find in found["finds"]:
            self.assertFalse([pointer for pointer in find["changes"] if pointer.startswith("/faults") or pointer == "/workload/sessions"])

    def test_it_says_what_it_covered(self):
        found = self.hunt(self.calm, "--for", "panic", "--runs", "40")
        self.assertGreaterEqual(found["runs"], 40)
        self.assertGreater(found["kept"], 1)
        self.assertGreater(found["states"], found["kept"])

    def test_what_is_not_to_be_hunted_is_refused(self):
        done = subprocess.run([KTLSSIM, "hunt", self.calm, "--for", "panics"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean \"panic\"", done.stderr)


if __name__ == "__main__":
    unittest.main()
