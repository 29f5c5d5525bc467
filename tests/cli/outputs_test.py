"""What a run is told to write to: what is there already is not destroyed, and where nobody listens nothing breaks."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"], "scenarios")


def run(*words, **more):
    return subprocess.run([KTLSSIM, *map(str, words)], capture_output=True, text=True, timeout=120, check=False, **more)


class Outputs(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def test_a_standard_error_that_is_full_or_closed_breaks_nothing(self):
        for command in (["run", "/nosuch"], ["run", "--bogus"]):
            with open("/dev/full", "w") as full:
                self.assertEqual(subprocess.run([KTLSSIM, *command], stderr=full, check=False).returncode, 2)
            closed = subprocess.run(["/bin/sh", "-c", 'exec "$0" "$@" 2>&-', KTLSSIM, *command], check=False)
            self.assertEqual(closed.returncode, 2)

    def test_a_file_takes_the_place_of_a_file_only(self):
        fifo = self.directory / "fifo"
        os.mkfifo(fifo)
        for option in ("--trace", "--folded"):
            refused = run("run", SCENARIOS / "closed-ideal.json", option, fifo)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(f"{fifo}: cannot write there: not a regular file", refused.stderr)
        self.assertTrue(fifo.is_fifo())

    def test_of_a_link_what_it_leads_to_is_written(self):
        target, link = self.directory / "target", self.directory / "link"
        target.write_text("old")
        link.symlink_to(target)
        self.assertEqual(run("run", SCENARIOS / "ccr-tls12-gcm128.json", "--folded", link).returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertIn("ktls_work_thread", target.read_text())

    def test_an_interrupted_run_leaves_the_results_that_are_there(self):
        out = self.directory / "out"
        self.assertEqual(run("run", SCENARIOS / "closed-ideal.json", "--out", out).returncode, 0)
        before = (out / "result.json").read_text()
        process = subprocess.Popen([KTLSSIM, "run", str(SCENARIOS / "mixed-ciphers.json"), "--replications", "1000", "--out", str(out),
                                    "--progress", "json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertIn('"elapsed_s"', process.stderr.readline())  # it simulates
        process.send_signal(signal.SIGINT)
        self.assertIn("the results that are there stay", process.communicate()[1])
        self.assertEqual(process.returncode, 130)
        self.assertEqual((out / "result.json").read_text(), before)

    def test_a_run_is_not_written_into_a_sweep(self):
        sweep = self.directory / "sweep.json"
        sweep.write_text(json.dumps({"scenario": str(SCENARIOS / "closed-ideal.json"), "parameters": {"grid": {"/ktls/workers": [1, 2]}}}))
        out = self.directory / "out"
        self.assertEqual(run("sweep", sweep, "--out", out).returncode, 0)
        refused = run("run", SCENARIOS / "closed-ideal.json", "--out", out)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("results of another verb are there", refused.stderr)
        self.assertEqual(run("status", out).returncode, 0)

    def test_a_run_and_a_comparison_keep_apart(self):
        ideal = SCENARIOS / "closed-ideal.json"
        for first, second in ((["run"], ["compare", "--set-a", "/ktls/workers=2"]), (["compare", "--set-a", "/ktls/workers=2"], ["run"])):
            out = self.directory / first[0]
            self.assertEqual(run(*first, ideal, "--replications", 2, "--out", out).returncode, 0)
            self.assertEqual(run(*first, ideal, "--replications", 2, "--out", out).returncode, 0)
            refused = run(*second, ideal, "--replications", 2, "--out", out)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("results of another verb are there", refused.stderr)

    def test_what_is_refused_leaves_a_directory_as_it_was(self):
        ideal = SCENARIOS / "closed-ideal.json"
        sweep = self.directory / "sweep.json"
        sweep.write_text(json.dumps({"scenario": str(ideal), "parameters": {"grid": {"/ktls/workers": [1, 2]}}}))
        other = ["--set-a", "/ktls/workers=2"]
        for first in (["run", ideal], ["compare", ideal, *other]):
            out = self.directory / first[0]
            self.assertEqual(run(*first, "--replications", 2, "--out", out).returncode, 0)
            before = sorted(path.name for path in out.iterdir())
            for second in (["sweep", sweep], ["watch", ideal], ["hunt", ideal, "--runs", 1]):
                refused = run(*second, "--out", out)
                self.assertEqual(refused.returncode, 2, second)
                self.assertIn("results of another verb are there", refused.stderr)
            self.assertEqual(sorted(path.name for path in out.iterdir()), before)

    def test_what_an_earlier_run_left_is_gone_and_what_is_not_ours_stays(self):
        ideal = SCENARIOS / "closed-ideal.json"
        out = self.directory / "three"
        for others in (2, 1):
            sides = [self.directory / f"side-{i}.json" for i in range(others)]
            for side in sides:
                side.write_text(ideal.read_text())
            self.assertEqual(run("compare", ideal, *sides, "--replications", 2, "--out", out).returncode, 0)
        self.assertFalse((out / "c").exists())
        for mine in ("c", "x"):
            (out / mine).mkdir()
            (out / mine / "notes.txt").write_text("mine")
        self.assertEqual(run("compare", ideal, sides[0], "--replications", 2, "--out", out).returncode, 0)
        for mine in ("c", "x"):
            self.assertEqual((out / mine / "notes.txt").read_text(), "mine")
        seen = self.directory / "seen"
        seen.mkdir()
        host, gone = os.uname().nodename, subprocess.run(["/bin/sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
        dead, alive, others = (seen / f".trace-a.json.ktlssim.{who}"
                               for who in (f"{host}.{gone}", f"{host}.{os.getpid()}", f"elsewhere.{gone}"))
        for part in (dead, alive, others, seen / "trace-b.json"):
            part.write_text("")
        self.assertEqual(run("watch", ideal, "--us", 10, "--out", seen).returncode, 0)
        self.assertEqual([path.exists() for path in (dead, alive, others, seen / "trace-b.json")], [False, True, True, True])
        mine = self.directory / "mine/report/notes.txt"
        mine.parent.mkdir(parents=True)
        mine.write_text("mine")
        self.assertEqual(run("run", ideal, "--out", self.directory / "mine").returncode, 0)
        self.assertEqual(mine.read_text(), "mine")

    def test_what_killed_processes_left_in_a_sweep_is_swept(self):
        sweep = self.directory / "swept.json"
        sweep.write_text(json.dumps({"scenario": str(SCENARIOS / "closed-ideal.json"), "replications": 1,
                                     "parameters": {"grid": {"/workload/sessions": [1, 2], "/measure/duration_ms": [2]}}}))
        out = self.directory / "swept"
        self.assertEqual(run("sweep", sweep, "--out", out).returncode, 0)
        gone = subprocess.run(["/bin/sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
        whole = sorted(out.rglob("*"))
        for name in (".manifest.json", "points/.probe", "runs/.00000-00000.json"):
            (out / f"{name}.ktlssim.{os.uname().nodename}.{gone}").write_text("half")
        self.assertEqual(run("sweep", sweep, "--out", out, "--resume").returncode, 0)
        self.assertEqual(sorted(out.rglob("*")), whole)

    def test_a_shell_that_closes_everything_gets_its_results_in_the_directory(self):
        out = self.directory / "closed"
        words = [KTLSSIM, "run", str(SCENARIOS / "closed-ideal.json"), "--out", str(out)]
        closed = subprocess.run(["/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', *words], check=False)
        self.assertEqual(closed.returncode, 0)
        self.assertIn("throughput_gbps", (out / "result.json").read_text())

    def test_a_file_that_may_not_grow_is_named(self):
        done = subprocess.run(["/bin/sh", "-c", 'ulimit -f 1; exec "$0" "$@"', KTLSSIM, "run", str(SCENARIOS / "closed-ideal.json"),
                               "--out", str(self.directory / "small")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("File too large", done.stderr)

    def test_an_empty_name_is_named(self):
        self.assertIn('SCENARIO: expected a name, got ""', run("run", "").stderr)
        self.assertIn('--out: expected DIR, got ""', run("run", SCENARIOS / "closed-ideal.json", "--out", "").stderr)

    def test_the_hint_names_the_verb(self):
        self.assertIn("Try `ktlssim sweep --help`.", run("sweep", "--bogus").stderr)
        self.assertIn("Try `ktlssim --help`.", run("nosuch").stderr)

    def test_a_variable_is_blamed_for_what_it_holds(self):
        refused = run("run", SCENARIOS / "ccr-tls12-gcm128.json", env={**os.environ, "KTLSSIM_ENSEMBLE": "bogus"})
        self.assertEqual(refused.returncode, 2)
        self.assertIn('KTLSSIM_ENSEMBLE: "bogus"', refused.stderr)


if __name__ == "__main__":
    unittest.main()
