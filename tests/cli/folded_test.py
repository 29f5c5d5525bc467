#!/usr/bin/env python3
"""Folded stacks of CPU time: their sum is the busy time of the run, to the nanosecond."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios/ccr-tls12-gcm128.json")
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=3", "--engine", "fiber"]


def run(*arguments, status=0):
    done = subprocess.run([KTLSSIM, "run", SCENARIO, *SHORT, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stderr
    return done


class FoldedStacks(unittest.TestCase):
    def test_the_sum_is_the_busy_time_of_all_cpus(self):
        with tempfile.TemporaryDirectory() as directory:
            folded = pathlib.Path(directory, "run.folded")
            result = json.loads(run("--folded", str(folded), "--format", "json").stdout)
            stacks = [line.rsplit(" ", 1) for line in folded.read_text().splitlines()]
        cpus = result["effective"]["host"]["cpus"]
        cpus = cpus["value"] if isinstance(cpus, dict) else cpus
        busy_ns = result["metrics"]["cpu_percent"]["mean"] / 100 * cpus * 3e6
        self.assertEqual(sum(int(ns) for _, ns in stacks), round(busy_ns))
        self.assertAlmostEqual(busy_ns, round(busy_ns), places=4)
        self.assertTrue(all(int(ns) > 0 for _, ns in stacks))

    def test_a_stack_is_class_thread_and_the_chain_of_calls(self):
        with tempfile.TemporaryDirectory() as directory:
            folded = pathlib.Path(directory, "new", "run.folded")
            run("--folded", str(folded))
            stacks = {tuple(line.rsplit(" ", 1)[0].split(";")) for line in folded.read_text().splitlines()}
        self.assertTrue(all(len(stack) >= 3 for stack in stacks))
        self.assertIn(("ktls", "KTLS/thr_0", "ktls_work_thread", "ktls_encrypt_async", "ktls_encrypt_record"), stacks)
        self.assertIn(("ktls", "KTLS/thr_0", "ktls_work_thread", "ktls_encrypt_async", "ktls_encrypt_record", "ktls_ocf_encrypt",
                       "ktls_ocf_dispatch_async", "crypto_dispatch"), stacks)

    def test_a_comparison_has_the_stacks_of_both(self):
        with tempfile.TemporaryDirectory() as directory:
            done = subprocess.run([KTLSSIM, "compare", SCENARIO, *SHORT, "--replications", "1", "--set-a", "/ktls/dispatch=blocking",
                                   "--out", directory], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            stacks = [line.rsplit(" ", 2) for line in pathlib.Path(directory, "difference.folded").read_text().splitlines()]
            busy = [json.loads(pathlib.Path(directory, side, "result.json").read_text()) for side in "ab"]
        for column, result in zip((1, 2), busy):
            cpus = len(result["cpus"])
            self.assertEqual(sum(int(stack[column]) for stack in stacks), round(result["metrics"]["cpu_percent"]["mean"] / 100 * cpus * 3e6))
        only_async = [stack for stack, a, b in stacks if "ktls_encrypt_cb" in stack and a == "0" and int(b) > 0]
        self.assertTrue(only_async)

    def test_a_directory_is_refused_before_anything_is_simulated(self):
        with tempfile.TemporaryDirectory() as directory:
            done = run("--folded", directory, status=2)
        self.assertEqual(done.stdout, "")
        self.assertIn(directory, done.stderr)


if __name__ == "__main__":
    unittest.main()
