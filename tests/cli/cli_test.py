#!/usr/bin/env python3
"""The command line as a user meets it: exit status, what goes where, what a wrong input is told."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import fixture_profiles

KTLSSIM = os.environ["KTLSSIM"]
VERBS = re.findall(r"^  ([a-z][a-z-]*) ", subprocess.run([KTLSSIM, "--help"], capture_output=True, text=True).stdout, re.M)
VERBS.remove("help")
OPTION = re.compile(r"^  (?:-(?P<letter>\w), --(?P<long>[\w-]+)|--(?P<name>[\w-]+))(?: (?P<value>[A-Z][A-Z/=]*|/\S+))?"
                    r"(?: \(=(?P<fallback>[^)]*)\))?(?: +(?P<help>.*))?$")


def options_of(text):
    """The options that a help text lists: name -> letter, value, fallback, help."""
    options, last = {}, None
    for line in text[text.index("\nOptions:\n"):text.index("\nExamples:\n")].splitlines()[2:]:
        found = OPTION.match(line)
        if found:
            last = dict(found.groupdict(), help=found["help"] or "")
            options[found["long"] or found["name"]] = last
        elif line.strip():
            last["help"] += " " + line.strip()
    return options


def wrong_values(option):
    """Values outside the limits or choices that an option's help names, each with what it is told."""
    limits = re.search(r"\b%s from (\S+) to (\S+)$" % option["value"], option["help"].strip())
    if limits and option["value"] == "R":
        return [(wrong, "expected a number from %s to %s" % limits.groups()) for wrong in ("x", "-1", "2", "nan")]
    if limits:
        low, high = (int(limit) for limit in limits.groups())
        return [(str(wrong), "expected an integer from %d to %d" % (low, high))
                for wrong in (low - 1, high + 1, "x", "%d.5" % low, "9" * 30)]
    choices = re.search(r"NAME: ([^;]+)$", option["help"])
    return [("nosuch", "expected one of " + choices[1])] if choices else []



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

    def options_of_verbs(self):
        for verb in VERBS:
            for name, option in options_of(self.ktlssim(verb, "--help").stdout).items():
                yield verb, name, option | {"help": " ".join(option["help"].split())}  # however it was wrapped

    def test_every_option_is_listed_with_its_default_and_limits(self):
        found = {(verb, name): option for verb, name, option in self.options_of_verbs()}
        self.assertGreater(len(found), 90)
        self.assertEqual(sum(name == "help" for _, name in found), len(VERBS))
        jobs = found["run", "jobs"]
        self.assertEqual((jobs["letter"], jobs["value"]), ("j", "N"))
        self.assertIn("N from 1 to 4096", jobs["help"])
        self.assertEqual(found["sensitivity", "percent"]["fallback"], "10")
        self.assertIn("NAME: both, simgrid, fiber", found["compare", "engine"]["help"])
        for name in ("seed", "timeout", "jobs", "replications"):
            self.assertEqual(len({re.search(r"\w from .*", option["help"])[0]
                                  for (_, other), option in found.items() if other == name}), 1, name)

    def test_every_verb_refuses_an_option_that_it_has_not(self):
        for verb in VERBS:
            with self.subTest(verb):
                self.assertIn("unknown option --hepl; did you mean \"--help\"?",
                              self.ktlssim(verb, "--hepl", status=2).stderr)

    def test_a_rerun_leaves_nothing_of_the_run_before(self):
        with tempfile.TemporaryDirectory() as out:
            shorter = ("run", self.scenario(), "--engine", "fiber", "--out", out)
            self.ktlssim(*shorter, "--trace", pathlib.Path(out) / "trace.json", "--trace-us", "10", status=0)
            self.assertIn("trace.json", os.listdir(out))
            self.ktlssim(*shorter, status=0)
            self.assertNotIn("trace.json", os.listdir(out))

    def test_every_option_refuses_a_wrong_value(self):
        typed = 0
        for verb, name, option in self.options_of_verbs():
            with self.subTest(verb=verb, option=name):
                if option["value"] is None:
                    stderr = self.ktlssim(verb, "--%s=1" % name, status=2).stderr
                    self.assertIn("does not take any arguments", stderr)
                    continue
                self.assertIn("'--%s' is missing" % name, self.ktlssim(verb, "--" + name, status=2).stderr)
                for wrong, message in wrong_values(option):
                    stderr = self.ktlssim(verb, "--%s=%s" % (name, wrong), status=2).stderr
                    self.assertIn('ktlssim: --%s: "%s": %s' % (name, wrong, message), stderr)
                    typed += 1
                if option["letter"] and wrong_values(option):
                    self.assertIn("--" + name, self.ktlssim(verb, "-" + option["letter"], wrong, status=2).stderr)
        self.assertGreater(typed, 150)

    def test_every_verb_refuses_too_many_or_too_few_operands(self):
        for verb in VERBS:
            usage = self.ktlssim(verb, "--help").stdout.splitlines()[0]
            with self.subTest(usage):
                if re.match(r"usage: ktlssim \w+ [A-Z]", usage):
                    self.assertIn(" is missing", self.ktlssim(verb, status=2).stderr)
                if "..." not in usage:
                    self.assertIn("unexpected argument", self.ktlssim(verb, *["x"] * 9, status=2).stderr)

    # --- Completion and manual

    def test_bash_completes_verbs_options_and_values(self):
        script = self.directory / "ktlssim.bash"
        script.write_text(self.ktlssim("completion", "bash").stdout)
        subprocess.run(["bash", "-n", str(script)], check=True)

        def completed(*words):
            run = "source %s; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _ktlssim; echo \"${COMPREPLY[@]}\"" % script
            return subprocess.run(["bash", "-c", run, "-", "ktlssim", *words], capture_output=True, text=True,
                                  check=True).stdout.split()

        self.assertEqual(completed("comp"), ["compare", "completion"])
        self.assertEqual(completed("help", "sens"), ["sensitivity"])
        self.assertEqual(completed("run", "--format", ""), ["table", "json", "sysctl"])
        self.assertEqual(completed("run", "--seed", ""), [])
        for verb in VERBS:
            listed = ["--" + name for name in options_of(self.ktlssim(verb, "--help").stdout)]
            self.assertEqual(completed(verb, "--"), listed)

    def test_other_shells_accept_their_completion(self):
        for shell in ("zsh", "fish"):
            script = self.directory / shell
            script.write_text(self.ktlssim("completion", shell).stdout)
            for verb in VERBS:
                self.assertIn(verb, script.read_text())
            if shutil.which(shell):
                subprocess.run([shell, "-n", str(script)], check=True)
        self.assertIn('did you mean "fish"?', self.ktlssim("completion", "fihs", status=2).stderr)

    def test_the_manual_page_has_every_verb_and_option(self):
        page = self.ktlssim("man").stdout
        plain = page.replace("\\", "")
        for verb, name, _ in self.options_of_verbs():
            self.assertIn("\n.SS %s" % verb, plain)
            if name != "help":
                self.assertIn("fB--%sfR" % name, plain)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-Wbreak"], input=page, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

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

    def test_a_path_that_cannot_be_looked_at_is_named(self):
        loop = self.directory / "loop"
        loop.symlink_to(loop)
        for path in (str(loop), str(self.directory / ("x" * 300))):
            for words in (("run",), ("check",), ("sweep",), ("compare",), ("compare", path), ("gate", path), ("status",), ("merge",),
                          ("report",), ("fit",), ("ensemble",), ("watch",), ("init",), ("expand",), ("run", self.scenario(), "--trace"),
                          ("run", self.scenario(), "--out"), ("run", self.scenario(), "--ensemble"), ("validate", "--suite")):
                with self.subTest(verb=words, path=path[-6:]):
                    self.assertRegex(self.ktlssim(*words, path, status=2).stderr, f"^ktlssim: .*{path}\\S*: ")

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
            done = self.ktlssim("run", self.scenario(), "--progress", "none", *arguments)
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
                for more in ([], ["-j", "1"], ["-j", "3"], ["--engine", "fiber"], ["--engine", "simgrid"])]
        self.assertEqual(list(runs[0])[-1], "provenance")
        for run in runs:
            del run["provenance"]
        for run in runs[1:]:
            self.assertEqual(json.dumps(runs[0]), json.dumps(run))

    def test_a_comparison_is_the_same_whatever_its_jobs_and_engine(self):
        texts = {self.ktlssim("compare", self.scenario(), "--set-b", "/ktls/dispatch=blocking", "--replications", "3",
                              *more).stdout for more in ([], ["-j", "1"], ["-j", "4"], ["--engine", "simgrid"])}
        self.assertEqual(len(texts), 1)

    def test_a_single_random_run_has_no_interval_and_several_have_one(self):
        for replications in (1, 3):
            metrics = self.result(self.scenario(), "--replications", str(replications))["metrics"]
            for name, metric in metrics.items():
                if name in ("interconnect_percent", "cross_domain_percent"):
                    self.assertIsNone(metric["mean"])  # nothing crosses where there is one domain
                    continue
                self.assertEqual(metric["n"], replications)
                if "deterministic" in metric:
                    self.assertNotIn("ci95", metric)
                elif replications == 1 or name in ("latency_ready_us_p99", "latency_ready_us_p999"):
                    self.assertIsNone(metric["ci95"])  # three short runs have too few records for a tail
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
        self.assertEqual(sorted(os.listdir(out)), ["SHA256SUMS", "latency.csv", "manifest.json", "result.json", "runs.json", "series.csv"])
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

    # --- Pools of processes

    def test_jobs_change_nothing_of_a_run(self):
        runs = [self.result(self.scenario(), "--replications", "5", "-j", jobs) for jobs in ("1", "4")]
        for run in runs:
            del run["provenance"]
        self.assertEqual(runs[0], runs[1])

    def test_a_limit_ends_what_takes_too_long(self):
        slow = (self.scenario(), "--set", "/measure/duration_ms=1e6", "--timeout", "1")
        for verb, more in (("run", ("--replications", "2")), ("compare", ("--set-b", "/ktls/workers=2", "--replications", "2")),
                           ("sensitivity", ("--replications", "1", "-j", "32"))):  # some 80 variants, a second each
            with self.subTest(verb):
                stderr = self.ktlssim(verb, *slow, *more, status=1).stderr
                self.assertIn("stopped after 1 s (--timeout)", stderr)

    def test_progress_of_a_run_can_be_read_by_programs(self):
        slow = (self.scenario(), "--set", "/measure/duration_ms=1e6", "--timeout", "1", "--replications", "2", "-j", "1")
        lines = [json.loads(line) for line in
                 self.ktlssim("run", *slow, "--progress", "json", status=1).stderr.splitlines() if line[0] == "{"]
        self.assertGreater(len(lines), 0)
        self.assertEqual({line["total"] for line in lines}, {3})  # replication 0 on both engines
        self.assertEqual(self.ktlssim("run", *slow, "--progress", "none", status=1).stderr.count("{"), 0)

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
        for arguments in (["run", self.scenario(), "--format", "json", "--progress", "none"], ["parameters"], ["schema"]):
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
        arguments = ["run", self.scenario(), "--replications", "10000", "--set", "/measure/duration_ms=50", "--progress", "json"]
        process = subprocess.Popen([KTLSSIM, *arguments], env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.assertIn('"elapsed_s"', process.stderr.readline())  # it simulates
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, 130)
        self.assertIn("interrupted", stderr)


if __name__ == "__main__":
    unittest.main()
