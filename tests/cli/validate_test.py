"""ktlssim validate: the published claims keep their verdicts, and a changed verdict or a wrong suite is noticed."""
import json
import math
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


# Machine repairman M/M/1//8 of closed-ideal: 334 436 records a second (its description).
def claim(**changes):
    base = {"name": "repairman", "claim": "closed form", "source": "textbook", "reason": "five standard errors",
            "scenario": os.path.join(SCENARIOS, "closed-ideal.json"), "set": ["/measure/duration_ms=50"],
            "metric": "records_per_second", "published": 334436, "tolerance_percent": 3}
    return {**base, **changes}


class ValidateTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def suite(self, *claims, **other):
        path = os.path.join(self.directory, "suite.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"claims": list(claims), **other}, file)
        return path

    def run_suite(self, *claims, words=(), **other):
        return validate("--suite", self.suite(*claims, **other), "--replications", "2", "--format", "json", *words)

    def test_every_published_claim_has_its_expected_verdict(self):
        status, out, err = validate("--replications", "2", "--progress", "none")
        self.assertEqual((status, err), (0, ""), out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_every_published_row_is_listed_with_its_claims_or_why_it_has_none(self):
        status, out, _ = validate("--rows", "--format", "json")
        rows = json.loads(out)["rows"]
        self.assertEqual(status, 0)
        with open(os.path.join(SCENARIOS, "validation", "published.json"), encoding="utf-8") as file:
            claims = {c["name"] for c in json.load(file)["claims"]}
        self.assertEqual({name for row in rows for name in row.get("claims", [])}, claims)
        for row in rows:
            self.assertTrue(("claims" in row) != ("why" in row), row)
        # The tables of the sources: 6 modes of vBSDCon 2019, 4 on the EPYC and 2 on the E5 of Netflix, and as of which
        # sources there are more figures.
        of = [row["section"] for row in rows]
        self.assertGreaterEqual(sum("vBSDCon" in section for section in of), 6)
        self.assertGreaterEqual(sum("EPYC" in section for section in of), 4)
        self.assertGreaterEqual(sum("E5-2697A" in section for section in of), 2)
        _, table, _ = validate("--rows")
        self.assertLessEqual(max(map(len, table.splitlines())), 80)
        self.assertIn(f"{len(rows)} rows of published figures", " ".join(table.split()))

    def test_a_row_names_claims_that_exist_and_each_claim_has_a_row(self):
        rows = [{"section": "a", "row": "x", "claims": ["repairmen"]}, {"section": "a", "row": "y"},
                {"section": "a", "row": "z", "why": "w", "claims": ["repairman"]}]
        status, out, err = self.run_suite(claim(), claim(name="other"), rows=rows)
        self.assertEqual((status, out), (2, ""))
        for message in ("/rows/0/claims/0", 'did you mean "repairman"', "/rows/1: ", "/rows/2: ", "/claims/1/name"):
            self.assertIn(message, err)
        self.assertEqual(self.run_suite(claim(), rows=[{"section": "a", "row": "x", "claims": ["repairman"]}])[0], 0)

    def test_a_prediction_that_hangs_on_what_is_not_stated_is_noticed(self):
        # Twice the engines, with which the device is no limit any more: far above the published value.
        unstated = [{"pointer": "/driver/device/engines", "values": ["1", "4"]}]
        for changes, expected in (({}, 1), ({"fitted": "chosen: engines"}, 0)):
            status, out, _ = self.run_suite(claim(unstated=unstated, **changes), words=("--unstated",))
            outcome = json.loads(out)["claims"][0]
            points = outcome["unstated"]["/driver/device/engines"]
            self.assertAlmostEqual(points["1"]["mean"], outcome["predicted"]["mean"])
            self.assertGreater(points["4"]["mean"], 1.03 * 334436)
            self.assertEqual(status, expected)

    def test_an_explanation_names_mechanisms_that_bring_the_prediction_nearer(self):
        # Published is what two engines would give: the claim is missed with the one of the scenario, and nearer with two or three.
        missed = {"published": 2 * 334436, "expected": "missed", "explanation": "has two engines", "comparison": "value"}
        for engines, status_expected, word in (("2", 0, "with it"), ("0.5", 2, "/claims/0/mechanisms/0/set"), ("1", 1, "NOT SUPPORTED")):
            suite = self.suite(claim(mechanisms=[{"words": "more", "set": [f"/driver/device/engines={engines}"]}], **missed))
            status, out, err = validate("--suite", suite, "--replications", "2", "--explanations")
            self.assertEqual(status, status_expected, out + err)
            self.assertIn(word, out + err)
        _, out, _ = self.run_suite(claim(mechanisms=[{"words": "more", "set": ["/driver/device/engines=2"]}], **missed),
                                   words=("--explanations",))
        found = json.loads(out)["claims"][0]["mechanisms"][0]
        self.assertTrue(found["supports"])
        self.assertGreater(found["predicted"]["mean"], 1.2 * 334436)
        status, _, err = self.run_suite(claim(mechanisms=[{"words": "more"}], **missed))
        self.assertEqual(status, 2)
        self.assertIn("/claims/0/mechanisms/0", err)

    @unittest.skipUnless(os.environ.get("KTLSSIM_SLOW"), "takes a minute: set KTLSSIM_SLOW=1")
    def test_every_mechanism_that_explains_a_missed_claim_brings_it_nearer(self):
        status, out, err = validate("--explanations", "--format", "json", "--replications", "2", "--progress", "none")
        self.assertEqual((status, err), (0, ""), out)
        for outcome in json.loads(out)["claims"]:
            self.assertEqual(outcome["expected"] == "missed", "mechanisms" in outcome, outcome["name"])

    def test_a_claim_says_how_often_it_is_simulated_at_least(self):
        _, out, _ = self.run_suite(claim(replications=7), claim(name="other"))
        self.assertEqual([c["predicted"]["n"] for c in json.loads(out)["claims"]], [7, 2])

    def test_a_claim_leans_on_what_changes_its_prediction(self):
        # Deterministic and saturated by eight workers: 1 / s, so that 10 % more make it 1 / 1.1 of it, by central
        # difference -0.1 / 0.99 x ln 1.1 / ln (1.1 / 0.9) = -0.0480 of 384615. Nothing else has any effect.
        service = "/driver/ciphers/aes-128-gcm/request_ns"
        saturated = claim(set=["/driver/device/law=constant", "/measure/duration_ms=20", "/driver/device/latency_submit_ns=0"],
                          published=1e6 / 2.6)
        difference = claim(name="gain", set=saturated["set"], metric="records_per_second", comparison="difference",
                           tolerance=1e4, tolerance_percent=0, published=1e6 / 2.6,
                           against={"set": [*saturated["set"], "/driver/device/engines=2"]}, expected="missed",
                           explanation="a test")
        status, out, err = self.run_suite(saturated, difference, words=("--influences", "--write"))
        self.assertEqual(status, 0, err)
        leans = {c["name"]: c["leans_on"] for c in json.loads(out)["claims"]}
        strongest = max(leans["repairman"], key=lambda lean: abs(lean["change"]))
        self.assertEqual(strongest, leans["repairman"][0])
        found = {lean["pointer"]: lean["change"] for lean in leans["repairman"]}
        x = 1e6 / 2.6
        self.assertAlmostEqual(found[service] / ((x / 1.1 - x / 0.9) / math.log(1.1 / 0.9) * math.log(1.1)), 1, delta=0.01)
        # 1 / s - 2 / s: the other way round, and as strong.
        self.assertAlmostEqual({lean["pointer"]: lean["change"] for lean in leans["gain"]}[service] / -found[service], 1,
                               delta=0.02)
        _, again, _ = validate("--suite", os.path.join(self.directory, "suite.json"), "--replications", "2")
        self.assertIn(f"leans on {service}", again)  # read from influences.json beside the suite

    def test_what_is_wrong_with_the_file_of_leans_is_said(self):
        suite = self.suite(claim())
        with open(os.path.join(self.directory, "influences.json"), "w", encoding="utf-8") as file:
            json.dump({"repairmen": [{"pointer": "/x", "change": "much"}]}, file)
        status, _, err = validate("--suite", suite)
        self.assertEqual(status, 2)
        self.assertIn('/repairmen: there is no such claim; did you mean "repairman"', err)
        self.assertIn("/repairmen/0/change", err)

    def test_every_published_claim_has_the_parameters_it_leans_on(self):
        with open(os.path.join(SCENARIOS, "validation", "influences.json"), encoding="utf-8") as file:
            leans = json.load(file)
        with open(os.path.join(SCENARIOS, "validation", "published.json"), encoding="utf-8") as file:
            claims = [c["name"] for c in json.load(file)["claims"]]
        self.assertEqual(sorted(leans), sorted(claims))
        for name, strongest in leans.items():
            self.assertTrue(1 <= len(strongest) <= 3, name)

    @unittest.skipUnless(os.environ.get("KTLSSIM_SLOW"), "takes 20 minutes: set KTLSSIM_SLOW=1")
    def test_what_each_claim_leans_on_most_is_found_again(self):
        status, out, err = validate("--influences", "--replications", "3", "--format", "json")
        self.assertEqual(status, 0, err)
        with open(os.path.join(SCENARIOS, "validation", "influences.json"), encoding="utf-8") as file:
            committed = json.load(file)
        for outcome in json.loads(out)["claims"]:
            with self.subTest(claim=outcome["name"]):
                self.assertIn(outcome["leans_on"][0]["pointer"], [lean["pointer"] for lean in committed[outcome["name"]]])

    @unittest.skipUnless(os.environ.get("KTLSSIM_SLOW"), "takes minutes: set KTLSSIM_SLOW=1")
    def test_no_prediction_hangs_on_what_its_source_does_not_state(self):
        status, out, err = validate("--unstated")
        self.assertEqual((status, err), (0, ""), out)

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
