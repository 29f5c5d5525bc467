#!/usr/bin/env python3
"""The page of `ktlssim watch`: what it is made of, and how it moves in a real browser."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIO = ROOT / "scenarios/ccr-tls12-gcm128.json"
SHORT = ["--set", "/measure/warmup_ms=1", "--set", "/measure/duration_ms=2"]
BOTH = ["--set-a", "/ktls/dispatch=blocking", "--set-b", "/ktls/dispatch=driver"]
FRAME_MS = 16

sys.path.insert(0, str(ROOT / "notebooks"))
from ktlssim_report import timelines, watch
from ktlssim_report.files import BadInput


def ktlssim(*arguments, status=0):
    done = subprocess.run([KTLSSIM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def way(*steps):
    """Zones of a record that took these steps of a timeline, at 1 us, 2 us and so on."""
    events = [{"ph": "b", "name": "r", "id": 1, "ts": 1, "args": {"session": 3, "record": 17}}]
    events += [{"ph": phase, "name": name, "id": 1, "ts": at} for at, (phase, name) in enumerate(steps, 1)]
    return watch.ways(events, 0, 1_000_000)


class Ways(unittest.TestCase):
    def test_a_record_is_in_one_zone_at_a_time(self):
        whole = way(("b", "work queue"), ("e", "work queue"), ("b", "OpenCrypto"), ("b", "device"), ("e", "device"),
                    ("b", "completion queue"), ("e", "completion queue"), ("e", "OpenCrypto"), ("b", watch.TCP), ("e", watch.TCP), ("e", "r"))
        self.assertEqual(whole, [[3, 17, [1000, watch.QUEUE, 2000, watch.WORKER, 3000, watch.RING, 4000, watch.DEVICE, 5000, watch.RING,
                                         6000, watch.COMPLETION, 7000, watch.RING, 8000, watch.CALLBACK, 9000, watch.SENT,
                                         10000, watch.CALLBACK, 11000, watch.GONE]]])

    def test_of_several_steps_at_one_time_the_last_counts(self):
        steps = []
        for at, number in ((1, watch.QUEUE), (1, watch.WORKER), (2, watch.RING), (3, watch.RING)):
            watch.step(steps, at, number)
        self.assertEqual(steps, [1, watch.WORKER, 2, watch.RING])


class Watch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.directory = pathlib.Path(cls.temporary.name)
        done = ktlssim("watch", SCENARIO, *SHORT, *BOTH, "--us", "300", "--out", cls.directory)
        cls.page = pathlib.Path(done.stdout.strip())
        cls.traces = [timelines.read(cls.directory / f"trace-{side}.json") for side in "ab"]
        cls.scenes = [watch.scene(side, trace) for side, trace in zip("ab", cls.traces)]

    def test_the_same_record_is_in_both(self):
        a, b = ({(session, number) for session, number, _ in scene["records"]} for scene in self.scenes)
        self.assertGreater(len(a & b), 0.8 * min(len(a), len(b)))

    def test_blocking_workers_sleep_and_async_ones_do_not(self):
        self.assertIn('asleep on "ocfktls"', self.scenes[0]["states"])
        self.assertNotIn('asleep on "ocfktls"', self.scenes[1]["states"])

    def test_times_are_those_of_the_timeline(self):
        whole = [event for event in self.traces[0].events if event.get("cat") == "way" and event["ph"] == "b" and "args" in event]
        first = whole[0]
        record = next(record for record in self.scenes[0]["records"] if record[:2] == [first["args"]["session"], first["args"]["record"]])
        self.assertEqual(record[2][0], round(first["ts"] * 1000))

    def test_interrupts_are_seen_in_their_states(self):
        for scene in self.scenes:
            self.assertEqual(len(scene["interrupts"]), len(scene["moderated"]))
            self.assertLessEqual({"armed", "raised", "in service"}, set(scene["moderation"]))

    def test_no_more_of_a_timeline_is_read_than_is_looked_at(self):
        path = self.directory / "trace-a.json"
        begin = timelines.read(path, 50)
        self.assertEqual(begin.until_us, begin.from_us + 50)
        self.assertLess(len(begin.events), len(self.traces[0].events) / 3)
        for process, track, start, end, name, depth in timelines.slices(begin):
            self.assertLessEqual(end, begin.until_us)

    def test_what_is_no_timeline_is_named(self):
        for text in ("", "{}", '{"otherData":{"from_us":0,"until_us":1,"scenario":"s"},\n"traceEvents":[\n{"ph":"B"'):
            path = self.directory / "broken.json"
            path.write_text(text)
            with self.assertRaisesRegex(BadInput, "broken.json"):
                timelines.read(path)

    def test_one_run_alone(self):
        with tempfile.TemporaryDirectory() as out:
            ktlssim("watch", SCENARIO, *SHORT, "--us", "50", "--out", out)
            self.assertEqual({path.name for path in pathlib.Path(out).iterdir()}, {"index.html", "trace-a.json"})

    def test_different_seeds_are_refused(self):
        done = ktlssim("watch", SCENARIO, *SHORT, "--set-b", "/seed=2", "--out", self.directory / "none", status=2)
        self.assertIn("seeds 1 and 2 differ", done.stderr)

    def test_a_window_after_the_end_is_refused(self):
        self.assertIn("--from-us", ktlssim("watch", SCENARIO, *SHORT, "--from-us", "3000", status=2).stderr)


@unittest.skipUnless(browser.AVAILABLE, "needs chromium, chromium-driver and python3-selenium")
class Moving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.page = ktlssim("watch", SCENARIO, *SHORT, *BOTH, "--us", "1000", "--out", cls.temporary.name).stdout.strip()
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.open(self.page)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])

    def now(self):
        return self.browser.script("return state.now")

    def scrub(self, ns):
        self.browser.script("const s = document.getElementById('scrub'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))", ns)

    def test_it_fits_every_width(self):
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                self.browser.open(self.page, width=width, scheme=scheme)
                self.scrub(100_000)
                self.assertEqual(self.browser.too_wide(), [])
                self.browser.picture(f"watch-{width}-{scheme}")

    def test_the_scrubber_moves_time_and_what_is_drawn(self):
        pixels = "const c = document.getElementById('scene'); return c.toDataURL()"
        before = self.browser.script(pixels)
        self.scrub(250_000)
        self.assertEqual(self.now(), 250_000)
        self.assertEqual(self.browser.find("#clock").text, "250.00 us")
        self.assertNotEqual(self.browser.script(pixels), before)

    def test_play_moves_by_the_speed(self):
        self.browser.script("const s = document.getElementById('speed'); s.value = 1; s.dispatchEvent(new Event('input'))")
        self.assertEqual(self.browser.find("#pace").text, "10.00 us a frame")
        self.scrub(0)
        self.browser.click("#play")
        for _ in range(5):
            self.browser.wait_for_a_frame()
        self.browser.click("#play")
        now = self.now()
        self.assertGreater(now, 0)
        self.assertEqual(now % 10_000, 0)
        self.browser.wait_for_a_frame()
        self.assertEqual(self.now(), now)

    def test_jumps_go_to_the_next_event_and_the_next_sleep(self):
        self.scrub(0)
        self.browser.click("#next")
        first = self.now()
        self.assertEqual(first, self.browser.script("return Math.min(...RUNS.map((run) => run.events.find((at) => at > 0)))"))
        self.browser.click("#sleep")
        asleep = self.browser.script("return RUNS[0].workers.filter(({i}) => { const {from, number} = RUNS[0].doing[i]; return number[before(from, state.now)] === RUNS[0].sleeping; }).length")
        self.assertGreater(asleep, 0)

    def test_the_longest_wait_is_followed_in_both(self):
        self.browser.click("#wait")
        self.assertRegex(self.browser.find("#who").text, r"^Record \d+ of session \d+$")
        self.assertEqual(self.browser.script("return document.querySelectorAll('#ways .way').length"), 2)
        self.assertIn("second - first", self.browser.find("#ways table").text)
        self.browser.picture("watch-longest")

    def test_a_dot_can_be_clicked(self):
        self.scrub(200_000)
        x, y = self.browser.script("""
            const d = state.dots[1], k = Math.floor(d.length / 6) * 3;
            scrollTo(0, canvas.offsetTop + d[k + 1] - innerHeight / 2);
            const b = canvas.getBoundingClientRect();
            return [b.left + d[k], b.top + d[k + 1]]""")
        for kind, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            self.browser.mouse(kind, x, y, buttons=buttons)
        self.assertRegex(self.browser.find("#who").text, r"^Record \d+ of session \d+$")

    def test_a_frame_of_2000_records_takes_at_most_16_ms(self):
        """Script and paint: reading a pixel waits until all is drawn. The median, as the machine has other work too."""
        times = self.browser.script("""
            const one = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
            const times = [];
            for (let k = 0; k < 200; k++) {
              state.now = 100000 + k * 2000;
              const begin = performance.now();
              draw();
              one.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
              one.getImageData(0, 0, 1, 1);
              times.push(performance.now() - begin);
            }
            return times.sort((a, b) => a - b);""")
        records = self.browser.script("return RUNS.map((run) => run.records.length)")
        self.assertEqual(records[0], 2000)
        print(f"a frame of {records} records: median {times[100]:.1f} ms, 90 % {times[180]:.1f} ms", file=sys.stderr)
        self.assertLess(times[100], FRAME_MS)


if __name__ == "__main__":
    unittest.main()
