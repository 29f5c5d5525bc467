"""One of something is not many: no output says "1 runs"."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"], "scenarios")
# Not "mean 1 records" of a table, where the unit is that of its row, nor "1 is", "1 across".
ONE_OF_MANY = re.compile(r"(?<![\w.,/-])(?<!mean )(?<!max )1 (?!as |is |its |has |was |does |plus |this |less |across |us |ms |ns )([a-z]+s)\b(?!/)")
ONE_ARE = re.compile(r"(?<![\w.,-])1 of \d+ \w+ are |(?<![\w.,-])1 \w+ are ")


class Counted(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def printed(self, *words):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)
        text = " ".join((done.stdout + done.stderr).split())
        self.assertNotRegex(text, ONE_OF_MANY, words)
        self.assertNotRegex(text, ONE_ARE, words)
        return text

    def test_one_of_each(self):
        scenario = SCENARIOS / "closed-ideal.json"
        one = [word for pointer in ("/measure/duration_ms=2", "/measure/warmup_ms=1", "/workload/sessions=1") for word in ("--set", pointer)]
        lone = ["--replications", 1, "--progress", "none"]
        self.assertIn("1 session,", self.printed("run", scenario, *one, *lone))
        self.printed("compare", scenario, *one, *lone, "--set-b", "/ktls/workers=1")
        self.printed("sensitivity", scenario, *one, "--top", 1, "--progress", "none")
        self.assertIn("1 run of 1 point", self.printed("size", scenario, *one, "--target", "throughput_gbps >= 0.001", "--vary",
                                                       "/ktls/workers=1", "--minimize", "/ktls/workers", *lone))
        self.printed("frontier", scenario, *one, "--maximize", "throughput_gbps", "--minimize", "cpu_percent", "--vary", "/ktls/workers=1", *lone)

    def test_a_sweep_of_one(self):
        sweep = self.directory / "one.json"
        sweep.write_text('{"scenario": "%s", "parameters": {"grid": {"/workload/sessions": [1], "/measure/duration_ms": [2]}}}'
                         % (SCENARIOS / "closed-ideal.json"))
        out = self.directory / "out"
        self.printed("expand", sweep)
        self.printed("sweep", sweep, "--out", out)
        self.assertIn("1 of 1 run done", self.printed("status", out))
        self.assertIn("of 1 point ", self.printed("compare", out, out))
        self.printed("gate", out, out)
        self.printed("report", out)
        self.assertIn("1 point, all drawn", (out / "report/index.html").read_text())

    def test_one_connection_that_is_gone(self):
        gone = ["--set", "/workload/sessions=1", "--set", "/workload/app_threads=1", "--set", "/measure/duration_ms=5", "--set", "/measure/warmup_ms=1", "--set",
                "/faults/probability=1", "--replications", 1, "--engine", "fiber", "--progress", "none"]
        text = self.printed("run", SCENARIOS / "ccr-tls12-gcm128.json", *gone)
        self.assertIn("1 of 1 connection is gone at the end", text)

    def test_a_hunt_that_finds_one(self):
        text = self.printed("hunt", SCENARIOS / "ccr-tls12-gcm128.json", "--runs", 1, "--set", "/workload/sessions=1", "--set",
                            "/workload/app_threads=1", "--set", "/measure/duration_ms=5", "--set", "/measure/warmup_ms=1", "--set",
                            "/faults/probability=0.01", "--keep", "/workload", "--for", "abort", "--progress", "none")
        self.assertIn("1 of 1 connection is gone at the end of the measured time found after 1 run with 0 changes", text)

    def test_what_is_wrong_with_one(self):
        self.assertIn("the host's 1 CPU", self.printed("check", SCENARIOS / "ccr-tls12-gcm128.json", "--set", "/host/cpus=1", "--set",
                                                      "/host/threads_per_core=1", "--set", "/host/numa_domains=2"))


if __name__ == "__main__":
    sys.exit(unittest.main())
