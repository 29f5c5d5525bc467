#!/usr/bin/env python3
"""What is no steady state is said first, in every form, and by the exit status of --strict."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"
CCR = SCENARIOS / "ccr-tls12-gcm128.json"


class Steadiness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)
        cls.open = cls.directory / "open.json"
        cls.open.write_text(json.dumps({"host": "xeon-e5-1620v3", "driver": "ccr-t6", "workload": {
            "kind": "poisson", "sessions": 16}, "measure": {"warmup_ms": 5, "duration_ms": 20}}))
        closed = ("--set", "/workload/kind=closed", "--set", "/workload/records_in_flight=64")
        cls.capacity = cls.result(cls.open, *closed)["metrics"]["records_per_second"]["mean"]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @staticmethod
    def ktlssim(*arguments):
        return subprocess.run([KTLSSIM, *map(str, arguments), "--engine", "fiber"], capture_output=True, text=True,
                              timeout=200, check=False)

    @classmethod
    def result(cls, *arguments):
        return json.loads(cls.ktlssim("run", *arguments, "--format", "json").stdout)

    def at(self, part):
        return self.open, "--replications", "4", "--set", f"/workload/records_per_second={part * self.capacity:.0f}"

    def test_a_window_without_a_single_record_is_none_to_believe(self):
        short = (CCR, "--set", "/measure/warmup_ms=0", "--set", "/measure/duration_ms=0.01", "--set", "/measure/warmup=fixed")
        self.assertEqual(self.result(*short)["steady"]["why"][0]["kind"], "nothing")
        strict = self.ktlssim("run", *short, "--strict")
        self.assertEqual(strict.returncode, 1)
        self.assertIn("NOT STEADY: not a single record", " ".join(strict.stdout.split()))

    def test_open_arrivals_above_capacity_have_no_steady_state(self):
        result = self.result(*self.at(1.2))
        self.assertFalse(result["steady"]["steady"])
        self.assertEqual(result["steady"]["why"][0]["kind"], "overload")
        self.assertIn("more is offered than served", result["steady"]["why"][0]["what"])
        latency = result["metrics"]["latency_ready_us_mean"]
        self.assertTrue(latency["growing"])
        self.assertIsNone(latency["ci95"])
        self.assertEqual(len(result["metrics"]["throughput_gbps"]["ci95"]), 2, "which has a mean")
        strict = self.ktlssim("run", *self.at(1.2), "--strict")
        self.assertEqual(strict.returncode, 1)
        lines = strict.stdout.splitlines()
        self.assertLess(next(i for i, line in enumerate(lines) if line.startswith("NOT STEADY: more is offered")),
                        next(i for i, line in enumerate(lines) if line.startswith("throughput")))
        self.assertRegex(strict.stdout, r"latency to ready, mean +\S+ \(grows: no mean\) +us")

    def test_below_capacity_they_have_one(self):
        result = self.result(*self.at(0.8))
        self.assertEqual(result["steady"], {"steady": True, "why": []})
        self.assertEqual(len(result["metrics"]["latency_ready_us_mean"]["ci95"]), 2)
        strict = self.ktlssim("run", *self.at(0.8), "--strict")
        self.assertEqual(strict.returncode, 0)
        self.assertNotIn("NOT STEADY", strict.stdout)

    def test_compare_says_it_of_the_side_that_is_not(self):
        rates = [f"/workload/records_per_second={part * self.capacity:.0f}" for part in (0.8, 1.2)]
        arguments = ("compare", self.open, "--set-a", rates[0], "--set-b", rates[1], "--replications", "4",
                     "-M", "latency_ready_us_mean")
        text = self.ktlssim(*arguments).stdout
        self.assertIn("\n+ NOT STEADY: more is offered than served", text)
        self.assertNotIn("x NOT STEADY", text)
        self.assertIn("No mean exists", text)
        compared = json.loads(self.ktlssim(*arguments, "--format", "json").stdout)
        self.assertTrue(compared["steady"]["a"]["steady"])
        self.assertFalse(compared["steady"]["b"]["steady"])
        self.assertFalse(compared["metrics"]["latency_ready_us_mean"]["difference"]["proven"])

    def test_two_thousand_sessions_are_still_starting_in_the_default_window(self):
        result = self.result(CCR, "--set", "/workload/sessions=2000")
        startup = [reason["what"] for reason in result["steady"]["why"] if reason["kind"] == "startup"]
        self.assertEqual(len(startup), 1, result["steady"])
        self.assertIn("CPU 99", startup[0])
        self.assertTrue(self.result(CCR)["steady"]["steady"])

    def test_connections_that_are_gone_are_said_first(self):
        result = self.result(CCR, "--set", "/faults/probability=0.0001", "--set", "/measure/duration_ms=50")
        self.assertIn("gone", [reason["kind"] for reason in result["steady"]["why"]])


if __name__ == "__main__":
    sys.exit(unittest.main())
