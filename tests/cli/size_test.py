#!/usr/bin/env python3
"""Questions asked backwards, of networks whose answers are known in closed form."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
CLOSED = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios", "closed-ideal.json")
# No randomness: a worker waits 6 us for the way to the engine, which serves it for 2 us.
CONSTANT = ["--set", "/driver/device/law=constant", "--set", "/driver/device/latency_submit_ns=6000",
            "--set", "/driver/ciphers/aes-128-gcm/request_ns=2000", "--set", "/measure/duration_ms=20"]
TARGET = "records_per_second >= 300000"


def repairmen(customers, think, service):
    """Throughput of M/M/1//N: the machine repairmen, by its birth and death equations."""
    p, total, busy = 1.0, 1.0, 0.0
    for k in range(1, customers + 1):
        p *= (customers - k + 1) * service / think
        total += p
        busy += p
    return busy / total / service


class SizeTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)

    def ktlssim(self, *words):
        done = subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def json(self, *words, status=0):
        code, out, err = self.ktlssim(*words, "--format", "json")
        self.assertEqual(code, status, err)
        return json.loads(out)

    # --- size

    def test_size_finds_the_number_of_repairmen_customers(self):
        wanted = next(n for n in range(1, 9) if repairmen(n, 16e-6, 2.6e-6) >= 250000)
        self.assertGreater(repairmen(wanted, 16e-6, 2.6e-6) / 250000 - 1, 0.01, "too near for a noisy run")
        self.assertLess(repairmen(wanted - 1, 16e-6, 2.6e-6) / 250000 - 1, -0.01, "too near for a noisy run")
        found = self.json("size", CLOSED, "--target", "records_per_second >= 250000", "--vary", "/workload/sessions=1..8")
        self.assertEqual(found["answer"]["settings"], {"/workload/sessions": wanted})
        self.assertTrue(found["answer"]["proven"])
        self.assertEqual(found["lines"][0]["interval"], [{"/workload/sessions": wanted}] * 2)
        self.assertTrue(found["lines"][0]["monotone"])
        self.assertEqual(found["lines"][0]["next_cheaper"]["settings"], {"/workload/sessions": wanted - 1})

    def test_size_is_exact_where_nothing_is_random(self):
        # n workers: n records in 8 us, 2 us each at the most. 3/8 = 375 000, 2/8 = 250 000 a second.
        found = self.json("size", CLOSED, *CONSTANT, "--target", TARGET, "--vary", "/workload/sessions=1..8")
        self.assertEqual(found["answer"]["settings"], {"/workload/sessions": 3})

    def test_size_says_what_cannot_be_met_and_what_limits(self):
        code, out, err = self.ktlssim("size", CLOSED, *CONSTANT, "--target", "records_per_second >= 600000",
                                      "--vary", "/workload/sessions=1..8")
        self.assertEqual(code, 1, err)
        self.assertIn("CANNOT BE MET", out)
        self.assertIn("limit: ccr engine", out)

    def test_size_minimizes_what_is_asked_over_several_parameters(self):
        # An engine that serves in 1 us needs 7 us a record and worker, one of 4 us 10 us and at most 250 000.
        found = self.json("size", CLOSED, *CONSTANT, "--target", TARGET,
                          "--vary", "/workload/sessions=1..8", "--vary", "/driver/ciphers/aes-128-gcm/request_ns=1000,4000",
                          "--minimize", "/workload/sessions * 10 + 5000 / /driver/ciphers/aes-128-gcm/request_ns")
        self.assertEqual(found["answer"]["settings"],
                         {"/workload/sessions": 3, "/driver/ciphers/aes-128-gcm/request_ns": 1000})
        self.assertEqual(found["answer"]["cost"], 35)
        self.assertEqual([line["first"] is None for line in found["lines"]], [False, True])

    def test_size_races_where_what_is_minimized_need_not_rise(self):
        # Latency from enqueue to ready rises with the sessions, the rate as well: 3 are the first to meet the target.
        found = self.json("size", CLOSED, *CONSTANT, "--target", TARGET, "--vary", "/workload/sessions=1..8",
                          "--minimize", "-records_per_second")
        self.assertTrue(found["lines"][0]["raced"])
        self.assertAlmostEqual(found["answer"]["cost"], -500000, delta=500)
        self.assertIn(found["answer"]["settings"]["/workload/sessions"], range(4, 9))

    def test_size_refuses_what_it_cannot_search(self):
        vary = ["--vary", "/workload/sessions=1..8"]
        for words, said in [(["--target", "records_per_secund >= 1", *vary], "did you mean \"records_per_second\"?"),
                            (["--target", "records_per_second", *vary], "expected a comparison"),
                            (["--target", "1 +", *vary], "column"),
                            (["--target", TARGET], "--vary"),
                            (vary, "--target"),
                            (["--target", TARGET, "--vary", "/workload/session=1..8"], "/workload/sessions"),
                            (["--target", TARGET, "--vary", "/workload/sessions=8..1"], "FROM at most TO"),
                            (["--target", TARGET, "--vary", "/workload/sessions=1,1"], "appears twice"),
                            (["--target", TARGET, *vary, *vary], "varies twice")]:
            code, out, err = self.ktlssim("size", CLOSED, *words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn(said, err)

    def test_a_value_that_no_scenario_can_have_is_refused(self):
        for words in (["size", CLOSED, "--target", TARGET, "--vary", "/workload/sessions=0..4"],
                      ["size", CLOSED, "--target", TARGET, "--vary", "/workload/sessions=0.1..0.3:0.1"],
                      ["knee", CLOSED, "--over", "/workload/sessions=0..3"],
                      ["frontier", CLOSED, "--maximize", "records_per_second", "--minimize", "cpu_percent", "--vary", "/driver=nix,ccr-t6"],
                      ["break-even", CLOSED, "--set-a", "/ktls/workers=1", "--over", "/workload/sessions=0..3"]):
            code, out, err = self.ktlssim(*words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertRegex(err, r"--(vary|over): /(workload/sessions|driver): ")

    def test_a_parameter_that_nothing_reads_is_refused(self):
        netisr = "/network/netisr_threads=1..3"
        for words in (["size", CLOSED, "--target", TARGET, "--vary", netisr], ["knee", CLOSED, "--over", netisr],
                      ["frontier", CLOSED, "--maximize", "records_per_second", "--minimize", "cpu_percent", "--vary", netisr],
                      ["break-even", CLOSED, "--set-a", "/ktls/workers=1", "--over", netisr]):
            code, out, err = self.ktlssim(*words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn("has no effect here", err)

    def test_a_list_of_numbers_may_stand_in_any_order(self):
        found = [self.json("size", CLOSED, *CONSTANT, "--target", TARGET, "--vary", f"/workload/sessions={values}")["answer"]
                 for values in ("1,2,4,8,16", "16,4,1,8,2")]
        self.assertEqual(*found)

    def test_runs_that_are_stopped_say_nothing_of_what_can_be_met(self):
        code, out, _ = self.ktlssim("size", CLOSED, "--set", "/measure/duration_ms=1000000", "--timeout", "1", "--replications", "1",
                                    "--target", "records_per_second >= 1", "--vary", "/workload/sessions=1,2")
        self.assertEqual(code, 1)
        self.assertIn("NOT KNOWN whether it can be met: runs of 2 points were stopped", " ".join(out.split()))

    # --- break-even

    def test_two_settings_break_even_where_their_costs_are_equal(self):
        # 4 us a record against 2 ns a byte with one worker and no way: equal at 2000 bytes.
        cipher = "/driver/ciphers/aes-128-gcm"
        found = self.json("break-even", CLOSED, *CONSTANT, "--set", "/driver/device/latency_submit_ns=0",
                          "--set-a", f"{cipher}/request_ns=4000", "--set-b", f"{cipher}/request_ns=0",
                          "--set-b", f"{cipher}/byte_ns=2", "--over", "/workload/record_bytes=100..16000:100",
                          "--of", "records_per_second")
        self.assertEqual(len(found["crossings"]), 1)
        crossing = found["crossings"][0]
        self.assertIn(2000, (crossing["below"], crossing["above"]))
        self.assertFalse(crossing["b_is_more_above"])

    def test_settings_that_never_meet_end_with_status_1(self):
        found = self.json("break-even", CLOSED, *CONSTANT, "--set-b", "/driver/ciphers/aes-128-gcm/request_ns=3000",
                          "--over", "/workload/sessions=5..8", status=1)
        self.assertEqual(found["crossings"], [])

    # --- knee

    def test_the_knee_is_where_the_engine_is_full(self):
        # n workers of 8 us each keep the engine of 2 us busy from n = 4 on.
        found = self.json("knee", CLOSED, *CONSTANT, "--over", "/workload/sessions=1..8", "--of", "records_per_second")
        self.assertEqual((found["knee"], found["interval"]), (4, [4, 4]))
        turned = self.json("knee", CLOSED, *CONSTANT, "--over", "/workload/sessions=1..8", "--of", "0 - records_per_second", "--lowest")
        self.assertEqual((turned["knee"], turned["interval"]), (4, [4, 4]))
        self.assertIn("ccr engine", found["limit"])

    def test_a_last_value_that_still_gains_is_no_knee(self):
        found = self.json("knee", CLOSED, *CONSTANT, "--over", "/workload/sessions=1..3", "--of", "records_per_second", status=1)
        self.assertEqual((found["knee"], found["up_to"]), (None, 3))

    def test_nothing_is_best_where_nothing_is_moved(self):
        # The first record comes after the measured time.
        idle = ["knee", CLOSED, *CONSTANT, "--set", "/measure/warmup_ms=0", "--set", "/measure/duration_ms=0.001",
                "--over", "/workload/sessions=1..3"]
        self.assertIn("NO BEST: throughput_gbps is 0 at every value that was looked at: nothing is moved",
                      " ".join(self.ktlssim(*idle)[1].split()))
        self.assertIsNone(self.json(*idle)["best"])

    # --- frontier

    def test_the_front_has_what_nothing_beats(self):
        # The rate rises up to 4 sessions; what waits rises from there on.
        found = self.json("frontier", CLOSED, *CONSTANT, "--maximize", "records_per_second", "--minimize", "/workload/sessions",
                          "--vary", "/workload/sessions=1..8")
        front = {p["settings"]["/workload/sessions"] for p in found["points"] if p["front"]}
        self.assertLessEqual({1, 2, 3, 4}, front)
        self.assertEqual(len(found["points"]), 8)

    def overloaded(self, *words, status=0):
        """The engine serves 500 000 records a second, and the host's CPUs do nothing: the more is offered the better."""
        path = self.directory / "open.json"
        path.write_text(json.dumps({**json.loads(pathlib.Path(CLOSED).read_text()), "workload": {"kind": "poisson", "sessions": 16}}))
        return self.ktlssim("frontier", path, *CONSTANT, "--set", "/ktls/dispatch=driver", "--maximize", "records_per_second",
                            "--minimize", "cpu_percent", "--vary", "/workload/records_per_second=300000,400000,600000",
                            "--replications", 3, *words)

    def test_what_is_not_steady_is_marked_on_the_front_and_beats_nothing_that_is(self):
        status, out, err = self.overloaded("--format", "json")
        self.assertEqual(status, 0, err)
        points = {p["settings"]["/workload/records_per_second"]: p for p in json.loads(out)["points"]}
        self.assertEqual({rate: (p["steady"], p["front"]) for rate, p in points.items()},
                         {300000: (True, False), 400000: (True, True), 600000: (False, True)})
        self.assertIn("more is offered than served", points[600000]["why"])
        self.assertFalse(points[600000]["proven"])
        self.assertNotIn("why", points[400000])
        _, text, _ = self.overloaded()
        self.assertIn("/workload/records_per_second=600000  NOT STEADY\n", text)
        self.assertIn("/workload/records_per_second=400000\n", text)
        self.assertIn("2 of 3 combinations are on the front, 1 of them NOT STEADY", " ".join(text.split()))

    def test_a_front_needs_two_goals(self):
        self.assertEqual(self.ktlssim("frontier", CLOSED, "--maximize", "cpu_percent", "--vary", "/workload/sessions=1,2")[0], 2)


if __name__ == "__main__":
    unittest.main()
