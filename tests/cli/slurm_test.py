"""A job array on a real Slurm of one node makes the tables of a local run, byte for byte."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

KTLSSIM = os.environ["KTLSSIM"]
ROOT = pathlib.Path(os.environ["KTLSSIM_ROOT"])
os.environ["PATH"] += ":/usr/sbin"
PROGRAMS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo")


class SlurmTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="ktlssim-slurm-"))
        self.directory.chmod(0o755)  # munged's socket must be in reach of all
        self.addCleanup(shutil.rmtree, self.directory, True)
        slurm = self.directory / "slurm"
        self.environment = {**os.environ, "SLURM_CONF": str(slurm / "slurm.conf"), "KTLSSIM": KTLSSIM,
                            "SLURM_TEST_PORT": str(20000 + 2 * (os.getpid() % 10000))}
        self.addCleanup(self.run_in_slurm, ROOT / "tests" / "support" / "slurm_one_node", "down", slurm)
        self.run_in_slurm(ROOT / "tests" / "support" / "slurm_one_node", "up", slurm)

    def run_in_slurm(self, *words):
        # Daemons inherit the standard streams: to a file, or reading them would not end.
        with open(self.directory / "output", "w+", encoding="utf-8") as output:
            done = subprocess.run([str(word) for word in words], env=self.environment, stdout=output, stderr=output,
                                  stdin=subprocess.DEVNULL, cwd=self.directory, check=False, timeout=120)
            output.seek(0)
            text = output.read()
        self.assertEqual(done.returncode, 0, text)
        return text

    def test_an_array_makes_the_tables_of_a_local_run(self):
        sweep = self.directory / "sweep.json"
        sweep.write_text(json.dumps({"scenario": str(ROOT / "scenarios" / "closed-ideal.json"), "replications": 2,
                                     "parameters": {"grid": {"/workload/sessions": [1, 2, 4, 8, 16],
                                                             "/measure/duration_ms": [20, 40]}}}))
        local, out = self.directory / "local", self.directory / "out"
        subprocess.run([KTLSSIM, "sweep", str(sweep), "--out", str(local)], check=True, capture_output=True)
        job = self.run_in_slurm("sbatch", "--parsable", "--array=0-3", ROOT / "scenarios/sweeps/slurm-array.sbatch",
                                sweep, out).strip()
        until = time.monotonic() + 120
        while self.run_in_slurm("squeue", "-h", "-j", job).strip() and time.monotonic() < until:
            time.sleep(0.2)
        logs = "".join(path.read_text() for path in sorted(self.directory.glob("ktlssim-*.log")))
        self.assertEqual(logs.count("a part of the sweep"), 4, logs)
        subprocess.run([KTLSSIM, "merge", str(out)], check=True, capture_output=True)
        for table in ("runs.csv", "summary.csv"):
            self.assertEqual((out / table).read_bytes(), (local / table).read_bytes(), table)


if __name__ == "__main__":
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        print(f"skipped: not installed: {', '.join(missing)} (Debian: slurmctld slurmd slurm-client munge)")
        sys.exit(77)
    sys.exit(unittest.main())
