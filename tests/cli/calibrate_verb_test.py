"""ktlssim calibrate measures this machine and writes profiles that load."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
QUICK = ("--repetitions", "1", "--milliseconds", "1", "--progress", "none")


def ktlssim(*words, **environment):
    done = subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


class CalibrateTest(unittest.TestCase):
    def test_the_profiles_that_it_writes_load(self):
        with tempfile.TemporaryDirectory() as out:
            steps = os.path.join(out, "steps.csv")
            with open(steps, "w", encoding="ascii") as file:
                file.write("step,mean,unit\nktls_frame_ns,62,ns\n")
            status, printed, err = ktlssim("calibrate", *QUICK, "--host", "xeon-e5-1620v3", "--steps", steps, "--out", out)
            self.assertEqual((status, err), (0, ""))
            self.assertLessEqual(max(map(len, printed.splitlines())), 80)
            status, printed, err = ktlssim("profiles", "measured", KTLSSIM_DATA=out)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("ktls_frame_ns = 62 ns", printed)

    def test_bigger_records_take_longer(self):
        status, out, _ = ktlssim("calibrate", *QUICK, "--format", "json")
        self.assertEqual(status, 0)
        algorithms = json.loads(out)["algorithms"]
        self.assertEqual(len(algorithms), 8)
        for algorithm in algorithms.values():
            self.assertGreater(algorithm["byte_ns"], 0)

    def test_wrong_input_is_refused(self):
        self.assertEqual(ktlssim("calibrate", "--steps", "no-such-file.csv")[0], 2)
        self.assertEqual(ktlssim("calibrate", "--host", "no-such-host")[0], 2)
        self.assertEqual(ktlssim("calibrate", "--repetitions", "0")[0], 2)


if __name__ == "__main__":
    sys.exit(unittest.main())
