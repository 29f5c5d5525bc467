"""ktlssim profiles: every value with its unit, its confidence and its source; fitted ones with the fit."""
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
PROFILES = sorted(set(glob.glob(os.path.join(ROOT, "models", "profiles", "*", "*.json"))) - {STEPS})
NEEDED = {"hosts": {"xeon-e5-1620v3", "xeon-e5-2697av4", "epyc-7502p", "altra-q80-30", "loopback-lab", "ideal"},
          "drivers": {"ccr-t6", "qat-c62x", "qat-c2xxx", "qat-4xxx", "aesni-haswell", "aesni-broadwell", "aesni-skylake",
                      "aesni-zen2", "aesni-zen3", "isal-haswell", "isal-broadwell", "isal-zen2", "cryptosoft", "nic-tls", "nic-t6", "nic-cx6dx"},
          "kernels": {"freebsd-13.0", "freebsd-14-2021-08", "freebsd-14", "freebsd-main-2026"}}
UNIT = r"(?:ns|ns/byte|bytes|Gbit/s|GB/s|\((?:number|priority|of full speed|load|choice|flag)\))"


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def shown(number):
    return str(int(number)) if number == int(number) else str(number)


def values(node, pointer=""):
    if "value" in node:
        yield pointer, node
        return
    for key, below in node.items():
        if isinstance(below, dict):
            yield from values(below, f"{pointer}/{key}")


def quantities(path):
    with open(path, encoding="utf-8") as file:
        return dict(values(json.load(file)))


