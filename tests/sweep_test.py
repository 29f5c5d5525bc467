"""Sweeps of a network whose points are known: their tables do not depend on how they came about."""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios", "closed-ideal.json")
TABLES = ("runs.csv", "summary.csv")


class SweepTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        self.out = self.directory / "out"

    def sweep_file(self, parameters, **more):
        path = self.directory / "sweep.json"
        path.write_text(json.dumps({"scenario": SCENARIO, "parameters": parameters, **more}))
        return str(path)

    def ktlssim(self, *words):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def tables(self, out):
        return [(out / name).read_bytes() for name in TABLES]

    def rows(self, name):
        with open(self.out / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def small(self):
        return self.sweep_file({"grid": {"/workload/sessions": [1, 2, 4], "/measure/duration_ms": [2, 4]}},
                               replications=2)

    def test_expand_varies_the_first_pointer_slowest(self):
        sweep = self.sweep_file({"grid": {"/workload/sessions": [1, 2]},
                                 "zip": {"/ktls/workers": [3, 4], "/measure/duration_ms": [5, 6]}},
                                constraint="/workload/sessions + 2 >= /ktls/workers")
        self.assertEqual(self.ktlssim("expand", sweep),
                         (0, "point,/workload/sessions,/ktls/workers,/measure/duration_ms,seed\n"
                             "0,1,3,5,1\n1,2,3,5,1\n2,2,4,6,1\n", ""))

    def test_ranges_hold_both_ends(self):
        sweep = self.sweep_file({"grid": {"/workload/sessions": {"log": {"from": 1, "to": 64, "steps": 4}}}})
        status, out, err = self.ktlssim("expand", sweep)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual([line.split(",")[1] for line in out.splitlines()[1:]], ["1", "4", "16", "64"])

    def test_an_unknown_pointer_stops_everything(self):
        sweep = self.sweep_file({"grid": {"/workload/session": [1, 2]}})
        status, out, err = self.ktlssim("sweep", sweep, "--out", self.out)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("/workload/sessions", err)
        self.assertFalse(self.out.exists())

    def test_tables_are_the_same_for_every_number_of_jobs(self):
        sweep = self.small()
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "-j", 1)[0], 0)
        other = self.directory / "other"
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", other, "-j", 3)[0], 0)
        self.assertEqual(self.tables(self.out), self.tables(other))
        self.assertEqual([(r["point"], r["replication"]) for r in self.rows("runs.csv")],
                         [(str(p), str(r)) for p in range(6) for r in range(2)])
        self.assertEqual({r["seed"] for r in self.rows("runs.csv")}, {"1"})
        manifest = json.loads((self.out / "manifest.json").read_text())
        self.assertEqual((manifest["done"], manifest["failed"], manifest["missing"]), (12, 0, 0))

    def test_summary_holds_the_mean_of_the_runs(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        runs = [float(r["throughput_gbps"]) for r in self.rows("runs.csv") if r["point"] == "3"]
        row = [r for r in self.rows("summary.csv") if (r["point"], r["metric"]) == ("3", "throughput_gbps")][0]
        self.assertEqual((row["n"], row["spread"]), ("2", "interval"))
        mean = sum(runs) / 2
        self.assertAlmostEqual(float(row["mean"]), mean)
        # Student's t with one degree of freedom: tan(pi/2 * 0.95) = 12.7062.
        self.assertAlmostEqual(float(row["ci95_hi"]) - mean, 12.7062 * abs(runs[0] - runs[1]) / 2, places=3)

    def test_killed_and_resumed_it_makes_the_same_tables(self):
        sweep = self.sweep_file({"grid": {"/workload/sessions": [1, 2, 4, 8], "/measure/duration_ms": [60, 80]}})
        whole = self.directory / "whole"
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", whole, "-j", 2)[0], 0)
        for number in range(1, 4):
            process = subprocess.Popen([KTLSSIM, "sweep", sweep, "--out", self.out, "--resume", "-j", "1"],
                                       stderr=subprocess.DEVNULL)
            until = time.monotonic() + 60
            while len(list(self.out.glob("runs/[0-9]*"))) < number and time.monotonic() < until:
                time.sleep(0.002)
            process.kill()
            process.wait()
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--resume")[0], 0)
        self.assertEqual(self.tables(self.out), self.tables(whole))

    def test_results_are_not_written_over(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        status, _, err = self.ktlssim("sweep", self.small(), "--out", self.out)
        self.assertEqual(status, 2)
        self.assertIn("--resume", err)
        other = self.sweep_file({"grid": {"/workload/sessions": [1]}})
        status, _, err = self.ktlssim("sweep", other, "--out", self.out, "--resume")
        self.assertEqual(status, 2)
        self.assertIn("/sweep_id", err)

    def test_a_stall_and_a_timeout_are_rows_with_a_reason(self):
        sweep = self.sweep_file({"list": [{"/measure/duration_ms": 5, "/faults/device_dead_from_ms": 0},
                                          {"/measure/duration_ms": 60000, "/faults/device_dead_from_ms": 70000},
                                          {"/measure/duration_ms": 5, "/faults/device_dead_from_ms": 70000}]})
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--timeout", 1)[0], 1)
        rows = self.rows("runs.csv")
        self.assertEqual([r["status"] for r in rows], ["stalled", "failed", "done"])
        self.assertIn("--timeout", rows[1]["reason"])

    def test_an_interrupt_ends_it_cleanly(self):
        sweep = self.sweep_file({"grid": {"/workload/sessions": [1, 8], "/measure/duration_ms": [1, 60000]}})
        process = subprocess.Popen([KTLSSIM, "sweep", sweep, "--out", self.out, "-j", "1"],
                                   stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 60
        while not list(self.out.glob("runs/[0-9]*")) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("--resume", err)
        self.assertEqual(len(self.rows("runs.csv")), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
