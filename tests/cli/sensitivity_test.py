"""Elasticities of networks whose throughput has a closed form."""
import json
import math
import os
import subprocess
import sys
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios", "closed-ideal.json")


def sensitivity(*words):
    done = subprocess.run([KTLSSIM, "sensitivity", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


# Deterministic: 17.4 us of latency, 2.6 us of service.
def elasticities(*settings):
    settings = ["/driver/device/law=constant", "/driver/device/latency_submit_ns=17400", "/measure/duration_ms=20",
                *settings]
    words = [word for setting in settings for word in ("--set", setting)]
    status, out, err = sensitivity(SCENARIO, *words, "--replications", "2", "--format", "json", "--progress", "none")
    assert (status, err) == (0, ""), err
    return {p["pointer"]: p["throughput_gbps"]["mean"] for p in json.loads(out)["parameters"]}


LATENCY = "/driver/device/latency_submit_ns"
SERVICE = "/driver/ciphers/aes-128-gcm/request_ns"


class SensitivityTest(unittest.TestCase):
    def test_waiting_workers_lean_on_the_round_trip(self):
        found = elasticities("/workload/sessions=2")
        # X = 2 / (L + s): from ln(X(1.1 L) / X(0.9 L)) / ln(1.1 / 0.9).
        step = math.log(1.1 / 0.9)
        self.assertAlmostEqual(found[LATENCY], -math.log((1.1 * 17.4 + 2.6) / (0.9 * 17.4 + 2.6)) / step, delta=0.003)
        self.assertAlmostEqual(found[SERVICE], -math.log((17.4 + 1.1 * 2.6) / (17.4 + 0.9 * 2.6)) / step, delta=0.003)

    def test_a_saturated_device_leans_on_its_service_time_alone(self):
        found = elasticities("/ktls/dispatch=driver")  # 32 records in flight
        self.assertAlmostEqual(found[SERVICE], -1, delta=0.003)
        self.assertLess(abs(found.get(LATENCY, 0)), 0.003)

    def test_the_table_fits_into_80_columns(self):
        status, out, _ = sensitivity(SCENARIO, "--replications", "1", "--set", "/measure/duration_ms=5")
        self.assertEqual(status, 0)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_a_scenario_that_stalls_is_a_failure(self):
        status, out, err = sensitivity(SCENARIO, "--set", "/faults/device_dead_from_ms=1")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("a run failed", err)

    def test_wrong_input_is_refused(self):
        self.assertEqual(sensitivity()[0], 2)
        self.assertEqual(sensitivity("no-such-file.json")[0], 2)
        self.assertEqual(sensitivity(SCENARIO, "--percent", "0")[0], 2)


if __name__ == "__main__":
    sys.exit(unittest.main())