class ProfilesTest(unittest.TestCase):
    def test_the_published_machines_have_profiles(self):
        for kind, names in NEEDED.items():
            self.assertLessEqual(names, {name_of(path) for path in PROFILES if f"/{kind}/" in path})

    def test_every_value_is_printed_with_unit_confidence_and_source(self):
        for path in PROFILES:
            out = subprocess.run([KTLSSIM, "profiles", name_of(path)], capture_output=True, text=True, check=True).stdout
            self.assertLessEqual(max(map(len, out.splitlines())), 80)
            text = " ".join(out.split())
            for pointer, value in quantities(path).items():
                with self.subTest(profile=name_of(path), value=pointer):
                    place = pointer[1:].replace("/", ".")
                    printed = re.search(rf" {re.escape(place)} = (\S+) {UNIT} (.*)", text)
                    self.assertTrue(printed)
                    if isinstance(value["value"], (bool, str)):
                        self.assertEqual(printed[1], str(value["value"]).lower())
                    else:
                        self.assertEqual(float(printed[1]), value["value"])
                    fitted = f" to {' '.join(value['fitted_to'].split())}" if "fitted_to" in value else ""
                    prior = f"{shown(value['low'])} to {shown(value['high'])}" if "low" in value else ""
                    prior += f" (one draw for {value['shares']})" if "shares" in value else ""
                    prior += "; " if prior else ""
                    said = f"{value['confidence']}{fitted}: {prior}{' '.join(value['source'].split())}"
                    self.assertIn(said, re.split(rf" [a-z0-9_.-]+ = \S+ {UNIT} ", printed[2], maxsplit=1)[0])

    def test_a_number_that_is_not_exact_states_its_range(self):
        for path in [*PROFILES, STEPS]:
            for pointer, value in quantities(path).items():
                if isinstance(value["value"], (bool, str)) or value["confidence"] not in ("estimated", "fitted"):
                    continue
                with self.subTest(profile=name_of(path), value=pointer):
                    self.assertLessEqual(value["low"], value["value"])
                    self.assertGreaterEqual(value["high"], value["value"])

    def test_a_fitted_value_names_the_fit_that_gives_it(self):
        fitted = 0
        for path in PROFILES:
            for pointer, value in quantities(path).items():
                if value["confidence"] != "fitted":
                    continue
                fitted += 1
                with self.subTest(profile=name_of(path), value=pointer):
                    fit = re.search(r"fits/[a-z0-9-]+\.json", value["fitted_to"])
                    self.assertTrue(fit, value["fitted_to"])
                    with open(os.path.join(ROOT, "scenarios", "validation", fit[0]), encoding="utf-8") as file:
                        parameters = json.load(file)["parameters"]
                    side = "/host" if "/hosts/" in path else "/driver"
                    self.assertIn(side + pointer, [p for parameter in parameters for p in parameter["pointers"]])
        self.assertGreaterEqual(fitted, 10)

    def test_no_encryption_on_the_host_is_the_ceiling_of_the_rest_of_the_path(self):
        path = os.path.join(ROOT, "scenarios", "vbsdcon-2019-aesni.json")
        def run(*sets):
            words = [word for text in ("/measure/warmup_ms=5", "/measure/duration_ms=10", *sets) for word in ("--set", text)]
            done = subprocess.run([KTLSSIM, "run", path, "--engine", "fiber", "--format", "json", *words],
                                  capture_output=True, text=True, check=False)
            return done.returncode, done.stdout, done.stderr
        _, by_driver, _ = run("/driver=nic-tls")
        _, by_mode, _ = run("/ktls/mode=ifnet")
        result = json.loads(by_driver)
        self.assertEqual(result["effective"]["ktls"]["mode"], "ifnet")
        self.assertEqual(result["metrics"], json.loads(by_mode)["metrics"])
        self.assertNotIn("ktls", result["cpu"]["by_class"])
        status, _, err = run("/driver=nic-tls", "/network/kind=loopback", "/network/receiver=ktls_rx")
        self.assertEqual((status, "/network/receiver" in err), (2, True), err)
        with open(path, encoding="utf-8") as file:
            beside = {**json.load(file), "other_drivers": ["nic-tls"]}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(beside, file)
            file.flush()
            done = subprocess.run([KTLSSIM, "run", file.name], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, "/other_drivers/0" in done.stderr), (2, True), done.stderr)

    def test_one_faulty_file_keeps_no_other_from_being_listed(self):
        with tempfile.TemporaryDirectory() as data:
            os.makedirs(os.path.join(data, "profiles", "hosts"))
            for name, content in (("broken", '{"cpus": 3}'), ("ideal", '{"profile": "ideal", "description": "My ideal."}')):
                with open(os.path.join(data, "profiles", "hosts", name + ".json"), "w", encoding="utf-8") as file:
                    file.write(content)
            done = subprocess.run([KTLSSIM, "profiles"], env=dict(os.environ, KTLSSIM_DATA=data), capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("profiles/hosts/broken.json: /cpus: 3:", done.stderr)
            self.assertIn("ideal: My ideal.", done.stdout)
            self.assertIn("ideal (hidden by the one above):", done.stdout)
            for name in set().union(*NEEDED.values()):
                self.assertIn(f"  {name}", done.stdout)

    def test_a_data_directory_that_is_not_there_is_told(self):
        with tempfile.TemporaryDirectory() as data:
            missing = os.path.join(data, "misspelt")
            done = subprocess.run([KTLSSIM, "profiles"], env=dict(os.environ, KTLSSIM_DATA=f"{data}:{missing}"), capture_output=True,
                                  text=True, check=False)
            self.assertEqual((done.returncode, done.stderr.count("KTLSSIM_DATA")), (0, 1), done.stderr)
            self.assertIn(f'KTLSSIM_DATA: "{missing}": no such directory', done.stderr)

    def test_measured_costs_become_a_profile_without_timing_this_machine(self):
        with tempfile.TemporaryDirectory() as here:
            def ktlssim(*words):
                return subprocess.run([KTLSSIM, *words], cwd=here, capture_output=True, text=True, check=False)
            def steps(text):
                with open(os.path.join(here, "steps.csv"), "w", encoding="ascii") as file:
                    file.write(text)
            steps("step,mean,unit\ndevice.process_ns,0.3,us\n")
            words = ("profiles", "--from", "ccr-t6", "--steps", "steps.csv", "--name", "mine")
            done = ktlssim(*words)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            self.assertIn('wrote mine.json: "driver": "./mine.json"', done.stderr)
            with open(os.path.join(here, "mine.json"), encoding="utf-8") as file:
                found = json.load(file)
            self.assertEqual(found["device"], {"process_ns": {"value": 300, "source": "steps.csv, line 2", "confidence": "measured"}})
            self.assertEqual(ktlssim("check", "mine.json").returncode, 0)
            shown = ktlssim("profiles", "./mine.json").stdout
            self.assertIn("device.process_ns = 300 ns", shown)
            self.assertIn("device.ring_ns = 100 ns", shown)
            self.assertEqual(ktlssim(*words).returncode, 2)  # it is there
            self.assertEqual(ktlssim(*words, "--force").returncode, 0)
            os.mkdir(os.path.join(here, "below"))
            self.assertEqual(ktlssim("profiles", "--from", "./mine.json", "--steps", "steps.csv", "--name", "b", "--out", "below").returncode, 0)
            self.assertEqual(ktlssim("check", "below/b.json").returncode, 0)
            steps("step,mean,unit\n")
            done = ktlssim(*words, "--force")
            self.assertEqual((done.returncode, "no step is in it" in done.stderr), (2, True), done.stderr)
            steps("process_ns,-1,ns\n")
            self.assertEqual(ktlssim(*words, "--force").returncode, 2)
            for wrong in (("--name", "x"), ("--from", "ccr-t6", "--steps", "steps.csv", "--name", "a/b"),
                          ("--from", "nosuch", "--steps", "steps.csv", "--name", "x")):
                self.assertEqual(ktlssim("profiles", *wrong).returncode, 2, wrong)


if __name__ == "__main__":
    sys.exit(unittest.main())
