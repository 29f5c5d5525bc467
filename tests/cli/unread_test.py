#!/usr/bin/env python3
"""A setting acts, or is told to have no effect; a sweep that varies one of no effect is refused."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
CLOSED = {"host": "xeon-e5-1620v3", "driver": "ccr-t6",
          "workload": {"kind": "closed", "sessions": 2, "records_in_flight": 2},
          "measure": {"warmup_ms": 0.1, "duration_ms": 0.2}}
AESNI = {"host": "xeon-e5-1620v3", "driver": "aesni-haswell", "workload": {"sessions": 2},
         "measure": {"warmup_ms": 0.1, "duration_ms": 0.2}}
CLOSED_ROWS = ["/workload/records_per_second=10", "/workload/send_buffer_bytes=65536", "/workload/file_bytes=1000000",
               "/workload/disk_probability=0.5", "/workload/io=blocking", "/workload/reconnect_us=10",
               "/workload/app_threads=1", "/workload/write_bytes=1000", "/what_if/cap_per_bank=4",
               "/what_if/requeue_when_full=true", "/ktls/max_alloc=4", "/measure/min_replications=20"]
NIC_ROWS = ["/network/receiver=ktls_rx", "/network/netisr_threads=2", "/network/receive_buffer_bytes=8192",
            "/what_if/cap_per_bank=4", "/what_if/requeue_when_full=true", "/ktls/max_alloc=4",
            "/workload/records_in_flight=2", "/workload/record_bytes=1000", "/workload/disk_latency_us=50",
            "/ktls/dispatch=blocking", "/kernel/ktls/dispatch=blocking", "/kernel/ktls/max_alloc=9", "/network/lagg=by_flow",
            "/host/polling/look_ns=9", "/host/userland/copy_ns_per_byte=0.5", "/host/application/handshake_ns=9",
            "/driver/ciphers/aes-256-gcm/byte_ns=1", "/kernel/network/abc_l_var=9"]
# Of these the receive queues carry ccr's completions, too.
READ_BY_CCR = {"numa_domain", "rx_queues", "rx_holdoff_us", "rx_holdoff_packets"}


def network_rows():
    """Every parameter of /network with a value, from the list that the program prints."""
    out = subprocess.run([KTLSSIM, "parameters"], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        if line.startswith("/network/") and " = " in line:
            yield line.replace(" = ", "=").replace('"', "")


class Unread(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def write(self, name, value):
        path = self.directory / name
        path.write_text(json.dumps(value))
        return str(path)

    def run_ktlssim(self, *words, status=0):
        done = subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=False)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr.splitlines()

    def assert_told(self, lines, name, pointer):
        told = [line for line in lines if pointer + ": " in line and "has no effect here: it is read by" in line]
        self.assertEqual(len(told), 1, (pointer, lines))
        self.assertIn(name, told[0])

    def test_each_setting_that_nothing_reads_is_told_once_with_its_place(self):
        for scenario, rows in ((CLOSED, CLOSED_ROWS), (AESNI, NIC_ROWS)):
            path = self.write("s.json", scenario)
            for row in rows:
                with self.subTest(row):
                    self.assert_told(self.run_ktlssim("check", path, "--set", row), "--set", row.split("=")[0])

    def test_so_is_every_parameter_of_the_network_where_there_is_none(self):
        path = self.write("s.json", CLOSED)
        for row in network_rows():
            pointer = row.split("=")[0]
            if pointer.split("/")[-1] in READ_BY_CCR:
                continue
            with self.subTest(row):
                self.assert_told(self.run_ktlssim("check", path, "--set", row), "--set", pointer)

    def test_run_and_compare_tell_of_what_the_file_says(self):
        path = self.write("s.json", CLOSED | {"network": {"rtt_us": 100}})
        for words in (["run", path, "--engine", "fiber"],
                      ["compare", path, "--set-a", "/ktls/dispatch=blocking", "--replications", "2", "--engine", "fiber"]):
            told = [line for line in self.run_ktlssim(*words) if "/network/rtt_us" in line]
            self.assertEqual(len(told), 1 if words[0] == "run" else 2, told)
            self.assertTrue(all("s.json: /network/rtt_us: 100: " in line for line in told), told)

    def test_compare_says_nothing_of_what_one_side_reads(self):
        path = self.write("s.json", CLOSED | {"workload": {"kind": "poisson", "records_per_second": 1000}})
        lines = self.run_ktlssim("compare", path, "--set-a", "/workload/kind=closed", "--replications", "2", "--engine",
                                 "fiber")
        self.assertFalse([line for line in lines if "no effect" in line], lines)

    def test_a_sweep_is_refused_where_no_point_reads_what_varies(self):
        self.write("s.json", CLOSED)
        sweep = self.write("w.json", {"scenario": "s.json", "parameters": {"grid": {"/network/rtt_us": [50, 500]}}})
        for words in (["check", sweep], ["sweep", sweep, "--out", str(self.directory / "out")]):
            lines = self.run_ktlssim(*words, status=2)
            self.assertIn("w.json: /parameters/grid/~1network~1rtt_us/0: 50: varies, and no point reads it", lines[0])

    def test_a_sweep_tells_of_what_no_point_reads_and_runs_where_some_do(self):
        self.write("s.json", CLOSED | {"network": {"rate_gbps": 10}})
        sweep = self.write("w.json", {"scenario": "s.json", "parameters": {
            "grid": {"/workload/kind": ["closed", "sendfile"], "/network/rtt_us": [50, 500], "/ktls/max_alloc": [5]}}})
        lines = self.run_ktlssim("sweep", sweep, "--out", str(self.directory / "out"), "--progress", "none")
        told = [line for line in lines if "no effect" in line]
        self.assertEqual(len(told), 1, lines)
        self.assertIn("w.json: /parameters/grid/~1ktls~1max_alloc/0: 5: has no effect here", told[0])

    def test_options_of_a_timeline_without_one_are_told(self):
        path = self.write("s.json", CLOSED)
        lines = self.run_ktlssim("run", path, "--engine", "fiber", "--trace-us", "10", status=2)
        self.assertIn("ktlssim: --trace-us without --trace FILE: nothing to write", lines)

    def test_every_verb_that_simulates_tells_of_what_is_set_and_unread(self):
        path = self.write("s.json", CLOSED)
        unread = ["--set", "/network/rtt_us=100"]
        out = str(self.directory / "out")
        for words in (["gate", path, path, "--replications", "1"], ["watch", path, "--us", "10", "--out", out],
                      ["hunt", path, "--runs", "1"], ["sensitivity", path, "--replications", "1", "--top", "1"]):
            lines = self.run_ktlssim(*words, *unread, status=None)
            self.assertTrue(any("/network/rtt_us" in line and "has no effect here" in line for line in lines), (words, lines))

    def test_options_that_have_no_effect_are_refused(self):
        path = self.write("s.json", CLOSED)
        ensemble = str(ROOT / "scenarios/validation/ensemble.json")
        for words in (["sensitivity", path, "--against", "/ktls/workers=2"], ["sensitivity", path, "--metric", "cpu_percent"],
                      ["sensitivity", path, "--narrowing", "--total-effects", "8"], ["ensemble", ensemble, "--draws", "8"],
                      ["ensemble", "--priors", "--draws", "8"],
                      ["fit", str(ROOT / "scenarios/validation/fits/ccr-t6.json"), "--force"]):
            self.assertRegex("\n".join(self.run_ktlssim(*words, status=2)), "no place there|two questions", words)

    def test_a_scenario_may_say_how_many_replications_a_precision_is_worth(self):
        path = self.write("s.json", CLOSED | {"measure": CLOSED["measure"] | {"max_replications": 12},
                                              "workload": {"kind": "poisson", "records_per_second": 1e5}})
        self.assertEqual(self.run_ktlssim("check", path), [])
        out = subprocess.run([KTLSSIM, "run", path, "--engine", "fiber", "--ensemble", "off", "--precision", "1e-6", "--format", "json"],
                             capture_output=True, text=True, check=True).stdout
        self.assertEqual(json.loads(out)["metrics"]["throughput_gbps"]["n"], 12)

    def test_shipped_files_say_nothing(self):
        files = [str(path) for folder in ("scenarios", "scenarios/sweeps", "tests/fuzz/seeds")
                 for path in (ROOT / folder).glob("*.json")]
        done = subprocess.run([KTLSSIM, "check", *files], capture_output=True, text=True, check=False)
        told = [line for line in done.stderr.splitlines() if "no effect" in line and "b10-no-effect" not in line]
        self.assertEqual(told, [])


if __name__ == "__main__":
    unittest.main()
