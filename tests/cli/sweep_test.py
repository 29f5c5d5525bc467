"""Sweeps of a network whose points are known: their tables do not depend on how they came about."""
import csv
import hashlib
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


def write_sealed(path, content):
    """As ktlssim writes what it reads back: with a checksum of the rest."""
    content.pop("sha256", None)
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    path.write_text(json.dumps(content | {"sha256": hashlib.sha256(text.encode()).hexdigest()}))


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

    def test_what_is_wrong_with_a_sweep_is_told_with_its_place(self):
        grid = {"/workload/sessions": [1, 2]}
        deep = "(" * 100000
        wrong = [
            ({"grid": {"/workload/sessions": []}}, {}, "/parameters/grid/~1workload~1sessions"),
            ({"grid": {"/workload/sessions": 3}}, {}, "/parameters/grid/~1workload~1sessions"),
            ({"grid": {"/workload/sessions": [1, "many"]}}, {}, "/parameters/grid/~1workload~1sessions/1"),
            ({"grid": {"/workload/sessions": {"linear": {"from": 1, "to": 8}}}}, {}, "linear"),
            ({"grid": {"/workload/sessions": {"log": {"from": 0, "to": 8, "steps": 3}}}}, {}, "log"),
            ({"grid": {"/workload/sessions": {"log": {"from": 1, "to": 8, "steps": 1e18}}}}, {}, "steps"),
            ({"grid": {"/workload/sessions": {"square": {}}}}, {}, "square"),
            ({"grid": {f"/workload/{name}": list(range(1, 200)) for name in ("sessions", "write_bytes", "rate_gbps")}}, {},
             "/parameters"),
            ({"zip": {"/workload/sessions": [1, 2], "/ktls/workers": [1]}}, {}, "/parameters/zip"),
            ({"list": [{"/workload/sessions": 1}, {"/ktls/workers": 1}]}, {}, "/parameters/list/1"),
            ({"list": {}}, {}, "/parameters/list"),
            ({"grid": grid, "zip": grid}, {}, "/parameters/zip"),
            ({"heap": grid}, {}, "/parameters/heap"),
            ([], {}, "/parameters"),
            ({}, {}, "/parameters"),
            ({"grid": {"no pointer": [1]}}, {}, "no pointer"),
            ({"grid": {"/workload/~9": [1]}}, {}, "~1workload~1~09"),
            ({"grid": grid}, {"replications": -1}, "/replications"),
            ({"grid": grid}, {"scenario": "nowhere.json"}, "nowhere.json"),
            ({"grid": grid}, {"scenario": 7}, "/scenario"),
            ({"grid": grid}, {"common_random_numbers": "yes"}, "/common_random_numbers"),
            ({"grid": grid}, {"constraint": "/workload/sessions >="}, "/constraint"),
            ({"grid": grid}, {"constraint": "/workload/sessions"}, "/constraint"),
            ({"grid": grid}, {"constraint": "1 / 0 > 1"}, "/constraint"),
            ({"grid": grid}, {"constraint": "/workload/session >= 1"}, "/workload/sessions"),
            ({"grid": grid}, {"constraint": "/workload/sessions >= 'x'"}, "/constraint"),
            ({"grid": grid}, {"constraint": deep}, "/constraint"),
            ({"grid": grid}, {"constraint": ["1 < 2", 3]}, "/constraint/1"),
            ({"grid": grid}, {"constraint": "/workload/sessions > 2"}, "/constraint"),
        ]
        for parameters, others, place in wrong:
            with self.subTest(parameters=str(parameters)[:80], others=str(others)[:80]):
                status, out, err = self.ktlssim("check", self.sweep_file(parameters, **others))
                self.assertEqual((status, out), (2, ""), err[:500])
                self.assertIn(place, err)
        for text in ("", "[]", '{"parameters": {"grid": {', "null", '{"parameters": 1, "parameters": 2}', "\x00"):
            with self.subTest(text=text):
                file = self.directory / "broken.json"
                file.write_text(text)
                self.assertEqual(self.ktlssim("expand", file)[0], 2)
                self.assertEqual(self.ktlssim("check", file)[0], 2)
        self.assertEqual(self.ktlssim("check", self.small())[0], 0)

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

    def test_a_run_that_a_power_failure_left_empty_is_simulated_again(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        tables = self.tables(self.out)
        lost = sorted((self.out / "runs").iterdir())[1]
        os.truncate(lost, 0)
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out, "--resume")[0], 0)
        self.assertGreater(lost.stat().st_size, 0)
        self.assertEqual(self.tables(self.out), tables)

    def test_results_are_not_written_over(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        status, _, err = self.ktlssim("sweep", self.small(), "--out", self.out)
        self.assertEqual(status, 2)
        self.assertIn("--resume", err)
        other = self.sweep_file({"grid": {"/workload/sessions": [1]}})
        status, _, err = self.ktlssim("sweep", other, "--out", self.out, "--resume")
        self.assertEqual(status, 2)
        self.assertIn("/sweep_id", err)

    def sweep_id(self, sweep):
        shutil.rmtree(self.out, ignore_errors=True)
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--only", 0)[0], 0)
        return json.loads((self.out / "manifest.json").read_text())["sweep_id"]

    def test_a_sweep_is_another_when_a_profile_of_any_point_or_a_number_changed(self):
        for name, delay in (("a", 1000), ("b", 2000)):
            (self.directory / f"{name}.json").write_text(self.driver(delay))
        grid = {"/driver": ["./a.json", "./b.json"], "/workload/sessions": [1, 2, 3], "/measure/duration_ms": [2]}
        sweep = self.sweep_file({"grid": grid})
        first = self.sweep_id(sweep)
        self.assertEqual(self.sweep_id(sweep), first)
        self.assertNotEqual(self.sweep_id(self.sweep_file({"grid": grid | {"/workload/sessions": [1, 2, 4]}})), first)
        self.assertNotEqual(self.sweep_id(self.sweep_file({"grid": grid | {"/workload/sessions": [1, 3, 2]}})), first)
        self.assertNotEqual(self.sweep_id(self.sweep_file({"grid": grid}, replications=2)), first)
        sweep = self.sweep_file({"grid": grid})
        self.sweep_id(sweep)
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--resume")[0], 0)
        (self.directory / "b.json").write_text(self.driver(3000))
        status, _, err = self.ktlssim("sweep", sweep, "--out", self.out, "--resume")
        self.assertEqual(status, 2)
        self.assertIn("/sweep_id: results of another sweep, which has a point that this one has not: /driver=./b.json", err)

    @staticmethod
    def driver(latency_ns):
        value = {"value": latency_ns, "source": "of this test", "confidence": "estimated"}
        return json.dumps({"profile": "ccr-t6", "device": {"latency_submit_ns": value}})

    def test_progress_tells_what_is_counted(self):
        sweep = self.sweep_file({"grid": {"/seed": {"linear": {"from": 1, "to": 40000, "steps": 40000}}}})
        status, _, err = self.ktlssim("expand", sweep, "--progress", "json")
        lines = [json.loads(line) for line in err.splitlines()]
        self.assertEqual(status, 0)
        self.assertGreater(len(lines), 0)
        self.assertEqual({(line["what"], line["total"], line["failed"]) for line in lines}, {("points checked", 40000, 0)})
        self.assertEqual(self.ktlssim("expand", sweep, "--progress", "none")[2], "")

    def test_a_stall_and_a_timeout_are_rows_with_a_reason(self):
        sweep = self.sweep_file({"list": [{"/measure/duration_ms": 5, "/faults/device_dead_from_ms": 0},
                                          {"/measure/duration_ms": 60000, "/faults/device_dead_from_ms": 70000},
                                          {"/measure/duration_ms": 5, "/faults/device_dead_from_ms": 70000}]})
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--timeout", 1)[0], 1)
        rows = self.rows("runs.csv")
        self.assertEqual([r["status"] for r in rows], ["stalled", "failed", "done"])
        self.assertIn("--timeout", rows[1]["reason"])

    def test_shards_in_one_directory_make_the_tables_of_a_whole_run(self):
        sweep = self.small()
        whole = self.directory / "whole"
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", whole)[0], 0)
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--only", 1)[0], 0)
        self.assertFalse((self.out / "runs.csv").exists())
        self.assertEqual(self.ktlssim("status", self.out)[:2],
                         (1, "sweep: 2 of 12 runs done, 0 failed, 10 missing\n"
                             "points with runs missing: 0, 2-5\n"))
        for shard in ("1/2", "0/2"):
            status, out, err = self.ktlssim("sweep", sweep, "--out", self.out, "--shard", shard)
            self.assertEqual((status, out), (0, ""))
            self.assertIn(f"ktlssim merge {self.out}", err)
        self.assertEqual(self.ktlssim("merge", self.out)[0], 0)
        self.assertEqual(self.tables(self.out), self.tables(whole))
        self.assertEqual(self.ktlssim("status", self.out)[:2], (0, "sweep: 12 of 12 runs done, 0 failed, 0 missing\n"))
        manifest = json.loads((self.out / "manifest.json").read_text())
        self.assertEqual((manifest["done"], manifest["missing"]), (12, 0))

    def test_shards_in_directories_of_their_own_are_merged(self):
        sweep = self.small()
        parts = [self.directory / f"part-{k}" for k in range(3)]
        for k, part in enumerate(parts):
            self.assertEqual(self.ktlssim("sweep", sweep, "--out", part, "--shard", f"{k}/3")[0], 0)
        whole = self.directory / "whole"
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", whole)[0], 0)
        status, _, err = self.ktlssim("merge", self.out, *parts[:2])
        self.assertEqual((status, err), (1, f"ktlssim: {self.out}: 8 done, 0 failed, 4 missing\n"))
        self.assertEqual(self.ktlssim("merge", self.out, *parts)[0], 0)
        self.assertEqual(self.tables(self.out), self.tables(whole))
        self.assertEqual(len(list((self.out / "points").iterdir())), 6)

    def test_parts_of_different_sweeps_seeds_or_versions_are_not_merged(self):
        part, other = self.directory / "part", self.directory / "other"
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", part, "--only", 0)[0], 0)
        sweep = json.loads(pathlib.Path(self.small()).read_text())
        sweep["parameters"]["grid"]["/seed"] = [7]
        path = self.directory / "seed.json"
        path.write_text(json.dumps(sweep))
        self.assertEqual(self.ktlssim("sweep", path, "--out", other, "--only", 1)[0], 0)
        status, _, err = self.ktlssim("merge", self.out, part, other)
        self.assertEqual(status, 2)
        self.assertIn("/seeds", err)
        self.assertIn("/sweep_id", err)
        manifest = part / "manifest.json"
        twin = self.directory / "twin"
        shutil.copytree(part, twin)
        write_sealed(manifest, json.loads(manifest.read_text()) | {"version": "9"})
        status, _, err = self.ktlssim("merge", self.out, twin, part)
        self.assertEqual(status, 2)
        self.assertIn("/version", err)
        self.assertFalse(self.out.exists())

    def test_parts_that_disagree_are_not_merged(self):
        parts = [self.directory / "a", self.directory / "b"]
        for part in parts:
            self.assertEqual(self.ktlssim("sweep", self.small(), "--out", part, "--only", 0)[0], 0)
        run = parts[1] / "runs" / "00000-00001.json"
        content = json.loads(run.read_text())
        content["metrics"][0][2] += 1
        write_sealed(run, content)
        status, _, err = self.ktlssim("merge", self.out, *parts)
        self.assertEqual(status, 2)
        self.assertIn("its replication 1 of point 0 differs", err)

    def test_a_damaged_run_is_missing_and_simulated_again(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        tables = self.tables(self.out)
        runs = sorted((self.out / "runs").iterdir())
        text = runs[0].read_text()
        digit = next(i for i, c in enumerate(text) if c.isdigit() and i > len(text) // 2)
        runs[0].write_text(text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1:])  # as a flipped bit
        runs[1].write_text(runs[1].read_text()[:500])  # as an interrupted copy
        runs[2].write_bytes(bytes(4000))  # as some file systems after a power failure
        status, out, err = self.ktlssim("status", self.out, "--format", "json")
        self.assertEqual((status, json.loads(out)["missing"]), (1, 3))
        self.assertEqual([pathlib.Path(line.split(": ")[1]).name for line in err.splitlines()], [run.name for run in runs[:3]])
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out, "--resume")[0], 0)
        self.assertEqual(self.tables(self.out), tables)

    def test_a_run_in_the_place_of_another_is_not_believed(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        tables = self.tables(self.out)
        first, second, third = (self.out / f"runs/{name}.json" for name in ("00000-00000", "00000-00001", "00001-00000"))
        whole = first.read_text()
        for other in (second, third):
            first.write_text(other.read_text())
            status, out, err = self.ktlssim("status", self.out, "--format", "json")
            self.assertEqual((status, json.loads(out)["missing"]), (1, 1))
            self.assertIn("00000-00000.json: of another point or replication", err)
        first.write_text(whole)
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out, "--resume")[0], 0)
        self.assertEqual(self.tables(self.out), tables)

    def test_a_part_is_another_directory_and_of_a_sweep(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        status, _, err = self.ktlssim("merge", self.out, self.out)
        self.assertEqual(status, 2)
        self.assertIn("is DIR itself", err)
        run = self.directory / "run"
        self.assertEqual(self.ktlssim("run", SCENARIO, "--out", run)[0], 0)
        status, _, err = self.ktlssim("status", run)
        self.assertEqual(status, 2)
        self.assertIn("the results of ktlssim run", err)

    def test_a_hang_up_is_an_interrupt(self):
        sweep = self.sweep_file({"grid": {"/measure/duration_ms": [1, 900000]}})
        process = subprocess.Popen([KTLSSIM, "sweep", sweep, "--out", self.out, "-j", "1"], stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 60
        while not list(self.out.glob("runs/[0-9]*")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGHUP)
        self.assertIn("--resume goes on", process.communicate()[1])
        self.assertEqual(process.returncode, 130)

    def test_a_value_is_one_however_it_is_written(self):
        status, _, err = self.ktlssim("expand", self.sweep_file({"grid": {"/workload/sessions": [4, 4.0]}}))
        self.assertEqual(status, 2)
        self.assertIn("appears twice", err)

    def test_a_damaged_manifest_is_refused_by_name(self):
        self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.out)[0], 0)
        manifest = self.out / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"replications": 2', '"replications": 9'))
        for verb in ("status", "merge"):
            status, _, err = self.ktlssim(verb, self.out)
            self.assertEqual(status, 2)
            self.assertIn("manifest.json: /sha256: ", err)

    def test_a_name_that_is_a_path_is_refused(self):
        for name in ("drivers/..", ".", "..", "a/", "x" * 300):
            sweep = self.directory / "named.json"
            sweep.write_text(json.dumps(json.loads(pathlib.Path(self.small()).read_text()) | {"name": name}))
            for verb in ("expand", "check"):
                status, _, err = self.ktlssim(verb, sweep)
                self.assertEqual(status, 2)
                self.assertIn("/name: ", err)

    def test_what_is_no_sweep_has_no_status(self):
        self.out.mkdir()
        for verb in ("status", "merge"):
            status, _, err = self.ktlssim(verb, self.out)
            self.assertEqual(status, 2)
            self.assertIn("no manifest.json", err)
        (self.out / "manifest.json").write_text('{"sweep_id": 3}')
        self.assertEqual(self.ktlssim("status", self.out)[0], 2)
        for words in (("--only", "6"), ("--shard", "2/2"), ("--shard", "2"), ("--shard", "0/2", "--only", "1")):
            self.assertEqual(self.ktlssim("sweep", self.small(), "--out", self.directory / "x", *words)[0], 2, words)

    def test_a_crash_is_a_row_and_resume_runs_only_that(self):
        sweep = self.sweep_file({"grid": {"/measure/duration_ms": [1, 2, 900000]}})
        process = subprocess.Popen([KTLSSIM, "sweep", sweep, "--out", self.out, "-j", "1"], stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while len(list(self.out.glob("runs/[0-9]*"))) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        child = []
        while not child and time.monotonic() < until:
            child = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True,
                                   check=False).stdout.split()
        os.kill(int(child[0]), signal.SIGABRT)
        self.assertEqual(process.wait(timeout=60), 1)
        self.assertEqual([row["status"] for row in self.rows("runs.csv")], ["done", "done", "failed"])
        self.assertEqual(self.rows("runs.csv")[2]["reason"], "killed by signal 6 (Aborted)")
        self.assertIn("point 2 replication 0 failed: killed by signal 6", self.ktlssim("status", self.out)[1])
        before = (self.out / "runs" / "00000-00000.json").stat().st_mtime_ns
        self.assertEqual(self.ktlssim("sweep", sweep, "--out", self.out, "--resume", "--timeout", 1)[0], 1)
        self.assertIn("--timeout", self.rows("runs.csv")[2]["reason"])
        self.assertEqual((self.out / "runs" / "00000-00000.json").stat().st_mtime_ns, before)

    def test_no_child_outlives_a_sweep_that_is_killed(self):
        sweep = self.sweep_file({"grid": {"/workload/sessions": [1, 8], "/measure/duration_ms": [60000]}})
        process = subprocess.Popen([KTLSSIM, "sweep", sweep, "--out", self.out, "-j", "2"], stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        children = []
        while len(children) < 2 and time.monotonic() < until:
            time.sleep(0.02)
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True,
                                      check=False).stdout.split()
        self.assertEqual(len(children), 2)
        process.kill()
        process.wait(timeout=60)
        living = children
        while living and time.monotonic() < until:
            time.sleep(0.02)
            states = subprocess.run(["ps", "-o", "pid=,stat=", "-p", ",".join(children)], capture_output=True, text=True,
                                    check=False).stdout.splitlines()
            living = [line.split()[0] for line in states if not line.split()[1].startswith("Z")]
        for child in living:
            os.kill(int(child), signal.SIGKILL)
        self.assertEqual(living, [])

    def test_progress_can_be_read_by_programs(self):
        status, _, err = self.ktlssim("sweep", self.small(), "--out", self.out, "--progress", "json")
        self.assertEqual(status, 0)
        for line in err.splitlines()[:-1]:
            self.assertEqual(json.loads(line)["total"], 12)

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
