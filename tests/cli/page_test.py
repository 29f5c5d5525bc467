#!/usr/bin/env python3
"""The report in a real browser: it answers to mouse and keyboard, fits every width, prints, and asks the network for nothing."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

if not browser.AVAILABLE or not all(importlib.util.find_spec(name) for name in ("pandas", "matplotlib")):
    sys.exit(77)

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIO = ROOT / "scenarios/ccr-tls12-gcm128.json"
ONE = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2", "--engine", "fiber"]
SHORT = [*ONE, "--replications", "2"]
UGLY = ["run_$host_$driver", "_under", "a 'quoted' <b>name</b> & more".replace("/", "⁄"), "暗号化 同期", "word " * 45, "x" * 200]


def ktlssim(*arguments, status=0):
    done = subprocess.run([KTLSSIM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        directory = pathlib.Path(cls.temporary.name)
        for i, name in enumerate(UGLY):
            ktlssim("run", SCENARIO, *SHORT, "--set", f"/workload/sessions={8 * (i + 1)}", "--out", directory / "ugly" / name)
        ktlssim("run", SCENARIO, *SHORT, "--set", "/faults/device_dead_from_ms=1",
                "--set", "/ktls/dispatch=blocking", "--set", "/measure/warmup_ms=5", "--out", directory / "ugly/stalled", status=1)
        sweep = {"name": "small", "scenario": str(SCENARIO), "replications": 2, "parameters": {"grid": {
            "/ktls/dispatch": ["blocking", "driver"], "/workload/sessions": [8, 32, 64], "/faults/device_dead_from_ms": [0.1, 1000]},
            "zip": {"/measure/warmup_ms": [1], "/measure/duration_ms": [2]}}}
        (directory / "sweep.json").write_text(json.dumps(sweep))
        ktlssim("sweep", directory / "sweep.json", "--out", directory / "sweep", status=1)
        ktlssim("compare", SCENARIO, *SHORT, "--set-a", "/ktls/dispatch=blocking", "--set-b", "/ktls/dispatch=driver",
                "--out", directory / "comparison")
        # Of one pair: over several the mean of a record's CPU time is not that of all records.
        ktlssim("compare", SCENARIO, *ONE, "--replications", "1", "--set-a", "/ktls/dispatch=blocking", "--set-b", "/ktls/dispatch=driver",
                "--out", directory / "pair")
        for dispatch in ("blocking", "driver"):
            out = directory / "traced" / dispatch
            ktlssim("run", SCENARIO, *SHORT, "--set", f"/ktls/dispatch={dispatch}", "--out", out, "--trace", out / "trace.json",
                    "--trace-us", "100")
        cls.pages = {name: ktlssim("report", directory / name).strip() for name in ("ugly", "sweep", "comparison", "pair", "traced")}
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, **options):
        self.browser.open(self.pages[name], **options)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])

    def stalled(self):
        count = self.browser.script("return DATA.runs.filter((run) => run.done === 0).length")
        self.assertTrue(0 < count < 12)
        return count

    def tip(self):
        """After the frame in which the page answers to the mouse."""
        self.browser.wait_for_a_frame()
        return self.browser.script("const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.textContent")

    def point(self, i):
        """The place of the i-th point of the first line of the panel in which the card lives, in the viewport."""
        return self.browser.script("""
            const u = PLOTS.find((one) => one.data[1].every((value) => value != null));
            u.root.scrollIntoView({block: "center"});
            const box = u.over.getBoundingClientRect();
            return [box.left + u.valToPos(u.data[0][arguments[0]], "x"), box.top + u.valToPos(u.data[1][arguments[0]], "y")]""", i)

    def test_every_page_fits_and_is_quiet_at_every_width(self):
        for name in self.pages:
            for width in (390, 1280):
                for scheme in ("light", "dark"):
                    with self.subTest(page=name, width=width, scheme=scheme):
                        self.open(name, width=width, scheme=scheme)
                        self.assertEqual(self.browser.too_wide(), [])
                        self.assertTrue(self.browser.script(
                            "return [...document.querySelectorAll('figure[data-view]')].every((one) => one.children.length > 0)"))
                        self.browser.picture(f"{name}-{width}-{scheme}")
                        self.tearDown()

    def test_the_mouse_over_a_bar_shows_interval_and_bound(self):
        self.open("comparison")
        self.browser.mouse("mouseMoved", *self.browser.box("#throughput .row .bar"))
        self.assertRegex(self.tip(), r"throughput_gbps: [\d.]+ Gbit/s\n(?:95 % interval [\d.]+ to [\d.]+ \(n = 2\)|exact: nothing random)\nbound 49.99 Gbit/s\nlimited by ")
        self.browser.picture("hover-bar")
        self.browser.mouse("mouseMoved", 2, 2)
        self.assertEqual(self.tip(), "")

    def test_the_mouse_over_a_point_shows_interval_and_bound(self):
        self.open("sweep")
        x, y = self.point(1)
        self.browser.mouse("mouseMoved", x - 20, y)
        self.browser.mouse("mouseMoved", x, y)
        self.assertRegex(self.tip(), r"sessions 32.*\nthroughput_gbps: [\d.]+ Gbit/s\n95 % interval ")
        self.assertIn("bound 49.99 Gbit/s", self.tip())
        self.browser.picture("hover-point")

    def test_a_point_leads_to_its_run_and_its_command(self):
        self.open("sweep")
        x, y = self.point(2)
        for kind, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            self.browser.mouse(kind, x, y, buttons=buttons)
        self.assertRegex(self.browser.script("return location.hash"), r"^#run-\d+$")
        text = self.browser.find("#details[open]").text
        self.assertRegex(text, r"ktlssim run \S+/points/\d{5}.json --engine fiber --replications 2")
        self.assertIn("settings differ from those of", text)
        self.browser.picture("details")
        self.browser.click("#details .close")
        self.assertEqual(self.browser.script("return [location.hash, document.getElementById('details').open]"), ["", False])

    def test_slow_motion_is_in_the_report_of_two_traced_runs(self):
        self.open("traced")
        self.browser.click("#watch summary")
        self.browser.wait_for_a_frame()
        frame = "const page = document.querySelector('#watch iframe').contentDocument; return "
        self.browser.wait_until(frame + "page.querySelectorAll('canvas').length === 1")
        self.assertIn("blocking against driver", self.browser.script(frame + "page.title"))
        self.assertTrue(self.browser.script("return document.querySelector('#watch iframe').clientHeight > 500"))

    def test_the_address_of_a_run_opens_it(self):
        self.open("ugly", fragment="#run-0")
        self.assertTrue(self.browser.script("return document.getElementById('details').open"))

    def test_the_keyboard_opens_a_run_as_well(self):
        self.open("comparison")
        from selenium.webdriver.common.keys import Keys

        row = self.browser.show("#throughput .row")
        self.browser.script("arguments[0].focus()", row)
        row.send_keys(Keys.ENTER)
        self.assertTrue(self.browser.script("return document.getElementById('details').open"))

    def test_the_legend_hides_and_shows(self):
        self.open("sweep")
        shown = "return PLOTS.filter((u) => document.getElementById('throughput').contains(u.root)).map((u) => u.series.map((one) => one.show))"
        before = self.browser.script(shown)
        self.browser.click("#throughput .legend button")
        after = self.browser.script(shown)
        for was, now in zip(before, after):
            self.assertEqual((was[1], now[1]), (True, False))
            self.assertTrue(now[-1])
        self.browser.click("#throughput .legend button")
        self.assertEqual(self.browser.script(shown), before)
        bars = "return document.querySelectorAll('#cpu-by-class .bar').length"
        count = self.browser.script(bars)
        self.browser.click("#cpu-by-class .legend button")
        self.assertLess(self.browser.script(bars), count)

    def test_dragging_zooms_and_a_double_click_comes_back(self):
        self.open("sweep")
        self.browser.show(".uplot")
        scale = "const s = PLOTS[0].scales.x; return [s.min, s.max]"
        whole = self.browser.script(scale)
        left, top, width, height = self.browser.script("const b = PLOTS[0].over.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]")
        self.browser.mouse("mouseMoved", left + 0.3 * width, top + 0.5 * height)
        self.browser.mouse("mousePressed", left + 0.3 * width, top + 0.5 * height, buttons=1)
        self.browser.mouse("mouseMoved", left + 0.7 * width, top + 0.5 * height, buttons=1)
        self.browser.mouse("mouseReleased", left + 0.7 * width, top + 0.5 * height)
        zoomed = self.browser.script(scale)
        self.assertTrue(whole[0] < zoomed[0] < zoomed[1] < whole[1], (whole, zoomed))
        for clicks in (1, 2):
            self.browser.mouse("mousePressed", left + 0.5 * width, top + 0.5 * height, buttons=1, clicks=clicks)
            self.browser.mouse("mouseReleased", left + 0.5 * width, top + 0.5 * height, clicks=clicks)
        for now, was in zip(self.browser.script(scale), whole):
            self.assertAlmostEqual(now, was)

    def test_a_click_on_a_head_sorts_numbers_by_value_and_the_missing_last(self):
        self.open("sweep")
        column = ("const t = document.querySelector('#numbers table'); return [...t.tBodies[0].rows]"
                  ".map((row) => row.cells[4].dataset.value).map((text) => text === '' ? null : Number(text))")
        heads = self.browser.script("return [...document.querySelectorAll('#numbers thead th')].map((th) => th.textContent)")
        self.assertEqual(heads[3:5], ["status", "throughput_gbps [Gbit/s]"])
        for descending in (True, False):
            self.browser.click("#numbers thead th:nth-child(5) button")
            values = self.browser.script(column)
            numbers = [value for value in values if value is not None]
            self.assertEqual(numbers, sorted(numbers, reverse=descending))
            self.assertEqual(values[len(numbers):], [None] * self.stalled())

    def test_cpu_time_that_moved_adds_up_to_the_difference(self):
        self.open("pair")
        by = self.browser.script("return [...document.querySelectorAll('#moved tbody tr')].map((row) => Number(row.cells[4].dataset.value))")
        a, b = self.browser.script("return DATA.runs.map((run) => metricOf(run, 'cpu_us_per_record').mean)")
        self.assertAlmostEqual(sum(by), b - a, delta=0.01)
        self.assertEqual([abs(x) for x in by], sorted((abs(x) for x in by), reverse=True))

    def test_other_metrics_and_axes_can_be_chosen(self):
        self.open("sweep")
        choose = ("const s = document.querySelectorAll('#throughput select')[arguments[0]]; s.value = arguments[1];"
                  "s.dispatchEvent(new Event('change'))")
        self.browser.script(choose, 0, "cpu_percent")
        self.browser.script(choose, 1, "dispatch")
        self.assertIn("over dispatch", self.browser.find("#throughput .panel").get_attribute("aria-label"))
        self.assertIn("cpu_percent", self.browser.find("#throughput .panel").get_attribute("aria-label"))

    def test_what_cannot_be_drawn_is_counted_and_named(self):
        self.open("sweep")
        note = self.browser.find("#throughput .note").text
        self.assertIn(f"{self.stalled()} of 12 points have no value and are not drawn", note)
        self.assertIn("device_dead_from_ms 0.1", note)

    def test_points_without_a_value_come_last(self):
        self.open("sweep")
        for rows in ("#busy tbody tr", "#cpu-by-class .row"):
            stalled = self.browser.script("return [...document.querySelectorAll(arguments[0])].map((row) => /stalled/.test(row.textContent))", rows)
            self.assertEqual(stalled, sorted(stalled), rows)
            self.assertEqual(sum(stalled), self.stalled())

    def test_the_end_of_a_long_name_is_seen(self):
        self.open("ugly")
        inside = self.browser.script("""
            return [...document.querySelectorAll("#throughput .row .tail")].map((tail) => {
              const box = tail.getBoundingClientRect(), row = tail.closest(".row").getBoundingClientRect();
              return box.height > 0 && box.bottom <= row.bottom + 1 && tail.scrollWidth <= tail.clientWidth + 1; })""")
        self.assertEqual(inside, [True] * sum(len(name.strip()) > 64 for name in UGLY))

    def test_names_are_drawn_as_they_are(self):
        self.open("ugly")
        names = self.browser.script("return [...document.querySelectorAll('#throughput .row .name')].map((one) => one.textContent)")
        self.assertEqual(sorted(names), sorted([*UGLY, "stalled"]))

    def test_paper_holds_every_table_whole(self):
        for name in self.pages:
            self.open(name)
            self.browser.script("dispatchEvent(new Event('beforeprint'))")
            self.browser.command("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
            self.browser.media("print")
            self.assertEqual(self.browser.script("""return [...document.querySelectorAll('.scroll')]
                .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.closest('section').id)"""), [], name)

    def test_print_is_black_on_white_and_shows_all_rows(self):
        self.open("sweep", scheme="dark")
        self.assertNotEqual(self.browser.script("return getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.browser.media("print", "dark")
        self.assertEqual(self.browser.script("return getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.assertEqual(self.browser.script("return getComputedStyle(document.querySelector('.controls')).display"), "none")
        self.assertEqual(self.browser.script("const s = document.querySelector('#numbers .scroll'); return s.scrollHeight - s.clientHeight"), 0)
        self.assertGreater(len(self.browser.command("Page.printToPDF", printBackground=True)["data"]), 10000)
        self.browser.picture("print")


if __name__ == "__main__":
    unittest.main()
