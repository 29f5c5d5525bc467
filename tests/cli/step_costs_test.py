"""Step costs that a host composes of what steps do and of what that costs on its core."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = os.environ["KTLSSIM_ROOT"]
STEPS = os.path.join(ROOT, "models", "profiles", "steps", "freebsd.json")
HOSTS = sorted(glob.glob(os.path.join(ROOT, "models", "profiles", "hosts", "*.json")))
SERVERS = ("epyc-7502p", "xeon-e5-2697av4", "two-xeon-e5-2697av4", "altra-q80-30")  # of thousands of connections
SCENARIO = os.path.join(ROOT, "scenarios", "ccr-tls12-gcm128.json")


def ktlssim(*words):
    return subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=True).stdout


def effective(scenario, *sets):
    words = [word for text in ("/measure/warmup_ms=1", "/measure/duration_ms=1", *sets) for word in ("--set", text)]
    return json.loads(ktlssim("run", scenario, "--engine", "fiber", "--format", "json", *words))


def costs(host):
    """Name to value, of each step of an effective host."""
    return {name: value for group, values in host.items() if isinstance(values, dict) and group not in ("core", "steps")
            for name, value in values.items()}


class StepCostsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(STEPS, encoding="utf-8") as file:
            cls.steps = json.load(file)

    def test_every_composed_cost_lies_where_it_was_expected(self):
        for path in HOSTS:
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path, encoding="utf-8") as file:
                if "core" not in json.load(file):
                    continue
            many = ("/workload/server_connections=34500",) if name in SERVERS else ()
            host = effective(SCENARIO, f"/host={name}", *many)["effective"]["host"]
            for step, cost in costs(host).items():
                if step not in self.steps:
                    continue
                low, high = re.match(r"(\S+) to (\S+): ", self.steps[step]["expected"]).groups()
                with self.subTest(host=name, step=step):
                    self.assertEqual(cost["confidence"], "composed")
                    self.assertLessEqual(float(low), cost["value"])
                    self.assertGreaterEqual(float(high), cost["value"])

    def test_every_free_count_states_its_range_and_is_drawn_for_itself(self):
        free = 0
        for step in self.steps.values():
            for part in step.values() if isinstance(step, dict) else ():
                if not isinstance(part, dict) or part["confidence"] == "derived":
                    continue
                free += 1
                self.assertLess(part["low"], part["value"])
                self.assertGreater(part["high"], part["value"])
                self.assertNotIn("shares", part)
        self.assertGreater(free, 100)

    def test_a_cost_is_composed_anew_of_what_a_scenario_changes(self):
        before = effective(SCENARIO)["effective"]["host"]
        after = effective(SCENARIO, "/host/core/ipc=0.6", "/host/steps/wakeup_ns/atomics=0")["effective"]["host"]
        for name in ("syscall_ns", "tcp_output_burst_ns"):  # half as many instructions a cycle
            mix, core = self.steps[name], before["core"]
            more = mix["instructions"]["value"] / core["clock_ghz"]["value"] * (1 / 0.6 - 1 / core["ipc"]["value"])
            self.assertAlmostEqual(costs(after)[name]["value"] - costs(before)[name]["value"], more, places=2)
        self.assertNotIn("atomics", costs(after)["wakeup_ns"]["source"])

    def test_a_cost_that_a_scenario_states_is_taken(self):
        host = effective(SCENARIO, "/host/scheduler/wakeup_ns=123")["effective"]["host"]
        self.assertEqual(host["scheduler"]["wakeup_ns"]["value"], 123)
        self.assertEqual(host["scheduler"]["wakeup_ns"]["confidence"], "scenario")

    def test_an_effective_scenario_is_composed_anew(self):
        first = effective(SCENARIO)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(first["effective"], file)
            file.flush()
            self.assertEqual(effective(file.name)["metrics"], first["metrics"])
            slower = effective(file.name, "/host/core/clock_ghz=1")["effective"]["host"]
        self.assertGreater(costs(slower)["syscall_ns"]["value"], 3 * costs(first["effective"]["host"])["syscall_ns"]["value"])

    def test_profiles_says_how_a_cost_is_made(self):
        text = " ".join(ktlssim("profiles", "xeon-e5-1620v3").split())
        self.assertRegex(text, r"interrupt_exit_ns = \S+ ns .*composed: 80 instructions x \S+ ns \+ 0.5 cold lines x "
                               r"\S+ ns \+ 1 device accesses x 120 ns")


if __name__ == "__main__":
    sys.exit(unittest.main())
