#!/usr/bin/env python3
"""A timeline in speedscope, the npm package at the version of tests/cli/speedscope/package-lock.json, in headless Chromium.

Where it is: `npm ci --ignore-scripts` in tests/cli/speedscope puts it there; KTLSSIM_SPEEDSCOPE names another place of its dist/release."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
RELEASE = pathlib.Path(os.environ.get("KTLSSIM_SPEEDSCOPE", ROOT / "tests/cli/speedscope/node_modules/speedscope/dist/release"))
if not browser.AVAILABLE or not (RELEASE / "index.html").exists():
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
# Of the viewer itself, and of Chromium without a graphics card.
ITS_OWN = ("speedscope v", "WebGL", "software WebGL", "Importing as", "import:", "GL Driver Message")


class Speedscope(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.directory = pathlib.Path(cls.temporary.name)
        subprocess.run([KTLSSIM, "run", str(ROOT / "scenarios/ccr-tls12-gcm128.json"), "--engine", "fiber", "--set", "/measure/warmup_ms=2",
                        "--set", "/measure/duration_ms=2", "--trace", str(cls.directory / "trace.json"), "--trace-us", "300",
                        "--folded", str(cls.directory / "run.folded")], check=True, capture_output=True, timeout=120)
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def load(self, name):
        """As the package's own command line does: a script beside it holds the file."""
        text = base64.b64encode((self.directory / name).read_bytes()).decode()
        script = self.directory / "profile.js"
        script.write_text(f"speedscope.loadFileFromBase64({json.dumps(name)}, {json.dumps(text)})")
        self.browser.open(RELEASE / "index.html", fragment=f"#localProfilePath={script}")
        self.browser.wait_until(f"return document.title.includes({json.dumps(name)})", frames=600)
        for _ in range(30):
            self.browser.wait_for_a_frame()
        warnings = [line for line in self.browser.complaints() if not any(own in line for own in ITS_OWN)]
        self.assertEqual(warnings, [])

    def words(self):
        return self.browser.script("return document.body.innerText")

    def test_a_timeline_is_a_profile_for_each_track_without_a_warning(self):
        self.load("trace.json")
        tracks = sum(event["name"] == "thread_name" for event in json.loads((self.directory / "trace.json").read_text())["traceEvents"]
                     if event["ph"] == "M")
        self.assertRegex(self.words(), rf"CPUs \(pid 1\), CPU 0 \(tid 1\) \(1/{tracks}\)")
        self.browser.picture("speedscope-trace")

    def test_functions_lie_within_their_callers(self):
        """In the table of the sandwich view: what all callees took is in the total of the caller."""
        self.load("trace.json")
        self.browser.script("document.dispatchEvent(new KeyboardEvent('keypress', {key: '3', bubbles: true}));"
                            "window.dispatchEvent(new KeyboardEvent('keypress', {key: '3', bubbles: true}))")
        # Of all tables of the page those rows that have a share of the time: total, own, name.
        rows = ("return [...document.querySelectorAll('tr')].map((row) => row.innerText)"
                ".filter((text) => text.includes('%')).map((text) => text.split(/\\s+/))")
        self.browser.wait_until(f"return (() => {{{rows}}})().length > 5", frames=600)
        by_name = {row[-1]: row for row in self.browser.script(rows)}
        total, own = (float(text.rstrip("µs")) for text in by_name["ktls_encrypt_record"] if text.endswith("µs"))
        self.assertGreater(total, own)
        self.assertIn("cpu_switch", by_name)
        self.browser.picture("speedscope-sandwich")

    def test_folded_stacks_open_as_well(self):
        self.load("run.folded")
        self.browser.picture("speedscope-folded")


if __name__ == "__main__":
    unittest.main()
