#!/usr/bin/env python3
"""The schema for editors says what the reader says, and the committed copy is the one that ktlssim prints."""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import fixture_profiles

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"

# Values are put at a path of a scenario that is sound otherwise.
BAD = (
    (("host",), 7),
    (("host",), ""),
    (("host",), {}),
    (("driver",), {"kind": "ccr"}),
    (("driver",), {"profile": "testccr", "engines": 3}),
    (("driver",), {"profile": "testccr", "device": {"engines": 0}}),
    (("driver",), {"profile": "testccr", "device": {"engines": "4"}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 4}}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 0, "source": "x", "confidence": "derived"}}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 4, "source": "", "confidence": "derived"}}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 4, "source": "x", "confidence": "sure"}}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 4, "source": "x", "confidence": "fitted"}}}),
    (("driver",), {"profile": "testccr", "device": {"engines": {"value": 4, "source": "x", "confidence": "derived",
                                                               "fitted_to": "y"}}}),
    (("nmae",), "x"),
    (("name",), 3),
    (("seed",), -1),
    (("seed",), 1.5),
    (("seed",), 2**60),
    (("ktls",), []),
    (("ktls", "workers"), 4.5),
    (("ktls", "workers"), "4"),
    (("ktls", "workers"), 1025),
    (("ktls", "worker"), 4),
    (("ktls", "dispatch"), "async"),
    (("ktls", "sw_buffer_cache"), 1),
    (("tls", "version"), 1.2),
    (("network", "rate_gbps"), 0),
    (("measure", "duration_ms"), None),
)


def with_value(scenario, path, value):
    changed = copy.deepcopy(scenario)
    inner = changed
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
    inner[path[-1]] = value
    return changed


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = fixture_profiles.schema(KTLSSIM)
        jsonschema.Draft7Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def test_the_committed_schema_is_up_to_date(self):
        committed = (SCENARIOS / "schema" / "scenario.schema.json").read_text()
        printed = subprocess.run([KTLSSIM, "schema"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(committed, printed, "run: ktlssim schema > scenarios/schema/scenario.schema.json")

    def test_every_shipped_scenario_is_sound(self):
        for path in sorted(SCENARIOS.glob("*.json")):
            if path.name.endswith(".schema.json"):
                continue
            with self.subTest(path.name):
                self.validator.validate(json.loads(path.read_text()))
                subprocess.run([KTLSSIM, "check", str(path)], check=True, capture_output=True)

    def test_schema_and_reader_agree(self):
        with tempfile.TemporaryDirectory() as directory:
            fixture_profiles.write_profiles(KTLSSIM, directory)
            environment = dict(os.environ, KTLSSIM_DATA=directory)

            def reader_takes(scenario):
                path = pathlib.Path(directory) / "scenario.json"
                path.write_text(json.dumps(scenario))
                done = subprocess.run([KTLSSIM, "check", str(path)], env=environment, capture_output=True, text=True)
                self.assertIn(done.returncode, (0, 2), done.stderr)
                return done.returncode == 0

            inline = json.loads((pathlib.Path(directory) / "profiles/hosts/testhost.json").read_text())
            short = {"host": "testhost", "driver": "testccr"}
            override = {"profile": "testccr", "device": {"engines": 2, "law": "exponential"}}
            good = (short, {"$schema": "scenario.schema.json", **short}, {"host": inline, "driver": "testccr"},
                    {"host": "testhost", "driver": override}, with_value(short, ("ktls", "workers"), 4.0),
                    {"host": {"profile": "testhost", "name": "mine", "cpus": 2}, "driver": "testccr"})
            for scenario in good:
                with self.subTest(str(scenario)[:200]):
                    self.assertTrue(self.validator.is_valid(scenario))
                    self.assertTrue(reader_takes(scenario))
            incomplete = copy.deepcopy(inline)
            del incomplete["tcp"]
            for path, value in BAD + ((("host",), incomplete),):
                with self.subTest("%s: %s" % ("/".join(path), str(value)[:200])):
                    scenario = with_value(short, path, value)
                    self.assertFalse(self.validator.is_valid(scenario))
                    self.assertFalse(reader_takes(scenario))


if __name__ == "__main__":
    unittest.main()
