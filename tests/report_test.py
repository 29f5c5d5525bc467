#!/usr/bin/env python3
"""The report of runs: one file, complete, and telling what limits."""
import html.parser
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

if not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib")):
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "notebooks"))
from ktlssim_report import plots, results

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios/ccr-tls12-gcm128.json")
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2", "--engine", "fiber"]


def ktlssim(*arguments, status=0):
    done = subprocess.run([KTLSSIM, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stderr
    return done


def run(n):
    """A result with a mean of 10 Gbit/s from n replications."""
    metric = {"mean": 10.0, "ci95": [9.0, 11.0] if n > 1 else None, "n": n, "unit": "Gbit/s"}
    return results.Run("ten", {"metrics": {"throughput_gbps": metric}}, None)


def whisker_ends(figure):
    return [list(segment[:, 0]) for group in figure.axes[0].collections for segment in group.get_segments()]


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.references = [], []

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            if key in ("href", "src", "xlink:href"):
                self.references.append(value)
            self.references += re.findall(r"url\(([^)]*)\)", value or "")


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)
        for dispatch in ("blocking", "driver"):
            out = cls.directory / dispatch
            ktlssim("run", SCENARIO, *SHORT, "--set", f"/ktls/dispatch={dispatch}", "--replications", "2",
                    "--out", str(out), "--trace", str(out / "trace.json"))
        cls.page = pathlib.Path(ktlssim("report", str(cls.directory)).stdout.strip())
        cls.text = cls.page.read_text()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_it_needs_nothing_but_itself(self):
        links = Links()
        links.feed(self.text)
        self.assertEqual(len(links.ids), len(set(links.ids)))
        self.assertTrue(links.references)
        for reference in links.references:
            self.assertTrue(reference.startswith("#"), reference)
            self.assertIn(reference[1:], links.ids)

    def test_it_says_what_limits_each_run(self):
        self.assertRegex(self.text, r"<b>blocking</b>: [\d.]+ Gbit/s .*<b>KTLS workers</b>")
        self.assertRegex(self.text, r"<b>driver</b>: [\d.]+ Gbit/s")

    def test_every_plot_is_there_as_png_and_svg(self):
        drawings = {path.stem for path in self.page.parent.glob("*.svg")}
        self.assertEqual(drawings, {path.stem for path in self.page.parent.glob("*.png")})
        self.assertLessEqual({"throughput", "utilization", "cpu-by-class", "cpu-by-function", "latency",
                              "timeline-1", "timeline-2"}, drawings)
        self.assertEqual(self.text.count("<svg"), len(drawings))

    def test_the_same_results_give_the_same_page(self):
        ktlssim("report", str(self.directory))
        self.assertEqual(self.page.read_text(), self.text)

    def test_one_replication_shows_no_interval(self):
        with tempfile.TemporaryDirectory() as out:
            ktlssim("run", SCENARIO, *SHORT, "--out", out)
            text = pathlib.Path(ktlssim("report", out).stdout.strip()).read_text()
        self.assertTrue("<td>no interval (n = 1)</td>" in text)
        self.assertFalse("<td>no interval (n = 1)</td>" in self.text)
        single, pair = (plots.metric(results.metrics([run(n)]), "throughput_gbps", "throughput") for n in (1, 2))
        self.assertEqual(whisker_ends(single), [])
        self.assertEqual(whisker_ends(pair), [[9.0, 11.0]])
        self.assertIn("no interval (n = 1)", [text.get_text().split(", ")[-1] for text in single.axes[0].texts])

    def test_a_wrong_directory_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertIn(empty, ktlssim("report", empty, status=2).stderr)
            pathlib.Path(empty, "result.json").write_text("{")
            self.assertIn("result.json", ktlssim("report", empty, status=2).stderr)
            pathlib.Path(empty, "result.json").write_text("{}")
            self.assertIn("not a result", ktlssim("report", empty, status=2).stderr)


if __name__ == "__main__":
    unittest.main()
