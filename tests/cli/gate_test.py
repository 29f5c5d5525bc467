#!/usr/bin/env python3
"""Results that are there: added to, compared, and held against each other for a review."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
CLOSED = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios", "closed-ideal.json")
SHORT = ["--set", "/measure/duration_ms=5", "--set", "/measure/warmup_ms=1"]
SLOWER = ["--set", "/driver/ciphers/aes-128-gcm/request_ns=2860"]  # by a tenth


class SavedResults(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)

    def ktlssim(self, *words, status=0):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def run_to(self, name, *words, replications=4):
        self.ktlssim("run", CLOSED, *SHORT, "--engine", "fiber", "--replications", replications, "--out", self.directory / name, *words)
        return self.directory / name

    def sample(self, name):
        result = json.loads((self.directory / name / "result.json").read_text())
        result.pop("provenance")
        return result

    # --- adding

    def test_a_run_that_is_added_to_is_the_run_of_all_replications(self):
        self.run_to("whole", replications=5)
        self.run_to("parts", replications=2)
        self.run_to("parts", "--resume", replications=5)
        self.assertEqual(self.sample("parts"), self.sample("whole"))
        self.assertEqual((self.directory / "parts/series.csv").read_text(), (self.directory / "whole/series.csv").read_text())

    def test_results_of_another_scenario_are_not_added_to(self):
        self.run_to("one")
        done = self.ktlssim("run", CLOSED, *SHORT, "--set", "/workload/sessions=7", "--out", self.directory / "one", "--resume", status=2)
        self.assertIn("/asked/workload/sessions", done.stderr)
        self.assertIn("--out", self.ktlssim("run", CLOSED, "--resume", status=2).stderr)

    def test_damaged_results_are_named(self):
        file = self.run_to("one") / "runs.json"
        file.write_text(file.read_text().replace('"replication": 1', '"replication": 2'))
        self.assertIn("runs.json", self.ktlssim("compare", self.directory / "one", self.directory / "one", status=2).stderr)

    def test_a_comparison_is_added_to(self):
        common = ["compare", CLOSED, *SHORT, "--set-b", "/ktls/dispatch=driver", "--engine", "fiber", "--format", "json"]
        whole = self.ktlssim(*common, "--replications", 5, "--out", self.directory / "whole").stdout
        self.ktlssim(*common, "--replications", 2, "--out", self.directory / "parts")
        self.assertEqual(self.ktlssim(*common, "--replications", 5, "--out", self.directory / "parts", "--resume").stdout, whole)

    def test_a_sweep_is_added_to(self):
        def sweep(sessions, replications, out, *words):
            path = self.directory / "sweep.json"
            path.write_text(json.dumps({"scenario": CLOSED, "replications": replications, "parameters": {
                "grid": {"/workload/sessions": sessions}, "list": [{"/measure/duration_ms": 2}]}}))
            self.ktlssim("sweep", path, "--out", self.directory / out, *words)
        sweep([2, 8], 1, "parts")
        before = (self.directory / "parts/runs/00001-00000.json").read_text()
        sweep([1, 2, 4, 8], 2, "parts", "--resume")
        sweep([1, 2, 4, 8], 2, "whole")
        for table in ("runs.csv", "summary.csv"):
            self.assertEqual((self.directory / "parts" / table).read_text(), (self.directory / "whole" / table).read_text())
        self.assertEqual((self.directory / "parts/runs/00003-00000.json").read_text(), before, "simulated again")
        with open(self.directory / "parts/runs.csv", newline="", encoding="utf-8") as file:
            self.assertEqual({row["steady"] for row in csv.DictReader(file)}, {"yes"})

    # --- comparing

    def test_several_are_held_against_the_first_together(self):
        a, b, c = self.run_to("a"), self.run_to("b"), self.run_to("c", *SLOWER)
        table = self.ktlssim("compare", a, b, c).stdout
        self.assertIn("+ against x: No difference proven", table)
        self.assertIn("* against x: Difference at 95.0% confidence", table)
        self.assertIn("2 intervals together, Bonferroni", table)
        both = json.loads(self.ktlssim("compare", a, b, c, "--format", "json").stdout)["metrics"]["throughput_gbps"]
        alone = json.loads(self.ktlssim("compare", a, c, "--format", "json").stdout)["metrics"]["throughput_gbps"]
        width = [d["ci95"][1] - d["ci95"][0] for d in (both["differences"]["c"], alone["difference"])]
        # Student's t of 3 degrees of freedom: 4.1765 at 98.75 %, 3.1824 at 97.5 %.
        self.assertAlmostEqual(width[0] / width[1], 4.1765 / 3.1824, places=3)

    def test_results_of_other_seeds_have_no_pairs(self):
        a, b = self.run_to("a"), self.run_to("b", "--seed", 9)
        self.assertIn("Welch", json.loads(self.ktlssim("compare", a, b, "--format", "json").stdout)["method"])

    # --- sweeps

    def sweep_to(self, name, sessions, *, seed=1, request_ns=2600, workers_first=False):
        """Of the closed network, with an engine that takes so many ns; 6 replications."""
        base = json.loads(pathlib.Path(CLOSED).read_text())
        base["driver"]["ciphers"]["aes-128-gcm"]["request_ns"] = request_ns
        base.update(seed=seed, measure={"warmup_ms": 1, "duration_ms": 5})
        (self.directory / "scenario.json").write_text(json.dumps(base))
        varied = [("/workload/sessions", sessions), ("/ktls/workers", [8])]
        (self.directory / "sweep.json").write_text(json.dumps({
            "scenario": "scenario.json", "replications": 6, "parameters": {"grid": dict(varied[::-1] if workers_first else varied)}}))
        self.ktlssim("sweep", self.directory / "sweep.json", "--out", self.directory / name)
        return self.directory / name

    def point_to(self, name, sweep, point):
        self.ktlssim("run", sweep / f"points/{point:05}.json", "--engine", "fiber", "--replications", 6, "--out", self.directory / name)
        return self.directory / name

    def compared(self, *paths):
        return json.loads(self.ktlssim("compare", *paths, "--format", "json").stdout)

    def test_points_are_matched_by_their_settings(self):
        a, b = self.sweep_to("a", [2, 4, 8]), self.sweep_to("b", [8, 4, 1], workers_first=True)
        done = self.ktlssim("compare", a, b, "--format", "json")
        self.assertIn("/workload/sessions=2 is not in", done.stderr)
        self.assertIn("/workload/sessions=1 is not in", done.stderr)
        points = json.loads(done.stdout)["points"]
        self.assertEqual([point["settings"] for point in points],
                         ["/ktls/workers=8 /workload/sessions=4", "/ktls/workers=8 /workload/sessions=8"])
        self.assertEqual([point["metrics"]["throughput_gbps"]["difference"]["mean"] for point in points], [0, 0])

    def test_points_are_judged_as_runs_are_and_hold_together(self):
        a, b = self.sweep_to("a", [4, 8]), self.sweep_to("b", [4, 8], request_ns=2860)
        self.assertTrue(all(point["metrics"]["cpu_percent"]["unit"] == "%" for point in self.compared(a, b)["points"]))
        both = self.compared(a, b)["points"][1]["metrics"]["throughput_gbps"]
        alone = self.compared(self.point_to("run-a", a, 1), self.point_to("run-b", b, 1))["metrics"]["throughput_gbps"]
        self.assertEqual((both["a"], both["b"]), (alone["a"], alone["b"]))
        width = [d["ci95"][1] - d["ci95"][0] for d in (both["difference"], alone["difference"])]
        # Student's t of 5 degrees of freedom: 3.1634 at 98.75 %, 2.5706 at 97.5 %.
        self.assertAlmostEqual(width[0] / width[1], 3.1634 / 2.5706, places=3)
        text = " ".join(self.ktlssim("compare", a, b, "-M", "throughput_gbps").stdout.split())
        self.assertIn("throughput_gbps: of 2 points + is proven higher at 0, lower at 2", text)
        self.assertIn("Student's t, paired", text)
        self.assertIn("Welch", " ".join(self.ktlssim("compare", a, self.sweep_to("c", [4, 8], seed=5)).stdout.split()))

    def test_a_sweep_is_compared_as_it_is_and_with_a_sweep(self):
        a = self.sweep_to("a", [2])
        self.assertIn("one other sweep", self.ktlssim("compare", a, self.run_to("one"), status=2).stderr)
        self.assertIn("--replications has no place", self.ktlssim("compare", a, a, "--replications", 3, status=2).stderr)
        self.assertIn("no point with the same settings", self.ktlssim("compare", a, self.sweep_to("b", [4]), status=2).stderr)
        run = a / "runs/00000-00001.json"
        run.write_text(run.read_text().replace('"done"', '"gone"'))
        self.assertIn("00000-00001.json", self.ktlssim("compare", a, a, status=1).stderr)
        self.assertIn("00000-00001.json", self.ktlssim("gate", a, a, status=2).stderr)

    def test_a_gate_takes_sweeps_alone_and_beside_runs(self):
        for side, seed, request_ns in (("base", 1, 2600), ("same", 5, 2600), ("slow", 5, 2860)):
            (self.directory / side).mkdir()
            self.sweep_to(f"{side}/sweep", [2, 8], seed=seed, request_ns=request_ns)
            self.run_to(f"{side}/run", "--seed", seed)
        gate = ["--allow", "throughput_gbps=4"]
        base, same, slow = (self.directory / side for side in ("base", "same", "slow"))
        self.assertIn("**ktlssim gate: passes** (3 scenarios)", self.ktlssim("gate", base, same, *gate).stdout)
        failed = self.ktlssim("gate", base / "sweep", slow / "sweep", "--allow", "throughput_gbps=0", status=1).stdout
        self.assertRegex(failed, r"\| /ktls/workers=8 /workload/sessions=8 \| `throughput_gbps` \| .* \| FAILS \|")
        report = json.loads(self.ktlssim("gate", base, slow, *gate, "--format", "json", status=1).stdout)
        self.assertEqual([one["name"] for one in report["scenarios"]],
                         ["run", "sweep: /ktls/workers=8 /workload/sessions=2", "sweep: /ktls/workers=8 /workload/sessions=8"])
        self.assertTrue(report["scenarios"][0]["passes"])

    # --- gate

    def test_a_gate_tells_equal_from_slower(self):
        for name, words in (("base/one", []), ("same/one", ["--seed", "5"]), ("slow/one", ["--seed", "5", *SLOWER])):
            self.run_to(name, *words, replications=10)
        base = self.directory / "base"
        passed = self.ktlssim("gate", base, self.directory / "same", "--allow", "throughput_gbps=2").stdout
        self.assertIn("**ktlssim gate: passes**", passed)
        failed = self.ktlssim("gate", base, self.directory / "slow", "--allow", "throughput_gbps=2", status=1).stdout
        self.assertIn("**ktlssim gate: FAILS** in 1 of 1 scenario", failed)
        self.assertRegex(failed, r"\| one \| `throughput_gbps` \| .* \| -2 \| FAILS \|")
        report = json.loads(self.ktlssim("gate", base, self.directory / "slow", "--allow", "throughput_gbps=20", "--format", "json").stdout)
        self.assertEqual(report["scenarios"][0]["metrics"][0]["verdict"], "worse")
        self.assertFalse(report["scenarios"][0]["paired"])

    def test_a_gate_simulates_scenarios(self):
        self.ktlssim("gate", CLOSED, CLOSED, *SHORT, "--replications", 4)
        self.ktlssim("gate", CLOSED, CLOSED, *SHORT, "--replications", 4, "--set-b", SLOWER[1], status=1)

    def test_a_gate_refuses_what_it_cannot_compare(self):
        self.assertIn("did you mean", self.ktlssim("gate", CLOSED, CLOSED, "--allow", "throughput_gbp=1", status=2).stderr)
        self.assertIn("PERCENT", self.ktlssim("gate", CLOSED, CLOSED, "--allow", "throughput_gbps=-1", status=2).stderr)
        self.assertIn("runs.json", self.ktlssim("gate", self.directory, self.directory, status=2).stderr)
        self.assertIn("both", self.ktlssim("gate", CLOSED, self.directory, status=2).stderr)
        for verb in ("gate", "compare"):
            one = self.run_to(f"{verb}/one", replications=2)
            for words in (["--replications", 4], ["--timeout", 5]):
                self.assertIn(f"{words[0]} has no place there", self.ktlssim(verb, one, one, *words, status=2).stderr)

    def test_a_gate_does_not_pass_what_it_cannot_judge(self):
        stalls = [*SHORT, "--replications", 2, "--set", "/faults/device_dead_from_ms=0"]
        text = self.ktlssim("gate", CLOSED, CLOSED, *stalls, status=1).stdout
        self.assertIn("not judged: no replication of BASE ended", text)
        self.assertIn("not judged: no replication of NEW ended", text)
        for name in ("old/a", "old/b", "new/a"):
            self.run_to(name, replications=2)
        self.assertIn("- **b**: not judged: NEW does not have it",
                      self.ktlssim("gate", self.directory / "old", self.directory / "new", status=1).stdout)


if __name__ == "__main__":
    unittest.main()
