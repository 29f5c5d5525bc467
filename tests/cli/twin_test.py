"""ktlssim twin: its runs end and conserve their records, on both paths, whatever the machine."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
TWO_CPUS = len(os.sched_getaffinity(0)) >= 2


def ktlssim(*words):
    done = subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@unittest.skipUnless(TWO_CPUS, "the twin needs two CPUs")
class TwinTest(unittest.TestCase):
    def test_a_quick_run_ends_and_conserves_records_on_both_paths(self):
        with tempfile.TemporaryDirectory() as out:
            # Exit status 1 says that records were lost, doubled or out of order.
            status, printed, err = ktlssim("twin", "--quick", "--out", out, "--scenarios", f"{out}/scenarios",
                                           "--format", "json")
            self.assertEqual(status, 0, err)
            table = json.loads(printed)
            self.assertEqual([row["setting"]["path"] for row in table["settings"]], 2 * ["blocking", "async"])
            for row in table["settings"]:
                self.assertEqual(row["predicted"]["failure"], "")
                self.assertGreater(row["predicted"]["records_per_second"]["value"], 0)
                for run in row["runs"]:
                    self.assertGreater(run["records"], 0)
                    self.assertGreater(run["slices"], 0)
                    self.assertLessEqual(run["slices_undisturbed"], run["slices"])
            with open(os.path.join(out, "twin.json"), encoding="utf-8") as file:
                self.assertEqual({"verb": "twin", **json.load(file)}, table)
            with open(os.path.join(out, "twin.csv"), encoding="utf-8") as file:
                self.assertEqual(len(file.readlines()), 1 + len(table["settings"]))
            scenarios = sorted(pathlib.Path(out, "scenarios").glob("*.json"))
            self.assertEqual(len(scenarios), len(table["settings"]))
            status, printed, err = ktlssim("check", *map(str, scenarios))
            self.assertEqual(status, 0, err)

    def test_costs_alone_are_measured_with_their_spread(self):
        status, printed, err = ktlssim("twin", "--costs", "--repeats", "3", "--format", "json")
        self.assertEqual(status, 0, err)
        costs = json.loads(printed)["thread_costs"]
        for name in ("wakeup_ns", "turn_ns", "interrupt_ns", "clock_read_ns", "evp_byte_ns"):
            self.assertLessEqual(costs[name]["low"], costs[name]["value"])
            self.assertLessEqual(costs[name]["value"], costs[name]["high"])


class WrongInput(unittest.TestCase):
    def test_wrong_input_is_refused_before_anything_runs(self):
        self.assertEqual(ktlssim("twin", "--milliseconds", "900")[0], 2)
        self.assertEqual(ktlssim("twin", "--conditions", "no-such-file.json")[0], 2)
        self.assertEqual(ktlssim("twin", "near-1")[0], 2)
        status, _, err = ktlssim("twin", "--only", "near-11")
        self.assertEqual(status, 2)
        self.assertIn('did you mean "near-1"', err)


if __name__ == "__main__":
    sys.exit(unittest.main())
