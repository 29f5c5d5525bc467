#!/usr/bin/env python3
"""The reference results are what this version of the simulator writes."""
import filecmp
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

if importlib.util.find_spec("pandas") is None:
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
REFERENCE = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "results" / "reference"


class Reference(unittest.TestCase):
    def test_regenerated_it_is_the_same_bytes(self):
        version = subprocess.run([KTLSSIM, "--version"], capture_output=True, text=True, check=True).stdout
        # The sanitized simulator takes minutes for the others.
        sets = ["sync-vs-async", "what-if", "qat-ring"] + (["drivers", "validation"] if "Release" in version else [])
        with tempfile.TemporaryDirectory() as name:
            done = subprocess.run([REFERENCE / "regenerate", "--to", name, *sets], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            files = sorted(path for path in pathlib.Path(name).rglob("*") if path.is_file())
            self.assertGreaterEqual(len(files), 3 * len(sets) - 2)
            for path in files:
                kept = REFERENCE / path.relative_to(name)
                self.assertTrue(filecmp.cmp(path, kept, shallow=False), f"{kept}: run results/reference/regenerate")


if __name__ == "__main__":
    unittest.main()
