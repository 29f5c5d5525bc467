#!/usr/bin/env python3
"""Notebooks run from top to bottom on the reference results alone."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

if not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib", "nbconvert", "ipykernel")):
    sys.exit(77)

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Notebooks(unittest.TestCase):
    def test_they_are_committed_without_outputs(self):
        self.assertEqual([path.stem for path in NOTEBOOKS], ["sync_vs_async", "throughput_report", "validation", "what_if"])
        for path in NOTEBOOKS:
            for cell in json.loads(path.read_text())["cells"]:
                if cell["cell_type"] == "code":
                    self.assertEqual((cell["outputs"], cell["execution_count"]), ([], None), path.name)

    def test_they_run_without_a_simulator(self):
        environment = dict(os.environ, PYTHONNOUSERSITE="1", PYDEVD_DISABLE_FILE_VALIDATION="1")
        del environment["KTLSSIM"]
        with tempfile.TemporaryDirectory() as out:
            running = [subprocess.Popen(["/usr/bin/python3", "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir",
                                         out, str(path)], env=environment, text=True, stderr=subprocess.PIPE)
                       for path in NOTEBOOKS]
            for path, process in zip(NOTEBOOKS, running):
                errors = process.communicate(timeout=200)[1]
                self.assertEqual(process.returncode, 0, errors[-2000:])
                cells = json.loads((pathlib.Path(out) / path.name).read_text())["cells"]
                pictures = [output for cell in cells for output in cell.get("outputs", [])
                            if "image/png" in output.get("data", {})]
                self.assertTrue(pictures, path.name)


if __name__ == "__main__":
    unittest.main()
