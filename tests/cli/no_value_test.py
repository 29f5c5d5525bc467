#!/usr/bin/env python3
"""Windows without a record: what has no value is null, empty or "-", and enters no mean."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
# A record every 10 ms on average, windows of 10 ms. Each record takes 22 us, whenever it comes.
SCENARIO = {"name": "windows-without-records", "host": "xeon-e5-1620v3", "driver": "ccr-t6",
            "workload": {"kind": "poisson", "sessions": 2, "records_per_second": 100},
            "measure": {"warmup_ms": 1, "duration_ms": 10}}
PER_RECORD = ("latency_ready_us_mean", "latency_ready_us_p50", "latency_ready_us_p99", "latency_ready_us_p999",
              "cpu_us_per_record", "lock_wait_us_per_record", "lock_wait_work_queue_us_per_record")
NEVER = ("--set", "/workload/records_per_second=0.001")


class NoValue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)
        cls.scenario = cls.directory / "windows.json"
        cls.scenario.write_text(json.dumps(SCENARIO))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def ktlssim(self, *arguments):
        done = subprocess.run([KTLSSIM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_verb(self, *more):
        return self.ktlssim("run", self.scenario, "--engine", "fiber", "--replications", 20, *more)

    def test_means_are_over_the_replications_that_have_a_record(self):
        metrics = json.loads(self.run_verb("--format", "json"))["metrics"]
        rate = metrics["records_per_second"]
        self.assertEqual(rate["n"], 20)
        latency = metrics["latency_ready_us_mean"]
        self.assertLess(latency["n"], 20)
        self.assertGreater(latency["n"], 5)
        self.assertAlmostEqual(latency["mean"], 21.98, delta=0.02)
        self.assertAlmostEqual(latency["mean"], metrics["latency_ready_us_p50"]["mean"], delta=0.01 * latency["mean"])
        self.assertAlmostEqual(metrics["cpu_us_per_record"]["mean"], 4.145, delta=0.01)
        for metric in metrics.values():
            if metric.get("ci95"):
                self.assertGreaterEqual(metric["ci95"][0], 0, metric)
        self.assertRegex(self.run_verb(), rf"(?m)latency to ready, mean +21\.98 .*us, n {latency['n']}$")

    def test_without_any_record_there_is_no_latency(self):
        result = json.loads(self.run_verb(*NEVER, "--format", "json"))
        for name in PER_RECORD:
            self.assertIsNone(result["metrics"][name]["mean"], name)
            self.assertIsNone(result["metrics"][name]["ci95"], name)
            self.assertEqual(result["metrics"][name]["n"], 0, name)
        for resource in result["resources"]:
            self.assertIsNone(resource["demand_us_per_record"])
        self.assertRegex(self.run_verb(*NEVER), r"latency to ready, mean +- .*us, n 0")

    def test_compare_says_that_nothing_can_be_compared(self):
        arguments = ("compare", self.scenario, "--engine", "fiber", *NEVER, "--set-b", "/ktls/dispatch=blocking",
                     "-M", "latency_ready_us_mean", "-M", "cpu_percent")
        self.assertIn("latency_ready_us_mean: -: no pair of replications has a value", self.ktlssim(*arguments))
        compared = json.loads(self.ktlssim(*arguments, "--format", "json"))
        self.assertEqual(list(compared["metrics"]), ["cpu_percent"])

    def test_tables_of_a_sweep_are_empty_there_and_a_report_is_made(self):
        sweep = self.directory / "sweep.json"
        sweep.write_text(json.dumps({"scenario": str(self.scenario), "replications": 6,
                                     "parameters": {"grid": {"/workload/records_per_second": [0.001, 100]}}}))
        out = self.directory / "out"
        self.ktlssim("sweep", sweep, "--out", out, "--progress", "none")
        with open(out / "runs.csv", newline="", encoding="utf-8") as file:
            runs = list(csv.DictReader(file))
        for run in runs:
            for name in PER_RECORD:
                self.assertEqual(run[name] == "", float(run["records_per_second"]) == 0, (name, run["point"]))
        with open(out / "summary.csv", newline="", encoding="utf-8") as file:
            rows = {(row["point"], row["metric"]): row for row in csv.DictReader(file)}
        row = rows["0", "latency_ready_us_mean"]
        self.assertEqual((row["mean"], row["ci95_lo"], row["ci95_hi"], row["n"]), ("", "", "", "0"))
        self.assertAlmostEqual(float(rows["1", "latency_ready_us_mean"]["mean"]), 21.98, delta=0.02)
        one = self.directory / "one"
        self.run_verb(*NEVER, "--out", one)
        if subprocess.run(["/usr/bin/python3", "-c", "import pandas, matplotlib"], capture_output=True, check=False).returncode == 0:
            for directory in (out, one):
                self.ktlssim("report", directory)
                self.assertTrue((directory / "report" / "index.html").is_file())


if __name__ == "__main__":
    sys.exit(unittest.main())
