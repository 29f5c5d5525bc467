#!/usr/bin/env python3
"""Notebooks run from top to bottom on the reference results alone."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import unittest

if not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib", "IPython")):
    sys.exit(77)

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# Cells as IPython runs them, in this process: a kernel of its own is reached through sockets, which a busy machine answers late.
# Prints how many pictures they displayed.
RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
pictures = 0
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        with capture_output() as shown:
            ran = shell.run_cell("".join(cell["source"]))
        ran.raise_error()
        pictures += sum("image/png" in output._repr_mimebundle_()[0] for output in shown.outputs)
print(pictures)
"""


class Notebooks(unittest.TestCase):
    def test_they_are_committed_without_outputs(self):
        self.assertEqual([path.stem for path in NOTEBOOKS], ["sync_vs_async", "throughput_report", "validation", "what_if"])
        for path in NOTEBOOKS:
            for cell in json.loads(path.read_text())["cells"]:
                if cell["cell_type"] == "code":
                    self.assertEqual((cell["outputs"], cell["execution_count"]), ([], None), path.name)

    def test_they_run_without_a_simulator(self):
        environment = dict(os.environ, PYTHONNOUSERSITE="1", MPLBACKEND="agg")
        del environment["KTLSSIM"]
        for path in NOTEBOOKS:
            done = subprocess.run(["/usr/bin/python3", "-c", RUN, path.name], cwd=path.parent, env=environment, capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 0, f"{path.name}: {done.stderr[-2000:]}")
            self.assertGreater(int(done.stdout.split()[-1]), 0, path.name)


if __name__ == "__main__":
    unittest.main()
