#!/usr/bin/env python3
"""What the system or the numbers do not allow is explained before or instead of a crash."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SEEDS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "tests" / "fuzz" / "seeds"
SANITIZED = "asan" in KTLSSIM
SIMULATING_VERBS = ["run", "compare", "sweep", "sensitivity", "fit", "validate", "watch"]
CLOSED = {"host": "ideal", "driver": "ccr-t6", "workload": {"kind": "closed", "sessions": 2},
          "measure": {"warmup_ms": 0, "duration_ms": 1}}


class Limits(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def write(self, name, value):
        path = self.directory / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    def ktlssim(self, *words, status=0):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    @unittest.skipIf(SANITIZED, "forty thousand stacks are too much for a sanitizer")
    def test_forty_thousand_threads_run_on_fibers(self):
        self.ktlssim("run", SEEDS / "many-threads-blocking.json", "--engine", "fiber",
                     "--set", "/measure/duration_ms=0.2")

    def test_more_threads_than_simgrid_carries_are_refused_with_the_limit(self):
        maps = int(pathlib.Path("/proc/sys/vm/max_map_count").read_text())
        if maps > 80_000:
            self.skipTest("this system allows more maps")
        error = self.ktlssim("run", SEEDS / "many-threads-loopback.json", "--engine", "simgrid", status=2)
        self.assertIn(f"vm.max_map_count {maps}", error)
        self.assertIn("--engine fiber carries them", error)

    def test_a_run_that_does_not_fit_into_memory_is_refused_with_the_estimate(self):
        path = self.write("s.json", CLOSED)
        for words in (["check", path], ["run", path]):
            error = self.ktlssim(*words, "--set", "/workload/sessions=1000000",
                                 "--set", "/workload/records_in_flight=1000000", status=2)
            self.assertRegex(error, r"--set: /workload/records_in_flight: 1000000: a run takes about \S+ GiB for "
                                    r"1000000 sessions .*, and \S+ GiB are available")

    def test_a_step_too_long_for_the_clock_is_refused_with_the_product(self):
        error = self.ktlssim("run", SEEDS / "long-step.json", status=2)
        self.assertIn("/host/application/copyin_ns_per_byte: 10000: 1000000000 bytes of a write make a step of 1e+13 ns",
                      error)

    def test_numbers_too_small_for_a_double_are_refused_like_those_too_large(self):
        path = self.write("s.json", CLOSED)
        for number, what in (("1e-400", "too small"), ("-4e-324000", "too small"), ("1e400", "out of the range")):
            error = self.ktlssim("run", path, "--set", f"/workload/start_spread_us={number}", status=2)
            self.assertIn(f"--set: /workload/start_spread_us: {number}: not valid JSON: number {what}", error)
            path_of_file = self.write("n.json", json.dumps(CLOSED)[:-1] + f', "seed": {number}}}')
            self.assertIn(what, self.ktlssim("check", path_of_file, status=2))
        self.ktlssim("check", path, "--set", "/workload/start_spread_us=0e-400")

    def test_a_row_twice_is_refused_in_list_and_zip_as_a_value_is_in_grid(self):
        self.write("s.json", CLOSED)
        pointer = "/workload/sessions"
        for kind, value in (("grid", {pointer: [1, 1]}), ("zip", {pointer: [1, 2, 1]}),
                            ("list", [{pointer: 1}, {pointer: 1}])):
            error = self.ktlssim("check", self.write("w.json", {"scenario": "s.json", "parameters": {kind: value}}),
                                 status=2)
            self.assertIn("appear", error)
            self.assertIn("twice", error)

    def test_nic_tls_over_loopback_is_refused(self):
        for name in ("livelock-unnoticed", "livelock-noticed-late"):
            self.assertIn("lo0 encrypts nothing", self.ktlssim("run", SEEDS / f"{name}.json", status=2))

    def test_records_that_take_no_time_are_noticed(self):
        path = self.write("s.json", CLOSED | {"driver": {
            "profile": "aesni-haswell", "ciphers": {"aes-128-gcm": {"request_ns": 0, "byte_ns": 0}}}})
        error = self.ktlssim("run", path, "--engine", "fiber", "--timeout", "200", status=1)
        self.assertIn("livelock", error)
        self.assertIn("without time passing", error)

    def test_every_verb_that_simulates_takes_a_timeout(self):
        for verb in SIMULATING_VERBS:
            text = subprocess.run([KTLSSIM, verb, "--help"], capture_output=True, text=True, check=True).stdout
            self.assertIn("--timeout", text, verb)

    def test_watch_ends_at_its_timeout(self):
        path = self.write("s.json", CLOSED | {"measure": {"warmup_ms": 0, "duration_ms": 1_000_000}})
        error = self.ktlssim("watch", path, "--out", self.directory / "out", "--timeout", "1", status=1)
        self.assertIn("longer than --timeout", error)

    def test_a_manifest_with_impossible_numbers_is_refused_by_name(self):
        self.write("tiny.json", CLOSED)
        sweep = self.write("w.json", {"scenario": "tiny.json", "parameters": {"grid": {"/workload/sessions": [1, 2]}}})
        out = self.directory / "out"
        self.ktlssim("sweep", sweep, "--out", out, "--progress", "none")
        (out / "manifest.json").write_text((SEEDS / "manifest-segfault.json").read_text())
        for verb in ("status", "merge"):
            self.assertIn(str(out / "manifest.json"), self.ktlssim(verb, out, status=2))


if __name__ == "__main__":
    unittest.main()
