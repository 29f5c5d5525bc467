#!/usr/bin/env python3
"""The command line as a user meets it: exit status, what goes where, what a wrong input is told."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import fixture_profiles

KTLSSIM = os.environ["KTLSSIM"]
VERBS = ("run", "compare", "report", "check", "profiles", "parameters", "schema")


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)
        fixture_profiles.write_profiles(KTLSSIM, cls.directory)
        cls.environment = dict(os.environ, KTLSSIM_DATA=str(cls.directory))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def scenario(self, name="good.json", **more):
        content = {"host": "testhost", "driver": "testccr", "description": "Does it run? " * 20,
                   "workload": {"sessions": 4}, "measure": {"warmup_ms": 1, "duration_ms": 2}}
        content.update(more)
        path = self.directory / name
        path.write_text(json.dumps(content))
        return str(path)

    def ktlssim(self, *arguments, status=0):
        done = subprocess.run([KTLSSIM, *arguments], env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        if status == 2:
            self.assertEqual(done.stdout, "", "an error is not data")
            self.assertNotEqual(done.stderr, "")
        return done

    def assert_fits(self, text):
        self.assertTrue(text.isascii())
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    # --- Help

    def test_every_verb_explains_itself_with_examples(self):
        for verb in VERBS:
            text = self.ktlssim(verb, "--help").stdout
            self.assertIn("Examples:\n  ktlssim " + verb, text)
            self.assert_fits(text)
            self.assertEqual(self.ktlssim("help", verb).stdout, text)

    def test_general_help_names_every_verb(self):
        text = self.ktlssim("--help").stdout
        self.assertEqual(self.ktlssim("help").stdout, text)
        self.assert_fits(text)
        for verb in VERBS:
            self.assertIn("\n  " + verb, text)

    def test_version_is_one_line(self):
        self.assertRegex(self.ktlssim("--version").stdout, r"^ktlssim .*\n$")

    def test_wrong_command_lines_are_refused(self):
        good = self.scenario()
        for arguments, message in (
                ([], "a verb is missing"),
                (["runn"], 'did you mean "run"?'),
                (["help", "rnu"], 'did you mean "run"?'),
                (["help", "run", "x"], 'unexpected argument "x"'),
                (["run"], "SCENARIO is missing"),
                (["check"], "FILE is missing"),
                (["run", good, "b"], 'unexpected argument "b"'),
                (["schema", "swep"], 'did you mean "sweep"?'),
                (["run", good, "--sett", "x"], 'did you mean "--set"?'),
                (["run", good, "--rep", "3"], "unknown option --rep"),
                (["run", good, "--set"], "'--set' is missing"),
                (["run", good, "--seed", "-1"], "expected an integer from 0"),
                (["run", good, "--seed", "1x"], "expected an integer from 0"),
                (["run", good, "--replications", "0"], "expected an integer from 1"),
                (["run", good, "--replications", "99999999999999999999"], "expected an integer from 1"),
                (["run", good, "--format", "jsn"], 'did you mean "json"?'),
                (["run", good, "--engine", "simgird"], 'did you mean "simgrid"?'),
                (["profiles", "testcr"], 'did you mean "testccr"?'),
        ):
            with self.subTest(arguments):
                self.assertIn(message, self.ktlssim(*arguments, status=2).stderr)

    # --- Inputs

    def test_bad_inputs_are_refused_with_file_pointer_and_value(self):
        for text, message in (
                ("", "empty"),
                ("{", "line 1, column 2"),
                ("[]", "expected an object, got an array"),
                ('{"host": "testhost", "host": "testhost", "driver": "testccr"}', "/host: the key appears twice"),
                ('{"host": "testhost", "driver": "testccr", "seed": 1e400}', "out of the range of a double"),
                ('{"host": "testhost", "driver": "testccr", "seed": 1.5}', "/seed: 1.5: expected an integer"),
                ('{"host": "testhost", "driver": "testccr"} x', "line 1, column 43"),
                ('{"host": "testhost", "driver": "testccr", "ktls": {"wrokers": 1}}', 'did you mean "workers"?'),
                ('{"host": "testhots", "driver": "testccr"}', '/host: "testhots": no such host profile'),
                ('{"driver": "testccr"}', "/host: missing"),
        ):
            with self.subTest(text):
                path = self.directory / "bad.json"
                path.write_text(text)
                for verb in ("run", "check"):
                    stderr = self.ktlssim(verb, str(path), status=2).stderr
                    self.assertIn("ktlssim: %s: " % path, stderr)
                    self.assertIn(message, stderr)

    def test_missing_file_is_named(self):
        self.assertIn("/nowhere.json: cannot be read", self.ktlssim("run", "/nowhere.json", status=2).stderr)

    def test_check_goes_on_after_a_bad_file(self):
        good, bad = self.scenario(), self.scenario("bad.json", ktls={"workers": -1})
        done = subprocess.run([KTLSSIM, "check", bad, good], env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, good + ": ok\n")
        self.assertIn("/ktls/workers: -1: out of range", done.stderr)

    def test_sets_are_checked_like_the_file(self):
        good = self.scenario()
        self.ktlssim("check", good, "--set", "/ktls/workers=2", "--set", "/host/scheduler/wakeup_ns=900")
        stderr = self.ktlssim("run", good, "--set", "/ktls/worker=2", "--set", "/tls/version=1.4", status=2).stderr
        self.assertIn("did you mean /ktls/workers?", stderr)
        self.assertIn('--set: /tls/version: "1.4": expected one of "1.0", "1.1", "1.2", "1.3"', stderr)

    # --- Results

    def test_table_fits_a_terminal(self):
        for arguments in ([], ["--replications", "3"], ["--set", "/host/cpus=3"]):
            done = self.ktlssim("run", self.scenario(), *arguments)
            self.assert_fits(done.stdout)
            self.assertEqual(done.stderr, "")
            self.assertIn("throughput", done.stdout)
            self.assertRegex(done.stdout, r"\n(bottleneck: |nothing is saturated)")

    def test_profiles_and_parameters_fit_a_terminal(self):
        listed = self.ktlssim("profiles").stdout
        self.assertIn("\n  testccr: ", listed)
        for text in (self.ktlssim("profiles", "testccr").stdout, self.ktlssim("profiles", "testhost").stdout,
                     self.ktlssim("parameters").stdout):
            self.assert_fits(text)
        self.assertIn("device.engines = 4 (number)\n", self.ktlssim("profiles", "testccr").stdout)
        self.assertIn("\n/ktls/workers = 0\n", self.ktlssim("parameters").stdout)

    def result(self, *arguments):
        return json.loads(self.ktlssim("run", *arguments, "--format", "json").stdout)

    def test_json_is_the_same_apart_from_provenance(self):
        runs = [self.result(self.scenario(), "--replications", "2", *more)
                for more in ([], [], ["--engine", "fiber"])]
        self.assertEqual(list(runs[0])[-1], "provenance")
        for run in runs:
            del run["provenance"]
        self.assertEqual(json.dumps(runs[0]), json.dumps(runs[1]))
        self.assertEqual(json.dumps(runs[0]), json.dumps(runs[2]))

    def test_a_single_random_run_has_no_interval_and_several_have_one(self):
        for replications in (1, 3):
            for metric in self.result(self.scenario(), "--replications", str(replications))["metrics"].values():
                self.assertEqual(metric["n"], replications)
                if "deterministic" in metric:
                    self.assertNotIn("ci95", metric)
                elif replications == 1:
                    self.assertIsNone(metric["ci95"])
                else:
                    self.assertLessEqual(metric["ci95"][0], metric["mean"])
                    self.assertGreaterEqual(metric["ci95"][1], metric["mean"])

    def test_the_effective_scenario_reproduces_the_run(self):
        first = self.result(self.scenario(), "--set", "/host/scheduler/wakeup_ns=900", "--seed", "7")
        path = self.directory / "effective.json"
        path.write_text(json.dumps(first["effective"]))
        second = self.result(str(path))
        self.assertEqual(first["effective"]["seed"], 7)
        for run in (first, second):
            del run["provenance"]
        self.assertEqual(first, second)

    def test_counters_look_like_sysctl(self):
        for line in self.ktlssim("run", self.scenario(), "--format", "sysctl").stdout.splitlines():
            self.assertRegex(line, r"^[a-z][A-Za-z0-9_.]+: [0-9.e+]+$")

    def test_out_holds_the_same_as_standard_output(self):
        out = self.directory / "new" / "out"
        printed = self.ktlssim("run", self.scenario(), "--format", "json", "--out", str(out)).stdout
        self.assertEqual(sorted(os.listdir(out)), ["latency.csv", "manifest.json", "result.json", "series.csv"])
        self.assertEqual((out / "result.json").read_text(), printed)
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertEqual(manifest["seed"], 1)
        self.assertIn("--format json", manifest["command_line"])

    def test_an_unwritable_out_is_found_before_simulating(self):
        taken = self.directory / "taken"
        taken.write_text("a file")
        for out in (taken, taken / "below", "/proc/ktlssim"):
            # Simulating this would take more than the test's time.
            arguments = ("run", self.scenario(), "--set", "/measure/duration_ms=1e6", "--out", str(out))
            self.assertIn("cannot write results there", self.ktlssim(*arguments, status=2).stderr)

    def test_nothing_is_written_for_a_wrong_input(self):
        out = self.directory / "untouched"
        self.ktlssim("run", self.scenario(seed=-1), "--out", str(out), status=2)
        self.assertFalse(out.exists())

    # --- compare

    def test_compare_of_a_scenario_with_itself_proves_nothing(self):
        same = ("compare", self.scenario(), "--set-b", "/ktls/dispatch=driver", "--replications", "3")
        text = self.ktlssim(*same, "--set-a", "/ktls/dispatch=driver").stdout
        self.assertEqual(text.count("No difference"), 2)
        self.assert_fits(text.replace(str(self.directory), ""))
        for metric in json.loads(self.ktlssim(*same, "--format", "json").stdout)["metrics"].values():
            self.assertEqual((metric["a"], metric["difference"]["proven"]), (metric["b"], False))

    def test_compare_writes_both_runs_and_their_difference(self):
        out = self.directory / "compared"
        arguments = ("compare", self.scenario(), "--set-b", "/ktls/dispatch=blocking", "--replications", "2",
                     "--metric", "cpu_percent", "--format", "json", "--out", str(out))
        printed = self.ktlssim(*arguments, "-j", "1").stdout
        self.assertEqual(self.ktlssim(*arguments, "-j", "2").stdout, printed)
        self.assertEqual((out / "comparison.json").read_text(), printed)
        compared = json.loads(printed)["metrics"]
        self.assertEqual(list(compared), ["cpu_percent"])
        for side in ("a", "b"):
            result = json.loads((out / side / "result.json").read_text())
            self.assertAlmostEqual(result["metrics"]["cpu_percent"]["mean"], compared["cpu_percent"][side]["mean"])

    def test_compare_refuses_what_it_cannot_pair(self):
        other = self.scenario("other.json", seed=7)
        self.assertIn("seeds 1 and 7", self.ktlssim("compare", self.scenario(), other, status=2).stderr)
        self.assertIn("nothing to compare", self.ktlssim("compare", other, status=2).stderr)
        wrong = self.ktlssim("compare", self.scenario(), other, "--metric", "throughput_gbp", status=2)
        self.assertIn("throughput_gbps", wrong.stderr)

    # --- The world outside

    def test_a_reader_that_goes_away_is_no_error(self):
        for arguments in (["run", self.scenario(), "--format", "json"], ["parameters"], ["schema"]):
            reading, writing = os.pipe()
            os.close(reading)
            process = subprocess.Popen([KTLSSIM, *arguments], env=self.environment, stdout=writing,
                                       stderr=subprocess.PIPE, text=True)
            os.close(writing)
            stderr = process.communicate(timeout=120)[1]
            self.assertEqual((process.returncode, stderr), (0, ""))

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([KTLSSIM, "schema"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)

    def test_an_interrupt_ends_cleanly(self):
        arguments = ["run", self.scenario(), "--replications", "10000", "--set", "/measure/duration_ms=50"]
        process = subprocess.Popen([KTLSSIM, *arguments], env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=20)[1]
        self.assertEqual(process.returncode, 130)
        self.assertIn("interrupted", stderr)


if __name__ == "__main__":
    unittest.main()
