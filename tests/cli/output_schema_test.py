#!/usr/bin/env python3
"""What verbs print with --format json is one object each, and fits `ktlssim schema output`."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIO = ROOT / "scenarios" / "closed-ideal.json"
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=5"]
SUITE = {"claims": [{"name": "a", "claim": "closed form", "source": "textbook", "reason": "exact", "metric": "records_per_second",
                     "scenario": str(SCENARIO), "published": 3.344e5, "tolerance_percent": 20}]}
FIT = {"description": "test", "claims": ["a"],
       "parameters": [{"name": "s", "pointers": ["/driver/ciphers/aes-128-gcm/request_ns"], "min": 500, "max": 9000, "reason": "test"}]}


def ktlssim(*words, stdin=None):
    return subprocess.run([KTLSSIM, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=250, check=False)


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads(ktlssim("schema", "output").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        cls.validator = jsonschema.Draft7Validator(schema)
        cls.verbs = set(schema["properties"]["verb"]["enum"])
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def file(self, name, content):
        path = self.directory / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def commands(self):
        sweep = {"scenario": str(SCENARIO), "parameters": {"grid": {"/workload/sessions": [1, 2], "/measure/duration_ms": [5]}}}
        study, out = self.file("sweep.json", sweep), self.directory / "out"
        suite, fit = self.file("suite.json", SUITE), self.file("fit.json", FIT)
        broken = self.file("broken.json", '{"host": "ideal", "driver": "nosuch"}')
        yield "run", (SCENARIO, *SHORT)
        yield "compare", (SCENARIO, "--set-b", "/workload/sessions=4", "--replications", "2", *SHORT)
        yield "sweep", (study, "--out", out)
        yield "status", (out,)
        yield "merge", (out,)
        yield "expand", (study,)
        yield "bounds", (SCENARIO,)
        yield "bounds", (ROOT / "scenarios" / "ccr-tls12-gcm128.json", "--set", '/session_groups=[{"sessions": 3, "version": "1.3"}]')
        yield "validate", ("--suite", suite, "--replications", "1")
        yield "validate", ("--rows",)
        yield "fit", (fit, "--suite", suite, "--replications", "1")
        yield "fit", (fit, "--suite", suite, "--replications", "1", "--leave-one-out")
        yield "sensitivity", (SCENARIO, "--replications", "1", *SHORT)
        vary = ("--vary", "/workload/records_in_flight=1..2", *SHORT)
        yield "size", (SCENARIO, "--target", "throughput_gbps >= 1", *vary)
        yield "frontier", (SCENARIO, "--maximize", "throughput_gbps", "--minimize", "latency_ready_us_mean", *vary)
        yield "knee", (SCENARIO, "--over", "/workload/records_in_flight=1..3", *SHORT)
        yield "break-even", (SCENARIO, "--set-b", "/ktls/workers=2", "--over", "/workload/records_in_flight=2..4", *SHORT)
        yield "gate", (SCENARIO, SCENARIO, "--replications", "2", *SHORT)
        yield "hunt", (SCENARIO, "--runs", "3", *SHORT)
        yield "calibrate", ("--repetitions", "1", "--milliseconds", "1")
        yield "check", (SCENARIO, study, broken)
        yield "profiles", ()
        yield "profiles", ("ccr-t6",)
        yield "parameters", ()

    def test_every_verb_fits_the_schema(self):
        seen = set()
        for verb, words in self.commands():
            with self.subTest(f"{verb} {words}"):
                done = ktlssim(verb, *words, "--format", "json")
                found = json.loads(done.stdout)
                self.assertEqual(next(iter(found)), "verb", done.stderr)
                self.assertEqual(found["verb"], verb)
                self.assertEqual([error.message for error in self.validator.iter_errors(found)], [])
                seen.add(verb)
        self.assertEqual(self.verbs - seen, {"twin", "ensemble"})  # take minutes

    def test_every_verb_with_json_is_in_it(self):
        for line in ktlssim("--help").stdout.splitlines():
            verb = line[2:].split(" ")[0]
            if not line.startswith("  ") or verb in ("help", "") or verb.startswith("-"):
                continue
            if "json" in ktlssim(verb, "--help").stdout.partition("\nOptions:\n")[2].partition("\nExamples:\n")[0].replace(
                    "json is a line a second", ""):
                self.assertIn(verb, self.verbs | {"merge"})

    def test_problems_of_check_are_told_apart(self):
        broken = self.file("broken.json", '{"host": "ideal", "driver": "nosuch"}')
        found = json.loads(ktlssim("check", SCENARIO, broken, "--format", "json").stdout)["files"]
        self.assertEqual([(f["kind"], f["sound"]) for f in found], [("scenario", True), ("scenario", False)])
        problem = found[1]["problems"][0]
        self.assertEqual((problem["file"], problem["pointer"], problem["value"]), (str(broken), "/driver", '"nosuch"'))

    def test_standard_input_is_a_file(self):
        text = SCENARIO.read_text()
        by_name, piped = (json.loads(ktlssim("run", name, *SHORT, "--format", "json", stdin=text).stdout)
                          for name in (SCENARIO, "-"))
        self.assertEqual(by_name["metrics"], piped["metrics"])
        self.assertEqual(ktlssim("check", "-", stdin=text).stdout, "-: ok\n")
        self.assertIn("stdin: /driver: \"nosuch\"", ktlssim("run", "-", stdin='{"host": "ideal", "driver": "nosuch"}').stderr)
        sweep = {"scenario": str(SCENARIO), "parameters": {"grid": {"/workload/sessions": [1, 2]}}}
        self.assertEqual(len(ktlssim("expand", "-", stdin=json.dumps(sweep)).stdout.splitlines()), 3)


class Init(unittest.TestCase):
    def test_what_it_writes_is_sound_and_commented_and_runs(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "mine.json"
            words = ("init", path, "--driver", "qat-c62x", "--sessions", "9", "--workload", "send", "--set", "/ktls/workers=4")
            self.assertEqual(ktlssim(*words).returncode, 0)
            found = json.loads(path.read_text())
            self.assertEqual((found["name"], found["driver"], found["workload"]["sessions"], found["ktls"]["workers"]),
                             ("mine", "qat-c62x", 9, 4))
            self.assertIn("// sessions", found["workload"])
            self.assertIn("qat", found["// driver"])
            self.assertEqual(ktlssim("check", path).returncode, 0)
            again = ktlssim(*words)
            self.assertEqual((again.returncode, "--force" in again.stderr), (2, True), again.stderr)
            printed = ktlssim("init", "--yes").stdout
            done = ktlssim("run", "-", *SHORT, "--engine", "fiber", stdin=printed)
            self.assertEqual((done.returncode, "throughput" in done.stdout), (0, True), done.stderr)

    def test_what_is_wrong_is_refused(self):
        for words, message in ((("--driver", "qat-c26x"), 'did you mean "qat-c62x"?'), (("--sessions", "0"), "from 1 to"),
                               (("--set", "/ktls/worker=3"), "unknown key"), (("--workload", "sned"), 'did you mean "send"?')):
            done = ktlssim("init", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
