"""--set /kernel on the command line: two kernels side by side, and what does not belong together is told."""
import json
import os
import subprocess
import sys
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios")
SHORT = ["--engine", "fiber", "--set", "/measure/warmup_ms=2", "--set", "/measure/duration_ms=5"]


def ktlssim(*words):
    done = subprocess.run([KTLSSIM, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def scenario(name):
    return os.path.join(SCENARIOS, name + ".json")


class KernelTest(unittest.TestCase):
    def test_two_kernels_are_compared(self):
        status, out, err = ktlssim("compare", scenario("ccr-tls12-gcm128"), "--set-a", "/kernel=freebsd-13.0", "--set-b",
                                   "/kernel=freebsd-14", "--replications", "2", "--format", "json", "--progress", "none", *SHORT)
        self.assertEqual((status, err), (0, ""))
        throughput = json.loads(out)["metrics"]["throughput_gbps"]
        # 13.0 waits for each record of the card, 14 does not (D31665).
        self.assertLess(throughput["a"]["mean"], throughput["b"]["mean"])

    def test_the_kernel_alone_decides_the_dispatch_of_every_shipped_scenario_that_is_not_about_it(self):
        stated = {"closed-ideal", "vbsdcon-2019-ccr"}  # a closed form, and a kernel of 2019
        for name in sorted(os.listdir(SCENARIOS)):
            if name.endswith(".json") and name[:-5] not in stated:
                with open(os.path.join(SCENARIOS, name), encoding="utf-8") as file:
                    self.assertNotIn("dispatch", json.load(file).get("ktls", {}), name)

    def test_a_run_names_its_kernel_and_counts_by_its_names(self):
        for kernel, ends in (("freebsd-14-2021-08", "_crypts"), ("freebsd-14", "_encrypts")):
            _, table, _ = ktlssim("run", scenario("ccr-tls12-gcm128"), "--set", f"/kernel={kernel}", *SHORT)
            self.assertIn(f"kernel {kernel}, host xeon", " ".join(table.split()))
            _, lines, _ = ktlssim("run", scenario("ccr-tls12-gcm128"), "--set", f"/kernel={kernel}", "--format", "sysctl",
                                  *SHORT)
            self.assertRegex(lines, rf"kern.ipc.tls.stats.ocf.tls12_gcm{ends}: [1-9]")

    def test_a_driver_of_another_kernel_is_told(self):
        for verb, words in (("run", SHORT), ("bounds", ())):
            status, _, err = ktlssim(verb, scenario("qat-4xxx-requests"), "--set", "/kernel=freebsd-14-2021-08", *words)
            self.assertEqual(status, 0)
            self.assertIn("--set /kernel=freebsd-14", err)
        status, out, err = ktlssim("check", scenario("qat-4xxx-requests"))
        self.assertEqual((status, err), (0, ""), out)


if __name__ == "__main__":
    sys.exit(unittest.main())
