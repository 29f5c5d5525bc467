"""tests/kernel_drift on a small made-up tree: what is gone, moved or changed is found, and comments are no change."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
DRIFT = ROOT / "tests" / "kernel_drift"
README = """# The model
| kernel function | simulated in | runs in | cost | state |
|---|---|---|---|---|
| `alpha`, `beta` (A) | x.cpp | worker | | |
| `gamma` | x.cpp | worker | | |
| the device | y.cpp | hardware | | |
"""
ALPHA = "static int\nalpha(struct thing *t)\n{\n\treturn (t->x);\n}\n"
BETA = "void\nbeta(void)\n{\n\tif (1) {\n\t\talpha(NULL);\n\t}\n}\n"
GAMMA = "int\ngamma(int a,\n    int b)\n{\n\treturn (a + b);\n}\n"


class KernelDriftTest(unittest.TestCase):
    def setUp(self):
        self.keep = tempfile.TemporaryDirectory()
        self.addCleanup(self.keep.cleanup)
        self.directory = pathlib.Path(self.keep.name)
        (self.directory / "README.md").write_text(README, encoding="utf-8")
        self.write("kern/a.c", "static int alpha(struct thing *);\n" + ALPHA + BETA)
        self.write("dev/g.c", GAMMA)
        self.baseline = self.directory / "baseline.json"
        self.assertEqual(self.drift("--record", self.tree(), self.baseline)[0], 0)

    def tree(self):
        return self.directory / "src"

    def write(self, name, text):
        path = self.tree() / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def drift(self, *words):
        done = subprocess.run([sys.executable, DRIFT, "--readme", self.directory / "README.md", *words],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def differs(self):
        return self.drift(self.tree(), self.baseline)[:2]

    def test_a_baseline_holds_names_files_lines_and_hashes(self):
        recorded = json.loads(self.baseline.read_text(encoding="utf-8"))
        self.assertEqual({name: {file: d["lines"] for file, d in files.items()} for name, files in recorded.items()},
                         {"alpha": {"kern/a.c": 4}, "beta": {"kern/a.c": 6}, "gamma": {"dev/g.c": 5}})

    def test_the_same_tree_does_not_differ(self):
        self.assertEqual(self.differs(), (0, ["0 of 3 functions differ"]))

    def test_comments_and_layout_are_no_change(self):
        self.write("dev/g.c", GAMMA.replace("\treturn", "\t/* The sum. */\n\n\treturn").replace(",\n    ", ", "))
        self.assertEqual(self.differs()[0], 0)

    def test_what_has_changed_gone_or_moved_is_listed(self):
        self.write("kern/a.c", ALPHA.replace("t->x", "t->y + 1"))  # beta is gone
        self.write("dev/g.c", "/* nothing */\n")
        self.write("kern/g.c", GAMMA)
        self.assertEqual(self.differs(), (1, ["alpha: changed in kern/a.c, 4 lines to 4", "beta: gone (was in kern/a.c)",
                                              "gamma: no longer in dev/g.c, but in kern/g.c",
                                              "3 of 3 functions differ"]))

    def test_a_name_that_no_tree_defines_is_told_when_it_is_recorded_and_then_left_alone(self):
        (self.directory / "README.md").write_text(README.replace("the device", "`pr_send`"), encoding="utf-8")
        self.assertIn("not found: pr_send", self.drift("--record", self.tree(), self.baseline)[1])
        self.assertEqual(self.differs(), (0, ["0 of 4 functions differ"]))

    def test_without_a_baseline_only_what_is_gone_is_listed(self):
        self.write("dev/g.c", "")
        self.assertEqual(self.drift(self.tree())[:2], (1, ["gamma: gone", "1 of 3 functions differ"]))

    def test_a_directory_that_is_no_kernel_is_told(self):
        empty = self.directory / "empty"
        empty.mkdir()
        status, out, err = self.drift(empty, self.baseline)
        self.assertEqual((status, out), (2, []))
        self.assertIn("no kernel source tree", err)

    def test_the_models_own_table_names_its_functions(self):
        tree = self.directory / "own"
        (tree / "kern").mkdir(parents=True)
        (tree / "kern" / "uipc_ktls.c").write_text("void\nktls_encrypt(void)\n{\n}\n", encoding="utf-8")
        done = subprocess.run([sys.executable, DRIFT, tree], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        for name in ("ktls_encrypt_async", "crypto_dispatch", "tcp_output", "sbready", "qat_ocf_process"):
            self.assertIn(f"{name}: gone", done.stdout.splitlines())
        self.assertNotIn("ktls_encrypt: gone", done.stdout.splitlines())


if __name__ == "__main__":
    sys.exit(unittest.main())
