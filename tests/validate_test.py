"""ktlssim validate: the published claims keep their verdicts, and a changed verdict or a wrong suite is noticed."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios")


def validate(*words):
    done = subprocess.run([KTLSSIM, "validate", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


# Machine repairman M/M/1//8 of closed-ideal: 334 436 records a second (scenarios/README.md).
def claim(**changes):
    base = {"name": "repairman", "claim": "closed form", "source": "textbook", "reason": "five standard errors",
            "scenario": os.path.join(SCENARIOS, "closed-ideal.json"), "set": ["/measure/duration_ms=50"],
            "metric": "records_per_second", "published": 334436, "tolerance_percent": 3}
    return {**base, **changes}


class ValidateTest(unittest.TestCase):
    def suite(self, *claims):
        file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            json.dump({"claims": list(claims)}, file)
        return file.name

    def run_suite(self, *claims):
        return validate("--suite", self.suite(*claims), "--replications", "2", "--format", "json")

    def test_every_published_claim_has_its_expected_verdict(self):
        status, out, err = validate("--replications", "2")
        self.assertEqual((status, err), (0, ""), out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_a_claim_is_met_within_its_tolerance(self):
        status, out, _ = self.run_suite(claim())
        outcome = json.loads(out)["claims"][0]
        self.assertEqual((status, outcome["verdict"], outcome["kind"]), (0, "met", "predicted"))

    def test_a_changed_verdict_fails_in_both_directions(self):
        self.assertEqual(self.run_suite(claim(published=400000))[0], 1)
        self.assertEqual(self.run_suite(claim(expected="missed", explanation="none"))[0], 1)
        self.assertEqual(self.run_suite(claim(published=400000, expected="missed", explanation="known"))[0], 0)

    def test_ratios_pair_replications(self):
        # One device serves 1 / 2.6 us, a second one as much: with 8 workers and no latency, twice as many.
        fast = ["/measure/duration_ms=50", "/driver/device/latency_submit_ns=0", "/driver/device/engines=2"]
        slow = fast[:-1] + ["/driver/device/engines=1"]
        status, out, _ = self.run_suite(claim(set=fast, against={"set": slow}, comparison="ratio", published=2,
                                              metric="throughput_gbps"))
        self.assertEqual(status, 0)
        self.assertEqual(json.loads(out)["claims"][0]["predicted"]["unit"], "1")

    def test_a_limit_is_a_limit(self):
        self.assertEqual(self.run_suite(claim(relation="below", tolerance_percent=0, published=300000))[0], 1)
        self.assertEqual(self.run_suite(claim(relation="below", tolerance_percent=0, published=400000))[0], 0)

    def test_an_unknown_metric_is_a_failure(self):
        status, out, _ = self.run_suite(claim(metric="horsepower"))
        self.assertEqual((status, json.loads(out)["claims"][0]["verdict"]), (1, "failed"))

    def test_what_is_wrong_with_a_suite_is_said_all_at_once(self):
        status, out, err = self.run_suite(claim(name="", published="much"), claim(set=["/ktls/wokers=3"]),
                                          claim(name="x", expected="missed"), claim(name="y", tolerance=1, colour=3))
        self.assertEqual((status, out), (2, ""))
        for pointer in ("/claims/0/name", "/claims/0/published", "/ktls/wokers", "/claims/2/explanation", "/claims/3",
                        "/claims/3/colour"):
            self.assertIn(pointer, err)

    def test_an_unknown_claim_is_refused_with_the_nearest_name(self):
        status, _, err = validate("d31665-ccr-asink")
        self.assertEqual(status, 2)
        self.assertIn('did you mean "d31665-ccr-async"', err)


if __name__ == "__main__":
    sys.exit(unittest.main())
