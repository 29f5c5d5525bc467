"""The simulator beside an independent small model of the ccr case, on both paths."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import independent_model

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"
SHORT = ["/measure/warmup_ms=30", "/measure/duration_ms=60"]
THROUGHPUT = 0.03    # relative: the two draw flow ids and start phases of their own
CPU_CLASS = 0.06     # relative, of the CPU time per record of a class of threads; the small model spins on locks in steps of 20 ns
CPU_FLOOR_US = 0.05
# A floating worker stays where it first ran as long as that CPU is idle when it wakes up, be its sibling busy or not. Where
# few wake-ups or one CPU that is always busy make this luck visible, workers are bound; with few sessions siblings are left out too.
BOUND = "/ktls/bind_threads=1"
CASES = [
    ("ccr-tls12-gcm128", []),
    ("ccr-tls12-gcm128", ["/workload/flow_ids=sequential", "/workload/sessions=8", BOUND, "/host/threads_per_core=1"]),
    ("ccr-tls12-gcm128", ["/workload/send_buffer_bytes=262144"]),
    ("ccr-tls12-gcm128", ["/host/threads_per_core=1"]),
    ("ccr-dear-interrupt", [BOUND]),
]


def simulated(scenario, settings):
    command = [KTLSSIM, "run", str(SCENARIOS / (scenario + ".json")), "--engine", "fiber", "--format", "json"]
    for setting in settings:
        command += ["--set", setting]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100)
    if run.returncode != 0:
        raise AssertionError(f"{command}: {run.stderr}")
    return json.loads(run.stdout)


def cpu_us_by_class(result):
    total = result["metrics"]["cpu_us_per_record"]["mean"]
    busy = dict.fromkeys(independent_model.CLASSES, 0.0)
    for thread in result["cpu"]["threads"]:
        busy[thread["class"]] += thread["busy_percent"]
    return {kind: total * percent / sum(busy.values()) for kind, percent in busy.items()}


class Agreement(unittest.TestCase):
    def test_throughput_and_cpu_time_by_class(self):
        print(f"\n{'scenario':42} {'dispatch':9} {'':12} {'simulator':>10} {'model':>10}", file=sys.stderr)
        for scenario, settings in CASES:
            for dispatch in ("driver", "blocking"):
                with self.subTest(scenario=scenario, settings=settings, dispatch=dispatch):
                    self.compare(scenario, settings, dispatch)

    def compare(self, scenario, settings, dispatch):
        result = simulated(scenario, SHORT + settings + [f"/ktls/dispatch={dispatch}"])
        model = independent_model.simulate(result["effective"])
        throughput = result["metrics"]["throughput_gbps"]["mean"]
        rows = [("Gbit/s", throughput, model["throughput_gbps"], THROUGHPUT * throughput)]
        for kind, us in cpu_us_by_class(result).items():
            rows.append((kind, us, model["cpu_us_per_record"][kind], max(CPU_CLASS * us, CPU_FLOOR_US)))
        label = " ".join([scenario] + [setting.split("/")[-1] for setting in settings])
        for name, simulator, small, _ in rows:
            print(f"{label:42.42} {dispatch:9} {name:12} {simulator:10.3f} {small:10.3f}", file=sys.stderr)
        for name, simulator, small, allowed in rows:
            self.assertLessEqual(abs(simulator - small), allowed, name)


if __name__ == "__main__":
    unittest.main()
