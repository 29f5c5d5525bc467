"""The simulator beside an independent small model of the ccr case, on both paths."""

import copy
import json
import os
import pathlib
import statistics
import subprocess
import sys
import unittest

import independent_model

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"
SHORT = ["/measure/warmup_ms=30", "/measure/duration_ms=60"]
THROUGHPUT = 0.03    # relative: the two draw flow ids and start phases of their own
CPU_CLASS = 0.05     # relative, of the CPU time per record of a class of threads
CPU_FLOOR_US = 0.05
BOUND = "/ktls/bind_threads=1"
NO_SIBLINGS = "/host/threads_per_core=1"
BOTH = ("driver", "blocking")
# Left out: ccr-dear-interrupt by the driver with siblings. There one interrupt thread never sleeps, and stays for the whole run
# where its last wakeup has put it. On a CPU that has a vector it comes to some 23.5 Gbit/s in both simulators, on the sibling of
# one, beside the interrupts of that vector, to some 22.3 in both. But it gets there in 8 of 24 runs of one and in 3 of 24 of the
# other, perhaps by where applications start, so that means differ by 2 to 3 %. Without siblings the place does not matter.
CASES = [  # scenario, settings, dispatch, runs whose means are compared: more where one thread that is always busy makes them vary
    ("ccr-tls12-gcm128", [], BOTH, 1),
    ("ccr-tls12-gcm128", ["/workload/flow_ids=sequential", "/workload/sessions=8"], BOTH, 1),
    ("ccr-tls12-gcm128", ["/workload/send_buffer_bytes=262144"], BOTH, 1),
    ("ccr-tls12-gcm128", [NO_SIBLINGS], BOTH, 1),
    ("ccr-dear-interrupt", [BOUND], ("blocking",), 1),
    ("ccr-dear-interrupt", [BOUND, NO_SIBLINGS], ("driver",), 4),
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


def without_cpu_costs(tree):
    for name, value in tree.items():
        if isinstance(value, dict) and "value" not in value:
            without_cpu_costs(value)
        elif name.endswith("_ns") and name != "slice_ns" or name.endswith("_ns_per_byte"):
            value["value"] = 0


class ClosedForm(unittest.TestCase):
    """The small model on its own: no CPU costs, one worker, one engine, and sessions enough for the worker never to wait."""

    @classmethod
    def setUpClass(cls):
        cls.effective = simulated("ccr-tls12-gcm128", ["/measure/warmup_ms=0", "/measure/duration_ms=1"])["effective"]

    def run_without_cpu_costs(self, dispatch):
        effective = copy.deepcopy(self.effective)
        without_cpu_costs(effective["host"])
        for name in ("process_ns", "ring_ns", "response_ns"):
            effective["driver"]["device"][name]["value"] = 0
        effective["driver"]["ccr"]["drain_ns"]["value"] = 0
        effective["ktls"].update(dispatch=dispatch, workers=1)
        effective["workload"].update(sessions=4, app_threads=1)
        result = independent_model.simulate(effective, warmup_ms=10, duration_ms=50)
        self.assertEqual(result["cpu_us_per_record"]["total"], 0)
        return effective, result, result["throughput_gbps"] / result["records_per_second"] * 1e9 / 8

    def test_a_blocking_worker_pays_the_whole_round_trip_per_record(self):
        effective, result, payload = self.run_without_cpu_costs("blocking")
        device, cipher = effective["driver"]["device"], effective["driver"]["ciphers"]["aes-128-gcm"]
        service = cipher["request_ns"]["value"] + cipher["byte_ns"]["value"] * payload
        holdoff = effective["network"]["rx_holdoff_us"] * 1e3
        trip = device["latency_submit_ns"]["value"] + service + device["latency_complete_ns"]["value"] + holdoff
        # A batch is acknowledged at once, some 40 of the 3400 records of the window: its edges weigh up to 1.5 %.
        self.assertAlmostEqual(result["records_per_second"] * trip / 1e9, 1, delta=0.015)
        self.assertAlmostEqual(result["device_utilization"], service / trip, delta=0.015 * service / trip)

    def test_asynchronous_dispatch_saturates_the_engine(self):
        effective, result, payload = self.run_without_cpu_costs("driver")
        cipher = effective["driver"]["ciphers"]["aes-128-gcm"]
        service = cipher["request_ns"]["value"] + cipher["byte_ns"]["value"] * payload
        self.assertGreater(result["device_utilization"], 0.999)
        self.assertAlmostEqual(result["records_per_second"] * service / 1e9, 1, delta=0.005)


class Agreement(unittest.TestCase):
    def test_throughput_and_cpu_time_by_class(self):
        print(f"\n{'scenario':42} {'dispatch':9} {'':27} {'simulator':>10} {'model':>10}", file=sys.stderr)
        for scenario, settings, dispatches, runs in CASES:
            for dispatch in dispatches:
                with self.subTest(scenario=scenario, settings=settings, dispatch=dispatch):
                    self.compare(scenario, settings, dispatch, runs)

    def compare(self, scenario, settings, dispatch, runs):
        pairs = [self.run_both(scenario, settings + [f"/ktls/dispatch={dispatch}", f"/seed={seed}"], seed)
                 for seed in range(1, runs + 1)]
        simulator, model = ({name: statistics.mean(pair[side][name] for pair in pairs) for name in pairs[0][side]} for side in (0, 1))
        allowed = {"Gbit/s": THROUGHPUT * simulator["Gbit/s"]}
        allowed.update({kind: max(CPU_CLASS * simulator[kind], CPU_FLOOR_US) for kind in independent_model.CLASSES})
        label = " ".join([scenario] + [setting.split("/")[-1] for setting in settings])
        for name, value in simulator.items():
            print(f"{label:42.42} {dispatch:9} {name:27} {value:10.3f} {model[name]:10.3f} {model[name] / value - 1:+7.1%}",
                  file=sys.stderr)
        for name, most in allowed.items():
            self.assertLessEqual(abs(simulator[name] - model[name]), most, name)

    @staticmethod
    def run_both(scenario, settings, seed):
        """The same figures of both. Those that no tolerance is given for are for the reader."""
        result = simulated(scenario, SHORT + settings)
        model = independent_model.simulate(result["effective"], seed=seed)
        others = ("cpu_percent", "device_utilization", "context_switches_per_second")
        metrics = {name: metric["mean"] for name, metric in result["metrics"].items() if name in ("throughput_gbps", *others)}
        return [{"Gbit/s": figures["throughput_gbps"], **by_class, **{name: figures[name] for name in others}}
                for figures, by_class in ((metrics, cpu_us_by_class(result)),
                                          (model, {kind: model["cpu_us_per_record"][kind] for kind in independent_model.CLASSES}))]


if __name__ == "__main__":
    unittest.main()
