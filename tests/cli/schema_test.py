#!/usr/bin/env python3
"""The schemas for editors say what the reader says, and the committed copies are those that ktlssim prints."""
import contextlib
import copy
import json
import os
import pathlib
import re
import shutil
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
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIOS = ROOT / "scenarios"

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


# Where shipped files of each kind lie.
KINDS = {"scenario": "scenarios/*.json", "sweep": "scenarios/sweeps/*.json", "fit": "scenarios/validation/fits/**/*.json",
         "suite": "scenarios/validation/published.json", "host": "models/profiles/hosts/*.json",
         "driver": "models/profiles/drivers/*.json", "kernel": "models/profiles/kernels/*.json",
         "steps": "models/profiles/steps/*.json", "twin": "scenarios/twin/*.json", "influences": "scenarios/validation/influences.json"}

# A sound file of each kind, and changes of it that are wrong; ABSENT takes the key away.
ABSENT = object()
BROKEN = {
    "sweep": ("scenarios/sweeps/drivers.json", (
        (("scenario",), ABSENT), (("scenario",), ""), (("scenario",), 4), (("scenarios",), "x"), (("parameters",), ABSENT),
        (("parameters",), {}), (("parameters", "gird"), {}), (("parameters", "grid"), []), (("parameters", "list"), []),
        (("parameters", "grid", "/ktls/worker"), [4]), (("parameters", "grid", "/ktls"), [{}]),
        (("parameters", "grid", "/ktls/workers"), []), (("parameters", "grid", "/ktls/workers"), 4),
        (("parameters", "grid", "/ktls/workers"), {"linear": {"from": 1, "to": 4}}),
        (("parameters", "grid", "/ktls/workers"), {"linear": {"from": 1, "to": 4, "steps": 1}}),
        (("parameters", "grid", "/ktls/workers"), {"linear": {"from": 1, "to": 4, "steps": 2, "by": 1}}),
        (("parameters", "grid", "/ktls/workers"), {"log": {"from": 0, "to": 4, "steps": 2}}),
        (("replications",), -1), (("replications",), "3"), (("common_random_numbers",), 1), (("constraint",), 1),
        (("constraint",), [""]))),
    "fit": ("scenarios/validation/fits/ccr-t6.json", (
        (("claims",), ABSENT), (("claims",), "d31665-ccr-async"), (("claim",), []), (("description",), 3),
        (("set",), ["ktls/workers=2"]), (("parameters",), []), (("parameters", 0, "min"), ABSENT),
        (("parameters", 0, "max"), "0.3"), (("parameters", 0, "min"), -1), (("parameters", 0, "name"), ABSENT),
        (("parameters", 0, "pointers"), ABSENT), (("parameters", 0, "pointers"), ["/driver/speed"]),
        (("parameters", 0, "minimum"), 1))),
    "suite": ("scenarios/validation/published.json", (
        (("claims",), {}), (("claim",), []), (("claims", 0, "name"), ABSENT), (("claims", 0, "name"), ""),
        (("claims", 0, "published"), ABSENT), (("claims", 0, "published"), "50"), (("claims", 0, "tolerance"), 1),
        (("claims", 0, "tolerance_percent"), ABSENT), (("claims", 0, "scenario"), ABSENT), (("claims", 0, "set"), "x"),
        (("claims", 0, "against"), {}), (("claims", 2, "against"), ABSENT), (("claims", 2, "against", "sets"), []),
        (("claims", 0, "expected"), "maybe"), (("claims", 0, "expected"), "missed"), (("claims", 0, "unstated"), {}),
        (("claims", 0, "series"), []), (("claims", 0, "replications"), 0), (("claims", 0, "tolerances"), 1),
        (("rows", 0, "section"), ABSENT), (("rows", 0, "why"), "both"), (("rows", 0, "what"), ""))),
    "host": ("models/profiles/hosts/ideal.json", (
        (("cpus",), ABSENT), (("cpus",), 8), (("cpus", "source"), " "), (("cpus", "value"), 0), (("tcp",), ABSENT),
        (("cpus", "confidence"), "scenario"), (("scheduler", "wakeup_ns"), ABSENT), (("wakeup_ns",), 1), (("name",), "x"))),
    "kernel": ("models/profiles/kernels/freebsd-14.json", (
        (("ktls", "dispatch"), "driver"), (("ktls", "dispatch", "value"), "async"), (("ktls", "rx_tls13", "value"), 1),
        (("ktls", "sorele_lock"), ABSENT), (("scheduler", "steal_thresh", "value"), "2"), (("kernel",), 14))),
    "steps": ("models/profiles/steps/freebsd.json", (
        (("wakeup_ns",), ABSENT), (("wakeups_ns",), {}), (("wakeup_ns",), 700), (("wakeup_ns", "instructions"), ABSENT),
        (("wakeup_ns", "instructions"), 800), (("wakeup_ns", "lines"), 3), (("wakeup_ns", "expected"), 3),
        (("wakeup_ns", "atomics", "value"), -1), (("profile",), "freebsd"))),
    "twin": ("scenarios/twin/conditions.json", (
        (("conditions",), {}), (("conditions",), []), (("condition",), []), (("conditions", 0, "name"), ABSENT),
        (("conditions", 0, "workers"), 0), (("conditions", 0, "worker"), 1), (("conditions", 0, "kept_aside"), 1),
        (("conditions", 0, "record_bytes"), 1000.5))),
    "influences": ("scenarios/validation/influences.json", (
        (("d31665-async-cbc",), {}), (("d31665-async-cbc", 0, "pointer"), ABSENT),
        (("d31665-async-cbc", 0, "change"), "1"), (("d31665-async-cbc", 0, "changes"), 1))),
    "driver": ("models/profiles/drivers/ccr-t6.json", (
        (("kind",), "cxgbe"), (("ciphers",), []), (("device", "engines"), 1), (("device", "engines"), ABSENT),
        (("device", "law"), "normal"), (("device", "engines", "fitted_to"), "x"),
        (("device", "latency_submit_ns", "fitted_to"), ABSENT), (("ciphers", "aes-128-gcm", "byte"), 1))),
}


