#!/usr/bin/env python3
"""The report of runs: one file, complete, and telling what limits."""
import html.parser
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

if not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib")):
    sys.exit(77)

import numpy
import pandas

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
        self.ids, self.references, self.fills = [], [], []

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            if key == "fill":
                self.fills.append(value)
            if key in ("href", "src", "xlink:href"):
                self.references.append(value)
            self.references += re.findall(r"url\(([^)]*)\)", value or "")


def check_links(test, text):
    links = Links()
    links.feed(text)
    test.assertEqual(len(links.ids), len(set(links.ids)))
    test.assertTrue(links.references)
    for reference in links.references:
        if reference.startswith("data:image/png;base64,"):
            continue
        test.assertTrue(reference.startswith("#"), reference)
        test.assertIn(reference[1:], links.ids)
    for fill in links.fills:
        test.assertRegex(fill, r"^(#[0-9a-fA-F]{6}|none|black|white)$")


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
        check_links(self, self.text)

    def test_it_says_what_limits_each_run(self):
        self.assertRegex(self.text, r"<b>blocking</b>: [\d.]+ Gbit/s .*<b>KTLS workers</b>")
        # The card: 300 ns + 0.1417 ns/B x 16384 B = 2622 ns a record (rounded), 49.99 Gbit/s.
        self.assertRegex(self.text, r"<b>driver</b>: [\d.]+ Gbit/s of at most 49.99 by the profiles,")

    def test_a_result_without_a_bound_is_no_mistake(self):
        self.assertTrue(numpy.isnan(results.bound_gbps(results.Run("none", {"bounds": None, "effective": {}}, None))))

    def test_every_plot_is_there_as_png_and_svg(self):
        drawings = {path.stem for path in self.page.parent.glob("*.svg")}
        self.assertEqual(drawings, {path.stem for path in self.page.parent.glob("*.png")})
        self.assertLessEqual({"throughput", "utilization", "cpu-by-class", "cpu-by-function", "latency", "course",
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


class SweepReport(unittest.TestCase):
    """Two modes over two numbers of sessions, where blocking is limited by its workers and async by the card."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        directory = pathlib.Path(cls.temporary.name)
        sweep = {"name": "small", "scenario": SCENARIO, "replications": 2,
                 "parameters": {"grid": {"/ktls/dispatch": ["blocking", "driver"], "/workload/sessions": [8, 64]},
                                "zip": {"/measure/warmup_ms": [1], "/measure/duration_ms": [2]}}}
        (directory / "sweep.json").write_text(json.dumps(sweep))
        ktlssim("sweep", str(directory / "sweep.json"), "--out", str(directory / "out"))
        cls.study = results.read_study(directory / "out")
        cls.page = pathlib.Path(ktlssim("report", str(directory / "out")).stdout.strip())
        cls.text = cls.page.read_text()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_it_is_complete(self):
        check_links(self, self.text)
        drawings = {path.stem for path in self.page.parent.glob("*.svg")}
        self.assertEqual(drawings, {path.stem for path in self.page.parent.glob("*.png")})
        self.assertEqual(drawings, {"throughput", "throughput-map", "limits", "cpu-by-class", "cpu-by-function",
                                    "cpu-per-record", "latency"})
        self.assertEqual(self.text.count("<svg"), len(drawings))
        self.assertEqual(self.text.count("<summary>The numbers"), len(drawings) - 1)  # the map shows the lines' numbers

    def test_it_says_what_limits_each_mode(self):
        self.assertRegex(self.text, r"<p class=verdict>dispatch blocking: \d of 2 points, .*KTLS worker")
        self.assertRegex(self.text, r"<p class=verdict>dispatch driver: ")

    def test_functions_add_up_to_the_cpu_time_of_a_record(self):
        functions = results.cpu_by_function(self.study.runs).groupby("run")["us per record"].sum()
        classes = results.cpu_by_class(self.study.runs).groupby("run")["percent of all CPUs"].sum()
        for run in self.study.runs:
            self.assertAlmostEqual(functions[run.name], run.result["metrics"]["cpu_us_per_record"]["mean"])
            self.assertAlmostEqual(classes[run.name], run.result["metrics"]["cpu_percent"]["mean"])

    def test_a_parameter_that_another_determines_is_none(self):
        points = pandas.DataFrame({"a": [1, 1, 2, 2], "b": [10, 10, 20, 20], "c": [0, 1, 0, 1], "d": [7, 7, 7, 7]})
        self.assertEqual(results.leading(points), ["a", "c"])


class ComparisonReport(unittest.TestCase):
    def test_it_judges_the_difference(self):
        with tempfile.TemporaryDirectory() as out:
            ktlssim("compare", SCENARIO, *SHORT, "--replications", "2", "--out", out,
                    "--set-a", "/ktls/dispatch=blocking", "--set-b", "/ktls/dispatch=driver")
            study = results.read_study(out)
            text = pathlib.Path(ktlssim("report", out).stdout.strip()).read_text()
        self.assertEqual([run.name for run in study.runs], ["/ktls/dispatch=blocking", "/ktls/dispatch=driver"])
        self.assertTrue("Did it change?" in text)
        self.assertRegex(text, r"<td>(proven|no difference proven at 95 %)</td>")


if __name__ == "__main__":
    unittest.main()
