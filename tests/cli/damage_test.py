"""One byte of any file of a directory of results is changed: whoever reads the file says so, and loses no more than that file."""
import csv
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
SCENARIO = ROOT / "scenarios" / "ccr-tls12-gcm128.json"
SHORT = ("--set", "/measure/duration_ms=2", "--set", "/measure/warmup_ms=1", "--replications", "2", "--engine", "fiber", "--progress", "none")
CHANGED = "was changed after it was written, or is damaged"
sys.path.insert(0, str(ROOT / "notebooks"))
try:
    import ktlssim
    from ktlssim_report import results, twin
except ModuleNotFoundError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def call(*words):
    return subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, check=False)


def write_sealed(path, content):
    text = json.dumps(content, separators=(",", ":"))
    path.write_text(json.dumps(content | {"sha256": hashlib.sha256(text.encode()).hexdigest()}))


def change(path, rng):
    """One byte, to another that JSON and CSV take as text. Not white space, which means nothing between the words of JSON."""
    content = bytearray(path.read_bytes())
    place = rng.choice([i for i, byte in enumerate(content) if not chr(byte).isspace()])
    content[place] = ord("8") if content[place] != ord("8") else ord("3")
    path.write_bytes(content)


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.whole = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.whole)
        sweep = cls.whole / "sweep.json"
        sweep.write_text('{"scenario": "%s", "replications": 2, "parameters": {"grid": {"/workload/sessions": [1, 2], '
                         '"/measure/duration_ms": [2]}}}' % (ROOT / "scenarios" / "closed-ideal.json"))
        for words in (("run", SCENARIO, *SHORT, "--trace", cls.whole / "run/trace.json", "--out", cls.whole / "run"),
                      ("compare", SCENARIO, "--set-b", "/ktls/workers=2", *SHORT, "--out", cls.whole / "compare"),
                      ("sweep", sweep, "--out", cls.whole / "sweep", "--progress", "none")):
            done = call(*words)
            assert done.returncode == 0, done.stderr

    def setUp(self):
        self.rng = random.Random(16)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def changed_copies(self, kind, name, times=4):
        for i in range(times):
            copy = self.directory / f"{kind}-{name.replace('/', '-')}-{i}"
            shutil.copytree(self.whole / kind, copy)
            change(copy / name, self.rng)
            with self.subTest(file=name, time=i):
                yield copy

    def refused(self, read, directory, name):
        with self.assertRaises((results.BadInput, ktlssim.Error)) as caught:
            read(directory)
        self.assertIn(str(directory / name), str(caught.exception))

    def test_what_is_whole_is_read_without_a_word(self):
        for kind in ("run", "compare", "sweep"):
            self.assertEqual(results.read_study(self.whole / kind).notes, [])
            ktlssim.read(self.whole / kind)
            if shutil.which("sha256sum"):
                subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=self.whole / kind, check=True)

    def test_a_report_and_python_refuse_what_all_depends_on(self):
        for kind, name in (("run", "result.json"), ("compare", "comparison.json"), ("compare", "a/result.json")):
            for copy in self.changed_copies(kind, name):
                self.refused(results.read_study, copy, name)
                if "/" not in name:
                    self.refused(ktlssim.read, copy, name)
        for copy in self.changed_copies("sweep", "manifest.json", 8):
            self.refused(results.read_study, copy, "manifest.json")
            for verb in ("status", "merge"):
                done = call(verb, copy)
                self.assertEqual(done.returncode, 2)
                self.assertIn("manifest.json", done.stderr)
        for name in ("runs.csv", "summary.csv"):
            for copy in self.changed_copies("sweep", name):
                self.refused(ktlssim.read, copy, name)

    def test_the_rest_costs_no_more_than_itself(self):
        for kind, name, lost in (("run", "latency.csv", "latency"), ("run", "series.csv", "series"), ("run", "trace.json", "trace")):
            for copy in self.changed_copies(kind, name):
                study = results.read_study(copy)
                self.assertEqual(len(study.notes), 1)
                self.assertIn(f"left out: {copy / name}: {CHANGED}", study.notes[0])
                self.assertIsNone(getattr(study.runs[0], lost))
        for copy in self.changed_copies("compare", "difference.folded"):
            study = results.read_study(copy)
            self.assertIn(f"left out: {copy / 'difference.folded'}: {CHANGED}", study.notes[0])
            self.assertIsNone(study.flame)
        for copy in self.changed_copies("sweep", "summary.csv"):
            study = results.read_study(copy)
            self.assertIn(f"There are no means: {copy / 'summary.csv'}: {CHANGED}", study.notes[0])
            self.assertEqual(len(study.runs), 2)
        for copy in self.changed_copies("sweep", "runs/00000-00001.json", 8):
            study = results.read_study(copy)
            self.assertRegex(study.notes[0], "Left out: 1 file .*: 00000-00001.json")
            self.assertEqual([run.result.get("missing") for run in study.runs], [1, 0])
        for copy in self.changed_copies("sweep", "points/00001.json"):
            study = results.read_study(copy)
            self.assertIn(f"left out: {copy / 'points/00001.json'}: {CHANGED}", study.notes[0])
            self.assertEqual([run.result["effective"] == {} for run in study.runs], [False, True])

    def test_a_damaged_run_among_others_is_left_out(self):
        for name in "ab":
            shutil.copytree(self.whole / "run", self.directory / "all" / name)
        change(self.directory / "all/a/result.json", self.rng)
        study = results.read_study(self.directory / "all")
        self.assertEqual([run.name for run in study.runs], ["b"])
        self.assertIn(CHANGED, study.notes[0])

    def test_a_comparison_of_sweeps_leaves_out_the_point(self):
        for copy in self.changed_copies("sweep", "points/00001.json"):
            done = call("compare", copy, self.whole / "sweep")
            self.assertEqual(done.returncode, 1)
            self.assertIn("points/00001.json: ", done.stderr)
            self.assertIn("; left out", done.stderr)
            self.assertIn("/workload/sessions=1", done.stdout)
            self.assertNotIn("/workload/sessions=2", done.stdout)

    def test_what_is_not_known_of_a_point_costs_that_point_alone(self):
        whole = self.whole / "known"
        shutil.copytree(self.whole / "sweep", whole)
        (whole / "known").mkdir()
        for point, values in enumerate(json.loads((whole / "manifest.json").read_text())["values"]):
            write_sealed(whole / f"known/{point:05}.json", {
                "metrics": {"throughput_gbps": {"known_median": 2, "known90": [1, 4], "known50": [1.5, 3]}}, "values": values})
        self.assertEqual(call("merge", whole).stderr, f"ktlssim: {whole}: 4 done, 0 failed, 0 missing\n")
        self.assertEqual(self.medians(whole), ["2", "2"])
        for copy in self.changed_copies("known", "known/00001.json", 8):
            done = call("merge", copy)
            self.assertEqual(done.returncode, 0)
            self.assertIn(str(copy / "known/00001.json"), done.stderr)
            self.assertEqual(self.medians(copy), ["2", ""])

    @staticmethod
    def medians(directory):
        with open(directory / "summary.csv", newline="", encoding="utf-8") as file:
            return [row["known_median"] for row in csv.DictReader(file) if row["metric"] == "throughput_gbps"]

    def test_a_report_of_a_twin_is_refused(self):
        whole = self.whole / "twin"
        whole.mkdir()
        content = (ROOT / "results/reference/twin/twin.json").read_bytes()
        (whole / "twin.json").write_bytes(content)
        (whole / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  twin.json\n")
        twin.read(whole)
        for copy in self.changed_copies("twin", "twin.json"):
            self.refused(twin.read, copy, "twin.json")

    def test_runs_that_are_gone_on_with_or_compared_are_refused(self):
        for copy in self.changed_copies("run", "runs.json", 8):
            for words in (("compare", copy, self.whole / "run"), ("gate", copy, self.whole / "run"),
                          ("run", SCENARIO, *SHORT, "--resume", "--out", copy)):
                done = call(*words)
                self.assertEqual(done.returncode, 2, words)
                self.assertIn(str(copy / "runs.json"), done.stderr)

    def test_the_sums_themselves_are_checked(self):
        for copy in self.changed_copies("run", "SHA256SUMS", 12):
            lines = [(directory / "SHA256SUMS").read_bytes().splitlines() for directory in (copy, self.whole / "run")]
            if next(old for new, old in zip(*lines) if new != old).endswith(b"manifest.json"):
                continue  # which no report reads
            try:
                self.assertEqual(len(results.read_study(copy).notes), 1)
            except results.BadInput as error:
                self.assertIn(str(copy), str(error))

    def test_a_directory_where_a_file_goes_is_named_and_nothing_is_left(self):
        verbs = {"run": ("run", SCENARIO, *SHORT), "compare": ("compare", SCENARIO, "--set-b", "/ktls/workers=2", *SHORT),
                 "sweep": ("sweep", self.whole / "sweep.json", "--resume", "--progress", "none")}
        for kind, words in verbs.items():
            for name in sorted(str(path.relative_to(self.whole / kind)) for path in (self.whole / kind).rglob("*") if path.is_file()):
                if name.endswith(("SHA256SUMS", "trace.json")):  # taken away first, or not written
                    continue
                with self.subTest(file=f"{kind}/{name}"):
                    copy = self.directory / f"{kind}-{name.replace('/', '-')}"
                    shutil.copytree(self.whole / kind, copy)
                    (copy / name).unlink()
                    (copy / name / "inside").mkdir(parents=True)
                    done = call(*words, "--out", copy)
                    self.assertEqual(done.returncode, 2 if f"{kind}/{name}" == "sweep/manifest.json" else 1)
                    self.assertRegex(done.stderr, f"(?m)^ktlssim: {copy / name}: [Ii]s a directory")
                    self.assertEqual(list(copy.rglob(".*")), [])

    def test_a_directory_of_an_earlier_version_is_read(self):
        for kind, name in (("run", "latency.csv"), ("sweep", "summary.csv")):
            copy = self.directory / kind
            shutil.copytree(self.whole / kind, copy)
            (copy / "SHA256SUMS").unlink()
            with open(copy / name, "a") as file:
                file.write("")
            self.assertEqual(results.read_study(copy).notes, [])

    def test_a_changed_directory_is_reported_without_a_traceback(self):
        for kind, name in (("run", "series.csv"), ("compare", "difference.folded"), ("sweep", "summary.csv")):
            for copy in self.changed_copies(kind, name, 1):
                done = call("report", copy)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(CHANGED, (copy / "report/index.html").read_text())
        for copy in self.changed_copies("run", "result.json", 1):
            done = call("report", copy)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, f"^ktlssim: .*result.json: {CHANGED}")
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
