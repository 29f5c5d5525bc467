#!/usr/bin/env python3
"""What `cmake --install --prefix` puts anywhere works from there: data, report, man page, completions, Python module."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["KTLSSIM"]).resolve().parents[1]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"]).resolve()
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2"]


def may_hide():
    """Whether this user may mount something over the source tree, for a process and its children only."""
    return shutil.which("unshare") and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (BUILD / "cmake_install.cmake").exists() or not shutil.which("cmake"):
            raise unittest.SkipTest("no build directory")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.temporary.name).resolve() / "any where"
        done = subprocess.run(["cmake", "--install", str(BUILD), "--prefix", str(cls.prefix)], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.hide = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(ROOT)] if may_hide() else []
        cls.environment = {"PATH": f"{cls.prefix}/bin:/usr/bin:/bin", "HOME": cls.temporary.name}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def ktlssim(self, *words, status=0, command="ktlssim"):
        """Outside of the source tree, which is not there where that can be arranged."""
        done = subprocess.run([*self.hide, command, *map(str, words)], cwd=self.temporary.name, env=self.environment,
                              capture_output=True, text=True, timeout=250, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn(str(ROOT), done.stdout + done.stderr)
        return done.stdout

    def test_profiles_are_those_of_the_prefix(self):
        for kind, profiles in json.loads(self.ktlssim("profiles", "--format", "json")).items():
            if kind != "verb":
                self.assertTrue(profiles, kind)
                for profile in profiles:
                    self.assertTrue(profile["file"].startswith(f"{self.prefix}/share/ktlssim/profiles/{kind}/"), profile["file"])
        self.assertIn("driver ccr-t6", self.ktlssim("profiles", "ccr-t6"))

    def test_runs_on_both_engines_and_reports(self):
        scenario = self.prefix / "share/ktlssim/scenarios/ccr-tls12-gcm128.json"
        out = pathlib.Path(self.temporary.name) / "out"
        self.assertIn("throughput", self.ktlssim("run", scenario, *SHORT, "--out", out))
        if subprocess.run(["/usr/bin/python3", "-c", "import pandas, matplotlib"], capture_output=True, check=False).returncode == 0:
            self.ktlssim("report", out)
            self.assertTrue((out / "report" / "index.html").exists())
            word = 'import ktlssim; print(ktlssim.binary(), len(ktlssim.profiles()))'
            self.environment["PYTHONPATH"] = f"{self.prefix}/share/ktlssim/notebooks"
            found = self.ktlssim("-c", word, command="/usr/bin/python3")
            self.assertTrue(found.startswith(f"{self.prefix}/bin/ktlssim "), found)

    def test_validates_the_suite_that_came_with_it(self):
        self.assertIn("section", self.ktlssim("validate", "--rows", "--format", "json"))
        suite = json.loads((self.prefix / "share/ktlssim/scenarios/validation/published.json").read_text())
        self.assertTrue(self.ktlssim("check", self.prefix / "share/ktlssim/scenarios/validation/published.json"))
        name = next(c["name"] for c in suite["claims"] if c.get("expected", "met") == "met")
        self.assertIn(name, self.ktlssim("validate", name, "--replications", "1"))

    def test_man_page_completions_and_schemas_are_where_shells_and_editors_look(self):
        share = self.prefix / "share"
        for path, words in ((share / "man/man1/ktlssim.1", ("man",)),
                            (share / "bash-completion/completions/ktlssim", ("completion", "bash")),
                            (share / "zsh/site-functions/_ktlssim", ("completion", "zsh")),
                            (share / "fish/vendor_completions.d/ktlssim.fish", ("completion", "fish")),
                            (share / "ktlssim/scenarios/schema/scenario.schema.json", ("schema",))):
            with self.subTest(path.name):
                self.assertEqual(path.read_text(), self.ktlssim(*words))
        self.assertFalse(list(self.prefix.rglob("__pycache__")))


if __name__ == "__main__":
    sys.exit(unittest.main())