def changed(json_value, place, value):
    inner = json_value
    for key in place[:-1]:
        inner = inner[key]
    if value is ABSENT:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return json_value


def printed_schema(*kind):
    return subprocess.run([KTLSSIM, "schema", *kind], check=True, capture_output=True, text=True).stdout


def validator_of(kind):
    schema = json.loads(printed_schema(kind))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def check(path):
    done = subprocess.run([KTLSSIM, "check", str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def beside(path, value):
    """A file with `value`, from which the relative paths of `path` lead to the same files."""
    with tempfile.TemporaryDirectory() as directory:
        copied = pathlib.Path(directory) / path.relative_to(ROOT)
        shutil.copytree(SCENARIOS, pathlib.Path(directory) / "scenarios")
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(json.dumps(value))
        yield copied


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = fixture_profiles.schema(KTLSSIM)
        jsonschema.Draft7Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def test_the_committed_schemas_are_up_to_date(self):
        self.assertEqual({path.name for path in (SCENARIOS / "schema").iterdir()}, {f"{kind}.schema.json" for kind in KINDS})
        for kind in KINDS:
            committed = (SCENARIOS / "schema" / f"{kind}.schema.json").read_text()
            self.assertEqual(committed, printed_schema(kind),
                             f"run: ktlssim schema {kind} > scenarios/schema/{kind}.schema.json")
        self.assertEqual(printed_schema(), printed_schema("scenario"))

    def test_every_shipped_file_is_sound(self):
        for kind, files in KINDS.items():
            validator = validator_of(kind)
            self.assertTrue(list(ROOT.glob(files)), files)
            for path in sorted(ROOT.glob(files)):
                with self.subTest(path.name):
                    validator.validate(json.loads(path.read_text()))
                    self.assertEqual(check(path), (0, f"{path}: ok\n"))

    def test_a_file_may_name_its_schema(self):
        for kind, files in KINDS.items():
            path = min(ROOT.glob(files))
            named = {"$schema": f"{kind}.schema.json", **json.loads(path.read_text())}
            with self.subTest(kind), beside(path, named) as copied:
                self.assertTrue(validator_of(kind).is_valid(named))
                self.assertEqual(check(copied), (0, f"{copied}: ok\n"))

    def test_what_is_wrong_with_a_file_is_refused_with_its_place(self):
        for kind, (file, changes) in BROKEN.items():
            path = ROOT / file
            validator = validator_of(kind)
            for place, value in changes:
                broken = changed(json.loads(path.read_text()), place, value)
                pointer = "/" + "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in place)
                with self.subTest(f"{kind} {pointer} = {value}"), beside(path, broken) as copied:
                    self.assertFalse(validator.is_valid(broken))
                    status, text = check(copied)
                    self.assertEqual(status, 2, text)
                    # What is named is the place, lies in it, holds it or stands beside it.
                    holder = pointer.rpartition("/")[0]
                    named = re.findall(re.escape(str(copied)) + r": (/[^:\s]*)", text)
                    self.assertTrue(any(at.startswith(pointer) or pointer.startswith(at) or
                                        (holder and at.startswith(holder + "/")) for at in named), text)

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
            del incomplete["tcp"], incomplete["core"]
            for path, value in BAD + ((("host",), incomplete),):
                with self.subTest("%s: %s" % ("/".join(path), str(value)[:200])):
                    scenario = with_value(short, path, value)
                    self.assertFalse(self.validator.is_valid(scenario))
                    self.assertFalse(reader_takes(scenario))


if __name__ == "__main__":
    unittest.main()
