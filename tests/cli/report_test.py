#!/usr/bin/env python3
"""The report: one file, complete, telling what limits; and every input that a run, a comparison or a sweep may leave behind."""
import contextlib
import hashlib
import html.parser
import importlib.util
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import warnings

if not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib")):
    sys.exit(77)

import numpy
import pandas

sys.path.insert(0, str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "notebooks"))
from ktlssim_report import data, figures, files, flames, page, plots, results, sections, sweeps, tables, twin, words

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = str(pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios/ccr-tls12-gcm128.json")
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2", "--engine", "fiber"]
TINY = {"name": "tiny", "host": "ideal", "driver": "ccr-t6", "workload": {"kind": "closed", "sessions": 2, "records_in_flight": 2},
        "measure": {"warmup_ms": 1, "duration_ms": 2}}


def ktlssim(*arguments, status=0):
    done = subprocess.run([KTLSSIM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def report(directory):
    """The page of a directory, made without a word on standard error; in this process, which has matplotlib loaded."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        written = page.write(directory)
    assert said.getvalue() == "", said.getvalue()
    return written


def data_of(text):
    """Of the page itself, which comes last: another page may be within it."""
    return json.loads(re.findall(r"<script type='application/json' id=data>(.*?)</script>", text, re.DOTALL)[-1].replace("<\\/", "</"))


def run(n):
    """A result with a mean of 10 Gbit/s from n replications."""
    metric = {"mean": 10.0, "ci95": [9.0, 11.0] if n > 1 else None, "n": n, "unit": "Gbit/s"}
    return results.Run("ten", {"metrics": {"throughput_gbps": metric}})


def whisker_ends(figure):
    return [list(segment[:, 0]) for group in figure.axes[0].collections for segment in group.get_segments()]


def drawings(written):
    """Names of the pictures, each there as PNG and as SVG."""
    pictures = {path.stem for path in written.parent.glob("*.svg")}
    assert pictures == {path.stem for path in written.parent.glob("*.png")}
    return pictures


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.references, self.labels = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.references += [attributes[key] for key in ("href", "src") if key in attributes]
        if tag == "figure":
            self.labels.append(attributes.get("aria-label", ""))


def check_page(test, text):
    found = Page(text)
    test.assertEqual(len(found.ids), len(set(found.ids)))
    for reference in found.references:
        if reference != "data:,":  # no icon to ask for
            test.assertRegex(reference, "^#")
            test.assertTrue(reference[1:] in found.ids or re.fullmatch(r"#run-\d+", reference), reference)
    test.assertTrue(all(found.labels))
    test.assertNotIn("@import", text)


class Numbers(unittest.TestCase):
    def test_a_person_can_read_them(self):
        expected = {10900.0: "10\u202f900", 49.98912: "49.99", 0.041234: "0.04123", 1234567: "1\u202f235\u202f000", 0: "0", -0.5: "-0.5",
                    None: "-", float("nan"): "-", 100.0: "100", 9999.96: "10\u202f000", 2e-9: "2e-09"}
        for value, text in expected.items():
            self.assertEqual(words.number(value), text)

    def test_long_names_are_cut_and_stay_different(self):
        names = words.short(["x" * 240 + "1" + "y" * 60, "x" * 240 + "2" + "y" * 60, "short"])
        self.assertEqual(names[2], "short")
        self.assertTrue(names[0] != names[1] and max(map(len, names)) < 60)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.temporary.name)
        for dispatch in ("blocking", "driver"):
            out = cls.directory / dispatch
            ktlssim("run", SCENARIO, *SHORT, "--set", f"/ktls/dispatch={dispatch}", "--replications", "2",
                    "--out", out, "--trace", out / "trace.json", "--trace-us", "100")
        cls.page = report(cls.directory)
        cls.text = cls.page.read_text()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_it_needs_nothing_but_itself(self):
        check_page(self, self.text)

    def test_it_says_what_limits_each_run(self):
        self.assertRegex(self.text, r"<b>blocking</b>: [\d.]+ Gbit/s .*<b>KTLS workers</b>")
        # The card: 300 ns + 0.1417 ns/B x 16384 B = 2622 ns a record (rounded), 49.99 Gbit/s.
        self.assertRegex(self.text, r"<b>driver</b>: [\d.]+ Gbit/s of at most 49.99 by the profiles,")

    def test_a_result_without_a_bound_is_no_mistake(self):
        self.assertTrue(numpy.isnan(tables.bound_gbps(results.Run("none", {"bounds": None, "effective": {}}))))

    def test_its_data_are_those_of_the_results(self):
        shown = data_of(self.text)
        result = json.loads((self.directory / "driver/result.json").read_text())
        names = [name for name, _ in shown["metrics"]]
        for name, metric in result["metrics"].items():
            mean, lo, hi, n = shown["runs"][1]["m"][names.index(name)]
            expected = [metric["mean"], *(metric.get("ci95") or ([metric["mean"]] * 2 if metric.get("deterministic") else [None] * 2))]
            for value, other in zip((mean, lo, hi), expected):
                self.assertTrue(value == other or abs(value - other) <= 1e-5 * abs(other), name)
            self.assertEqual(n, metric["n"])
        self.assertIn(["/ktls/dispatch", "driver"], shown["runs"][1]["set"])
        self.assertEqual(shown["settings"]["/ktls/dispatch"], "blocking")
        self.assertEqual(shown["runs"][0]["command"], result["provenance"]["command_line"].replace("=driver", "=blocking")
                         .replace("/driver", "/blocking"))

    def test_every_plot_is_there_as_png_and_svg(self):
        self.assertLessEqual({"throughput", "utilization", "cpu-by-class", "cpu-by-function", "latency", "course",
                              "timeline-1", "timeline-2"}, drawings(self.page))

    def test_the_same_results_give_the_same_page(self):
        (self.page.parent / "timeline-9.png").touch()  # of an earlier report
        done = ktlssim("report", self.directory)
        self.assertEqual((done.stdout, done.stderr), (f"{self.page}\n", ""))
        self.assertEqual(self.page.read_text(), self.text)
        self.assertNotIn("timeline-9", {path.stem for path in self.page.parent.glob("*.png")})

    def test_one_that_fails_leaves_the_one_before_and_what_a_killed_one_left_is_swept(self):
        def contents():
            return {path.name: path.read_bytes() for path in (self.directory / "report").iterdir()}

        report(self.directory)
        before = contents()
        gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
        (self.directory / f"report/.report.ktlssim.{os.uname().nodename}.{gone.stdout.strip()}").mkdir()
        with unittest.mock.patch.object(figures, "write", side_effect=OSError("no space")), self.assertRaises(OSError):
            page.write(self.directory)
        self.assertEqual(contents(), before)
        (self.directory / "report/index.html").unlink()
        (self.directory / "report/index.html").mkdir()
        done = ktlssim("report", self.directory, status=2)
        self.assertEqual(done.stderr, f"ktlssim: {self.directory / 'report/index.html'}: is a directory\n")
        (self.directory / "report/index.html").rmdir()
        self.assertEqual(contents(), {name: content for name, content in before.items() if name != "index.html"})
        report(self.directory)

    def test_one_replication_shows_no_interval(self):
        with tempfile.TemporaryDirectory() as out:
            ktlssim("run", SCENARIO, *SHORT, "--out", out)
            shown = data_of(report(out).read_text())["runs"][0]
        self.assertEqual({tuple(entry[1:3]) for entry in shown["m"] if entry}, {(None, None)})
        self.assertEqual({entry[3] for entry in shown["m"] if entry}, {0, 1})  # 0: what has no value, such as a price
        single, pair = (plots.metric(tables.metrics([run(n)]), "throughput_gbps", "throughput") for n in (1, 2))
        self.assertEqual(whisker_ends(single), [])
        self.assertEqual(whisker_ends(pair), [[9.0, 11.0]])
        self.assertIn("no interval (n = 1)", [text.get_text().split(", ")[-1] for text in single.axes[0].texts])

    def test_a_wrong_directory_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertIn(empty, ktlssim("report", empty, status=2).stderr)
            pathlib.Path(empty, "result.json").write_text("{")
            self.assertIn("result.json", ktlssim("report", empty, status=2).stderr)
            pathlib.Path(empty, "result.json").write_text("{}")
            error = ktlssim("report", empty, status=2).stderr
            self.assertIn("not a result", error)
            self.assertEqual(error.count("\n"), 1)


class UglyInputs(unittest.TestCase):
    """What a run, a comparison or a sweep leaves behind when not all went well, and names as people write them."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        self.tiny = self.write("tiny.json", TINY)

    def write(self, name, content):
        path = self.directory / name
        path.write_text(json.dumps(content))
        return path

    def sweep(self, *arguments, status=0, **content):
        path = self.write("sweep.json", {"name": "small", "scenario": "tiny.json", **content})
        ktlssim("sweep", path, "--out", self.directory / "out", *arguments, status=status)
        return self.directory / "out"

    def test_a_run_without_cpu_time(self):
        ktlssim("run", pathlib.Path(SCENARIO).parent / "closed-ideal.json", "--engine", "fiber", "--out", self.directory / "out")
        self.assertNotIn("cpu-by-class", drawings(report(self.directory / "out")))

    def test_a_run_that_stalled_says_who_sleeps(self):
        ktlssim("run", self.tiny, "--set", "/faults/device_dead_from_ms=1.5", "--out", self.directory / "out", status=1)
        text = report(self.directory / "out").read_text()
        self.assertIn("<b>stalled</b>", text)
        self.assertIn("asleep on", text)
        self.assertIn("1 without a replication that is done", text)

    def test_a_kernel_that_panicked(self):
        scenario = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios/qat-ocf-eagain.json"
        ktlssim("run", scenario, "--set", "/workload/sessions=128", "--engine", "fiber", "--out", self.directory / "out", status=1)
        self.assertIn("<b>panicked</b>", report(self.directory / "out").read_text())

    def test_one_of_several_runs_failed(self):
        ktlssim("run", self.tiny, "--out", self.directory / "runs/good")
        ktlssim("run", self.tiny, "--set", "/faults/device_dead_from_ms=1.5", "--out", self.directory / "runs/bad", status=1)
        (self.directory / "runs/torn").mkdir()
        (self.directory / "runs/torn/result.json").write_text('{"scenario":')
        text = report(self.directory / "runs").read_text()
        self.assertIn("2 runs, 1 drawn; 1 without", text)
        self.assertIn("<b>good</b>: ", text)
        self.assertIn("left out: ", text)

    def test_a_comparison_of_which_all_pairs_failed(self):
        ktlssim("compare", self.tiny, "--set-a", "/faults/device_dead_from_ms=1.5", "--set-b", "/faults/device_dead_from_ms=1.6",
                "--replications", "2", "--out", self.directory / "out", status=1)
        self.assertIn("nothing to compare", report(self.directory / "out").read_text())

    def test_a_sweep_of_which_one_point_is_left(self):
        out = self.sweep(parameters={"grid": {"/faults/device_dead_from_ms": [1.5, 1000000]}}, status=1)
        text = report(out).read_text()
        self.assertIn("2 points, 1 drawn", text)
        self.assertIn("device_dead_from_ms 1.5", text)
        self.assertIn("stalled", text)

    def test_a_sweep_of_which_nothing_is_left(self):
        out = self.sweep(parameters={"grid": {"/faults/device_dead_from_ms": [1.4, 1.5]}}, status=1)
        text = report(out).read_text()
        self.assertIn("2 points, 0 drawn; 2 without", text)

    def test_a_list_of_one_row(self):
        text = report(self.sweep(parameters={"list": [{"/workload/sessions": 2}]})).read_text()
        self.assertIn("1 point, all drawn", text)

    def test_parts_that_were_never_merged(self):
        parameters = {"grid": {"/workload/sessions": [1, 2]}}
        out = self.sweep("--only", "0", parameters=parameters)
        self.assertIn("not merged", report(out).read_text())
        ktlssim("merge", out, status=1)
        self.assertIn("1 missing", report(out).read_text())

    def test_a_file_of_a_replication_that_is_torn(self):
        out = self.sweep(parameters={"grid": {"/workload/sessions": [1, 2]}})
        path = out / "runs/00001-00000.json"
        path.write_text(path.read_text()[:500])
        self.assertIn("00001-00000.json", report(out).read_text())
        path.write_text("[]")
        self.assertIn("00001-00000.json", report(out).read_text())

    def test_values_that_are_objects_or_lists(self):
        groups = [[], [{"sessions": 1, "version": "1.2", "cipher": "aes-128-gcm"}]]
        page = report(self.sweep(parameters={"grid": {"/session_groups": groups, "/workload/sessions": [2, 3]}})).read_text()
        self.assertEqual(len(data_of(page)["runs"]), 4)

    def test_what_is_no_result_ends_in_a_line(self):
        out = self.sweep(parameters={"grid": {"/workload/sessions": [1, 2]}})
        (out / "SHA256SUMS").unlink()  # without them files are read as they are
        (out / "summary.csv").write_text("a,b\n1,2\n")
        self.assertIn(f"There are no means: {out / 'summary.csv'}: it has no column 'point'", results.read_study(out).notes[0])
        (out / "summary.csv").write_text("point,b\n1,2\n")
        done = subprocess.run([KTLSSIM, "report", str(out)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^ktlssim: [^\n]*no report: \w+: [^\n]*KTLSSIM_TRACEBACK=1 shows where\n$")

    def test_a_metric_without_a_value(self):
        ktlssim("run", self.tiny, "--out", self.directory / "out")
        path = self.directory / "out/result.json"
        (self.directory / "out/SHA256SUMS").unlink()
        result = json.loads(path.read_text())
        result["metrics"]["latency_ready_us_p99"].update(mean=None, ci95=None, deterministic=False, n=0)
        path.write_text(json.dumps(result))
        shown = data_of(report(self.directory / "out").read_text())
        names = [name for name, _ in shown["metrics"]]
        self.assertEqual(shown["runs"][0]["m"][names.index("latency_ready_us_p99")], [None, None, None, 0])

    def test_names_are_no_markup(self):
        names = ["run_$host_$driver", "_old", "$x^2$", "a \"quoted\" <b>name</b>", "</script>", "x" * 200]
        for i, name in enumerate(names):
            ktlssim("run", self.tiny, "--set", f"/workload/sessions={i + 1}", "--out", self.directory / "runs" / f"{i}")
            path = self.directory / "runs" / f"{i}/result.json"
            if "/" not in name:
                (self.directory / "runs" / f"{i}").rename(self.directory / "runs" / name)
        text = report(self.directory / "runs").read_text()
        check_page(self, text)
        self.assertEqual({run["name"] for run in data_of(text)["runs"]}, {str(i) if "/" in name else name for i, name in enumerate(names)})

    def test_values_of_a_sweep_are_no_markup(self):
        out = self.sweep(parameters={"grid": {"/name": ["run_$host_$driver", "_old"], "/workload/sessions": [1, 2, 3]}})
        check_page(self, report(out).read_text())
        # The legend has both.
        found = next(figure for name, _, _, figure, _ in figures.sweep_plots.figures(tables.of(results.read_study(out).runs))
                     if name == "throughput")
        legend = {text.get_text().lstrip("\u200b") for text in found.legends[0].get_texts()}
        self.assertLessEqual({"run_$host_$driver", "_old"}, legend)

    def test_what_each_cpu_did_and_what_is_known_are_shown_where_a_result_has_them(self):
        ktlssim("run", self.tiny, "--out", self.directory / "out")
        path = self.directory / "out/result.json"
        (self.directory / "out/SHA256SUMS").unlink()
        result = json.loads(path.read_text())
        result["cpus"] = [{"cpu": 0, "busy_percent": 12.5}]
        result["findings"] = ["a card idles beside a busy one"]
        result["steady"] = {"steady": False, "why": [{"kind": "overload", "what": "more is offered than served"}]}
        result["metrics"]["throughput_gbps"]["known90"] = [1.0, 2.0]
        path.write_text(json.dumps(result))
        text = report(self.directory / "out").read_text()
        self.assertIn("<section id=cpus>", text)
        self.assertIn("<b>tiny</b>: a card idles beside a busy one", text)
        self.assertIn("<b>tiny is not steady</b>: more is offered than served", text)
        self.assertEqual(data_of(text)["runs"][0]["m"][0][4:], [1.0, 2.0])
        self.assertEqual(data_of(text)["runs"][0]["cpus"], [12.5])
        result["metrics"]["throughput_gbps"]["known50"] = [1.4, 1.6]
        path.write_text(json.dumps(result))
        text = report(self.directory / "out").read_text()
        self.assertEqual(data_of(text)["runs"][0]["m"][0][4:], [1.0, 2.0, 1.4, 1.6])
        self.assertIn("Pale: what is not known", text)

    def test_what_is_not_known_of_points_is_a_band_on_the_page_and_in_the_pictures(self):
        out = self.sweep(parameters={"grid": {"/workload/sessions": [1, 2, 3]}})
        rows = pandas.read_csv(out / "summary.csv")
        mean = rows["mean"].where(rows["point"] < 2)  # of the third nothing is known
        for column, factor in (("known_median", 1), ("known90_lo", 0.5), ("known90_hi", 1.5), ("known50_lo", 0.9), ("known50_hi", 1.1)):
            rows[column] = factor * mean
        rows.to_csv(out / "summary.csv", index=False)
        (out / "SHA256SUMS").unlink()
        page_data = data_of(report(out).read_text())
        first, _, third = (point["m"][[name for name, _ in page_data["metrics"]].index("throughput_gbps")] for point in page_data["runs"])
        self.assertEqual([round(value / first[0], 3) for value in first[4:]], [0.5, 1.5, 0.9, 1.1])
        self.assertEqual(third[4:], [])
        found = next(figure for name, _, _, figure, _ in figures.sweep_plots.figures(tables.of(results.read_study(out).runs))
                     if name == "throughput")
        self.assertEqual([text.get_text() for text in found.legends[0].get_texts()][:3], ["mean", "not known: 90 %", "not known: 50 %"])
        tops = [max(path.vertices[:, 1].max() for path in band.get_paths()) for band in found.axes[0].collections[:2]]
        wanted = rows[rows["metric"] == "throughput_gbps"][["known90_hi", "known50_hi"]].max()
        self.assertEqual([round(top, 6) for top in tops], [round(top, 6) for top in wanted])
        self.assertGreater(found.axes[0].get_ylim()[1], tops[0])

    def test_what_is_not_known_of_runs_is_a_band_of_their_bars(self):
        known = run(3)
        known.result["metrics"]["throughput_gbps"].update(known90=[5.0, 15.0], known50=[9.0, 12.0])
        found = tables.metrics([known])
        figure = plots.metric(found, "throughput_gbps", "throughput")
        bars = [(bar.get_x(), bar.get_width()) for bar in figure.axes[0].patches]
        self.assertEqual(bars, [(0, 10.0), (5.0, 10.0), (9.0, 3.0)])
        self.assertEqual([text.get_text() for text in figure.axes[0].get_legend().get_texts()], ["not known: 90 %", "not known: 50 %"])

    def test_runs_stand_in_the_order_of_the_numbers_in_their_names(self):
        for name in ("8 sessions", "16 sessions", "16", "async"):
            ktlssim("run", self.tiny, "--out", self.directory / "many" / name)
        study = results.read_study(self.directory / "many")
        self.assertEqual([run.name for run in study.runs], ["8 sessions", "16", "16 sessions", "async"])
        long = [f"{i} {'of a long name ' * 8}" for i in range(5)]
        self.assertLessEqual(len(results.title(long)), 130)

    def test_many_that_are_not_steady_fold(self):
        why = {"steady": {"steady": False, "why": [{"kind": "startup", "what": "it starts up"}]}}
        text = sections.unsteady(results.Study("many", [results.Run(f"run {i}", why) for i in range(9)]))
        self.assertEqual(text.count("is not steady</b>: it starts up"), 9)
        self.assertIn("<summary>3 more are not steady</summary>", text)

    def test_many_failures_are_counted_and_fold(self):
        failures = [{"replication": i, "status": "stalled" if i % 2 else "failed", "diagnosis": f"because of {i}"} for i in range(10)]
        study = results.Study("many", [results.Run("one", {"metrics": {}, "failures": failures})])
        text = sections.failures(study)
        self.assertIn("10 replications of 1 run: 5 failed, 5 stalled.", text)
        self.assertIn("<summary>4 more</summary>", text)
        self.assertTrue(all(f"because of {i}" in text for i in range(10)))


class Vendored(unittest.TestCase):
    def test_the_viewer_of_the_tests_is_locked_and_names_no_address(self):
        lock = (pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "tests/cli/speedscope/package-lock.json").read_text()
        self.assertNotIn("http", lock)
        self.assertEqual(json.loads(lock)["packages"]["node_modules/speedscope"]["version"], "1.25.0")

    def test_files_are_those_of_the_locked_version_and_name_no_address(self):
        vendor = pathlib.Path(data.__file__).parent / "vendor"
        sums = dict(reversed(line.split()) for line in (vendor / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(set(sums), {path.name for path in vendor.glob("uPlot.*")})
        for name, checksum in sums.items():
            self.assertEqual(hashlib.sha256((vendor / name).read_bytes()).hexdigest(), checksum, name)
        lock = (vendor / "package-lock.json").read_text()
        self.assertNotIn("resolved", lock)
        version = json.loads(lock)["packages"]["node_modules/uplot"]["version"]
        self.assertIn(f"(v{version})", (vendor / "uPlot.iife.min.js").read_text()[:100])


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
        ktlssim("sweep", directory / "sweep.json", "--out", directory / "out")
        cls.study = results.read_study(directory / "out")
        cls.page = report(directory / "out")
        cls.text = cls.page.read_text()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_it_is_complete(self):
        check_page(self, self.text)
        self.assertEqual(drawings(self.page), {"throughput", "throughput-map", "limits", "cpu-by-class", "cpu-by-function",
                                               "cpu-per-record", "latency"})
        self.assertEqual([run["values"] for run in data_of(self.text)["runs"]],
                         [{"dispatch": dispatch, "sessions": sessions} for dispatch in ("blocking", "driver") for sessions in (8, 64)])

    def test_points_are_chosen_by_what_they_have(self):
        directory = self.page.parent.parent
        pointers, rows = (self.study.manifest[key] for key in ("parameters", "values"))
        where = [f"{pointer}={value if isinstance(value, str) else json.dumps(value)}" for pointer, value in zip(pointers, rows[-1])]
        study = results.read_study(directory, where[:1])
        self.assertEqual([run.result["metrics"] for run in study.runs],
                         [run.result["metrics"] for run, row in zip(self.study.runs, rows) if row[0] == rows[-1][0]])
        self.assertIn(f"{len(study.runs)} of {len(rows)} points: those with {where[0]}.", study.notes)
        self.assertEqual(len(results.read_study(directory, where).runs), 1)
        for value, text, is_it in (("1.2", "1.2", True), ("1.2", '"1.2"', True), (2, "2.0", True), (True, "1", False), (True, "true", True),
                                   ([1], "[1]", True), (2, "two", False)):
            self.assertEqual(sweeps.same(value, text), is_it, (value, text))
        copy = pathlib.Path(self.temporary.name) / "copy"
        shutil.copytree(directory, copy)
        ktlssim("report", copy, *(word for setting in where for word in ("--where", setting)))
        self.assertEqual(len(data_of((copy / "report/index.html").read_text())["runs"]), 1)
        for wrong, reason in ((["/no/such=1"], "expected /POINTER=VALUE of what varies"),
                              ([f"{pointers[0]}=nonsense"], "no point has it: there are "), ([pointers[0]], "expected /POINTER=VALUE")):
            with self.assertRaisesRegex(results.BadInput, f"^--where {wrong[0]}: {reason}"):
                results.read_study(directory, wrong)

    def test_more_points_than_a_page_holds_are_refused_with_what_chooses(self):
        with unittest.mock.patch.object(sweeps, "MOST_POINTS", 3), \
                self.assertRaisesRegex(results.BadInput, r"4 points, and a page holds 3\. .* /ktls/dispatch \(2\), /workload/sessions \(2\)"):
            results.read_study(self.page.parent.parent)

    def test_the_command_of_a_point_gives_its_numbers(self):
        shown = data_of(self.text)
        point = shown["runs"][3]
        self.assertRegex(point["command"], r"^ktlssim run \S+points/00003.json ")
        again = json.loads(ktlssim(*point["command"].split()[1:], "--format", "json").stdout)
        self.assertAlmostEqual(again["metrics"]["throughput_gbps"]["mean"], point["m"][0][0], places=3)

    def test_it_says_what_limits_each_mode(self):
        self.assertRegex(self.text, r"<p class=verdict>dispatch blocking: \d of 2 points, .*KTLS worker")
        self.assertRegex(self.text, r"<p class=verdict>dispatch driver: ")

    def test_functions_add_up_to_the_cpu_time_of_a_record(self):
        functions = tables.cpu_by_function(self.study.runs).groupby("run")["us per record"].sum()
        classes = tables.cpu_by_class(self.study.runs).groupby("run")["percent of all CPUs"].sum()
        for run in self.study.runs:
            self.assertAlmostEqual(functions[run.name], run.result["metrics"]["cpu_us_per_record"]["mean"])
            self.assertAlmostEqual(classes[run.name], run.result["metrics"]["cpu_percent"]["mean"])

    def test_a_parameter_that_another_determines_is_none(self):
        points = pandas.DataFrame({"a": [1, 1, 2, 2], "b": [10, 10, 20, 20], "c": [0, 1, 0, 1], "d": [7, 7, 7, 7]})
        self.assertEqual(sweeps.leading(points), ["a", "c"])

    def test_every_panel_and_bar_is_drawn_in_as_many_figures_as_it_takes(self):
        pages = [part for _, _, part in figures.sweep_plots.pages(list(range(187)), 60)]
        self.assertEqual([len(part) for part in pages], [60, 60, 60, 7])
        self.assertEqual(sum(pages, []), list(range(187)))

    def test_a_page_of_500_points_is_at_most_2_megabytes(self):
        study = results.read_study(self.page.parent.parent)
        study.runs = (study.runs * 125)[:500]
        found = tables.of(study.runs[:4])
        found.points = pandas.concat([found.points] * 125, ignore_index=True)
        size = len(json.dumps(data.of(study, found), separators=(",", ":")))
        vendored = sum(path.stat().st_size for path in (pathlib.Path(data.__file__).parent).glob("[pv]*/*[js]"))
        self.assertLess(size + vendored, 2_000_000)


class ComparisonReport(unittest.TestCase):
    def test_it_judges_the_difference_first(self):
        with tempfile.TemporaryDirectory() as out:
            ktlssim("compare", SCENARIO, *SHORT, "--replications", "2", "--out", out,
                    "--set-a", "/ktls/dispatch=blocking", "--set-b", "/ktls/dispatch=driver")
            study = results.read_study(out)
            text = report(out).read_text()
        self.assertEqual([run.name for run in study.runs], ["/ktls/dispatch=blocking", "/ktls/dispatch=driver"])
        sections = re.findall(r"<section id=([\w-]+)>", text)
        self.assertEqual(sections[0], "did-it-change")
        self.assertRegex(text, r"<b>(Difference proven|No difference proven at 95 %): throughput_gbps</b>")
        self.assertIn("flame", sections)
        self.assertIn("slow-motion", sections)
        name, a, b, callees = data_of(text)["flame"]
        self.assertEqual({callee[0] for callee in callees}, {"application", "interrupt", "ktls"})
        for side, run in zip((a, b), study.runs):
            self.assertAlmostEqual(side, run.result["metrics"]["cpu_us_per_record"]["mean"], delta=0.01)
        for side in (1, 2):
            self.assertAlmostEqual(sum(callee[side] for callee in callees), (None, a, b)[side], delta=0.001)

    def test_a_sign_that_is_not_known_is_not_called_proven(self):
        difference = {"mean": 2.0, "percent": 20.0, "n": 3, "proven": True, "ci95": [1.0, 3.0], "percent_known90": [-5.0, 30.0]}
        metric = {"unit": "%", "a": {"mean": 10.0}, "b": {"mean": 12.0}}
        for settled, words in ((True, "Difference proven: m<"), (False, "Not known which has more: m<")):
            sentence = sections.difference_sentence("m", metric, "b", {**difference, "settled": settled})
            self.assertIn(words, sentence)
            self.assertEqual("either sign" in sentence, not settled)

    def test_of_several_each_is_judged_against_the_first(self):
        difference = {"mean": 2.0, "percent": 20.0, "n": 3, "proven": True, "ci95": [1.0, 3.0]}
        sample = {"mean": 10.0}
        with tempfile.TemporaryDirectory() as out:
            for side in "abc":
                ktlssim("run", SCENARIO, *SHORT, "--out", pathlib.Path(out, side))
            pathlib.Path(out, "comparison.json").write_text(json.dumps({
                "a": "s.json x=1", "b": "s.json x=2", "c": "s.json x=3", "method": "Welch's t", "steady": {}, "metrics": {
                    "throughput_gbps": {"unit": "Gbit/s", "a": sample, "b": {"mean": 12.0}, "c": sample, "differences": {
                        "b": difference, "c": {**difference, "mean": 0.0, "percent": 0.0, "proven": False, "ci95": [-1.0, 1.0]}}}}}))
            study = results.read_study(out)
            text = report(out).read_text()
        self.assertEqual([run.name for run in study.runs], ["x=1", "x=2", "x=3"])
        self.assertIn("to each of 2 others: Welch&#x27;s t.", text)
        self.assertIn("<b>Difference proven: throughput_gbps</b>, x=2: 10 → 12 Gbit/s: +2, 20 %", text)
        self.assertIn("<b>No difference proven at 95 %: throughput_gbps</b>, x=3:", text)
        self.assertEqual(list(results.differences(study)["run"]), ["x=2", "x=3"])

    def test_sides_that_are_none_are_refused(self):
        with tempfile.TemporaryDirectory() as out:
            pathlib.Path(out, "comparison.json").write_text("{}")
            with self.assertRaisesRegex(files.BadInput, "no sides a and b"):
                results.read_study(out)

    def test_stacks_of_both_are_one_tree_with_threads_together(self):
        tree = flames.tree([(["ktls", "thr_0", "work", "encrypt"], 30, 0), (["ktls", "thr_1", "work", "encrypt"], 10, 20),
                            (["irq", "i", "done"], 60, 20)], (2.0, 4.0))
        self.assertEqual(tree, ["all CPU time", 2.0, 4.0, [["ktls", 0.8, 2.0, [["work", 0.8, 2.0, [["encrypt", 0.8, 2.0, []]]]]],
                                                          ["irq", 1.2, 2.0, [["done", 1.2, 2.0, []]]]]])


class TwinReport(unittest.TestCase):
    def test_it_draws_every_setting_and_says_how_well(self):
        with tempfile.TemporaryDirectory() as out:
            reference = pathlib.Path(os.environ["KTLSSIM_ROOT"], "results/reference/twin/twin.json")
            pathlib.Path(out, "twin.json").write_text(reference.read_text())
            written = report(pathlib.Path(out))
            self.assertEqual(drawings(written), {"twin"})
            text = written.read_text()
        check_page(self, text)
        table = json.loads(reference.read_text())
        self.assertEqual(text.split("id=settings>")[1].count("<tr>"), 1 + len(table["settings"]))
        self.assertIn(f"of {table['score']['kept_aside']['settings']} settings", text)

    def test_what_is_no_twin_is_named(self):
        with tempfile.TemporaryDirectory() as out:
            pathlib.Path(out, "twin.json").write_text("{}")
            with self.assertRaisesRegex(files.BadInput, "not a table of ktlssim twin"):
                twin.write(pathlib.Path(out))


if __name__ == "__main__":
    unittest.main()
