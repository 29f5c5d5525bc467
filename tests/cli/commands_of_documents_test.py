#!/usr/bin/env python3
"""Each command that a document shows runs, in the order in which a reader pastes it.

Commands that take minutes, or another machine, are only parsed, by documents_test.py. KTLSSIM_SLOW=1 runs those of minutes too.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "docs"))
import documents  # noqa: E402  pylint: disable=wrong-import-position,import-error

SLOW = bool(os.environ.get("KTLSSIM_SLOW"))


class Commands(unittest.TestCase):
    def test_run_in_the_order_in_which_they_are_read(self):
        with documents.scratch() as tree:
            before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
            for document in documents.paths():
                for command in documents.commands(document.read_text(encoding="utf-8").split("\n")):
                    recursive = re.search(r"ktlssim test|\.ci/run|cmake --workflow", command.text)
                    if command.where == "elsewhere" or (command.where == "minutes" and (recursive or not SLOW)):
                        continue
                    with self.subTest(f"{document.relative_to(documents.ROOT)}:{command.line}"):
                        done = documents.run(command.text, tree)
                        self.assertEqual(done.returncode, 0, f"{command.text}\n{done.stderr}")
            after = {path: path.read_bytes() for path in tree.rglob("*")
                     if path.is_file() and path.relative_to(tree).parts[0] != "out"}
            self.assertEqual({str(path) for path in after if before.get(path) != after[path]}, set(),
                             "written beside out/, which is all that git ignores")


if __name__ == "__main__":
    version = subprocess.run([os.environ["KTLSSIM"], "--version"], capture_output=True, text=True, check=True).stdout
    if "Release" not in version:
        print("minutes in a build that is not optimised")
        sys.exit(77)
    unittest.main()
