#!/usr/bin/env python3
"""The reference results are what this version of the simulator writes."""
import importlib.util
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

if importlib.util.find_spec("pandas") is None:
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
REFERENCE = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "results" / "reference"


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def same(a, b):
    """The same bytes, but for the last digits, in which the C library's functions differ from CPU to CPU."""
    return (NUMBER.split(a) == NUMBER.split(b)
            and all(math.isclose(float(x), float(y), rel_tol=1e-9) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b))))


class Reference(unittest.TestCase):
    def test_regenerated_it_is_the_same(self):
        self.assertFalse(same("a,1.5,2", "a,1.5,3") or same("a,1.5", "b,1.5") or same("1,2", "1"))
        self.assertTrue(same("a,-1.5e-3", "a,-0.00150000000000001"))
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
                self.assertTrue(same(path.read_text(), kept.read_text()), f"{kept}: run results/reference/regenerate")


if __name__ == "__main__":
    unittest.main()
