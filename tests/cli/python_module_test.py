#!/usr/bin/env python3
"""import ktlssim: what the command line finds, as pandas frames."""
import json
import os
import pathlib
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
sys.path.insert(0, str(ROOT / "notebooks"))
try:
    import ktlssim
except ImportError as missing:
    print(missing)
    sys.exit(77)

# closed-ideal: two workers, each 1 us in, 16 us there, 2.6 us of the device, 1 us back: 2 / 20.6 us where nobody waits.
IDEAL = ROOT / "scenarios" / "closed-ideal.json"
FIXED = {"/driver/device/law": "constant", "/driver/device/latency_complete_ns": 1000, "/driver/device/latency_submit_ns": 16400,
         "/measure/duration_ms": 20, "/workload/sessions": 2}


class PythonModule(unittest.TestCase):
    def test_a_run_has_the_metrics_of_the_closed_form(self):
        found = ktlssim.run(IDEAL, FIXED)
        self.assertAlmostEqual(found.metrics.loc["records_per_second", "mean"] / (2 / 20e-6), 1, delta=0.001)
        self.assertEqual(found.metrics.loc["records_per_second", "unit"], found.result["metrics"]["records_per_second"]["unit"])
        self.assertEqual(found.bottleneck, found.resources.loc[found.resources["utilization"].idxmax(), "name"])
        self.assertEqual(len(found.failures), 0)

    def test_a_dict_is_a_scenario(self):
        scenario = json.loads(IDEAL.read_text())
        for pointer, value in FIXED.items():
            place = scenario
            *groups, key = pointer[1:].split("/")
            for group in groups:
                place = place.setdefault(group, {}) if isinstance(place.get(group, {}), dict) else place
            place[key] = value
        ktlssim.check(scenario)
        self.assertEqual(ktlssim.run(scenario).result["metrics"], ktlssim.run(IDEAL, FIXED).result["metrics"])

    def test_a_comparison_has_a_row_a_metric(self):
        slower = {"/driver/device/latency_submit_ns": 36400}  # 40 us for 20
        found = ktlssim.compare(IDEAL, settings=FIXED, settings_b=slower, metrics=["records_per_second"], replications=2)
        self.assertEqual(list(found.metrics.index), ["records_per_second"])
        self.assertAlmostEqual(found.metrics.loc["records_per_second", "percent"], -50, delta=0.1)
        self.assertTrue(found.metrics.loc["records_per_second", "proven"])

    def test_a_sweep_has_its_tables(self):
        study = {"scenario": str(IDEAL), "replications": 2,
                 "parameters": {"grid": {"/workload/sessions": [1, 2], "/measure/duration_ms": [20]}}}
        with tempfile.TemporaryDirectory() as out:
            found = ktlssim.sweep(study, pathlib.Path(out) / "s", jobs=2)
            self.assertEqual(len(found.runs), 4)
            self.assertTrue((found.runs["bottleneck"] != "").all())
            means = found.means("records_per_second", "throughput_gbps")
            self.assertEqual(list(means["/workload/sessions"]), [1, 2])
            self.assertAlmostEqual(means["records_per_second"][1] / means["records_per_second"][0], 2, delta=0.2)
            again = ktlssim.read(pathlib.Path(out) / "s")
            self.assertTrue(again.summary.equals(found.summary))

    def test_what_is_wrong_is_an_exception_with_all_of_it(self):
        with self.assertRaises(ktlssim.Error) as raised:
            ktlssim.run(IDEAL, {"/ktls/worker": 3, "/nothing": 1})
        self.assertEqual(raised.exception.status, 2)
        self.assertIn("did you mean /ktls/workers?", str(raised.exception))
        self.assertIn("/nothing", str(raised.exception))
        with self.assertRaises(ktlssim.Error):
            ktlssim.read(ROOT)

    def test_what_there_is_can_be_asked(self):
        known = ktlssim.parameters().set_index("pointer")
        self.assertEqual(known.loc["/workload/sessions", "default"], 64)
        self.assertIn("ccr-t6", set(ktlssim.profiles().query("kind == 'driver'")["name"]))
        self.assertGreater(ktlssim.bounds(ROOT / "scenarios" / "ccr-tls12-gcm128.json")["throughput_gbps"], 0)


if __name__ == "__main__":
    unittest.main()
