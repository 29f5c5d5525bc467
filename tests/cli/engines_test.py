"""Both engines give the same bytes: for every shipped scenario on both paths, and for random ones."""

import json
import os
import pathlib
import random
import subprocess
import unittest

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"
SHORT = ["/measure/warmup_ms=2", "/measure/duration_ms=4"]


def results(scenario, engine, settings):
    command = [KTLSSIM, "run", str(scenario), "--engine", engine, "--format", "json"]
    for setting in settings:
        command += ["--set", setting]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200)
    if run.returncode != 0:
        raise AssertionError(f"{command}: {run.stderr}")
    result = json.loads(run.stdout)
    trajectory = result.pop("provenance")["runs"][0]["fingerprint"]
    return json.dumps(result), trajectory


class Engines(unittest.TestCase):
    def check(self, scenario, settings):
        with self.subTest(scenario=scenario.name, settings=settings):
            text, trajectory = results(scenario, "fiber", settings)
            self.assertEqual((text, trajectory), results(scenario, "fiber", settings))
            self.assertEqual((text, trajectory), results(scenario, "simgrid", settings))

    def test_every_shipped_scenario_on_both_paths(self):
        scenarios = sorted(SCENARIOS.glob("*.json"))
        self.assertTrue(scenarios)
        for scenario in scenarios:
            for dispatch in ("driver", "blocking"):
                self.check(scenario, SHORT + [f"/ktls/dispatch={dispatch}"])

    def test_random_scenarios(self):
        draw = random.Random(31665)
        hosts = ["xeon-e5-1620v3", "loopback-lab", "epyc-7502p"]
        kernels = ["freebsd-13.0", "freebsd-14-2021-08", "freebsd-14", "freebsd-main-2026"]
        for i in range(12):
            sessions = draw.randint(1, 40)
            settings = [
                f"/kernel={kernels[i % len(kernels)]}",
                f"/host={draw.choice(hosts)}",
                f"/driver={draw.choice(['ccr-t6', 'qat-c62x', 'aesni-lab'])}",
                f"/host/cpus={draw.choice([1, 2, 3, 8])}",
                f"/host/cpus_per_llc={draw.choice([0, 2])}",
                f"/kernel={draw.choice(['freebsd-13.0', 'freebsd-14-2021-08', 'freebsd-14'])}",
                f"/host/scheduler/slice_ns={draw.choice([5000, 50000, 1000000])}",
                f"/ktls/dispatch={draw.choice(['driver', 'blocking'])}",
                f"/ktls/bind_threads={draw.choice([0, 1])}",
                f"/tls/version={draw.choice(['1.2', '1.3'])}",
                f"/workload/kind={draw.choice(['send', 'sendfile'])}",
                f"/workload/sessions={sessions}",
                f"/workload/io={draw.choice(['kevent', 'blocking'])}",
                "/workload/app_threads=0",
                f"/workload/write_bytes={draw.randint(1000, 300000)}",
                f"/workload/send_buffer_bytes={draw.randint(40000, 500000)}",
                f"/workload/flow_ids={draw.choice(['auto', 'random', 'sequential', 'zero'])}",
                f"/network/kind={draw.choice(['nic', 'loopback'])}",
                f"/network/ack_bytes={draw.choice([0, 0, 1, 16384, 65535])}",
                f"/network/tcp_nodelay={draw.choice(['true', 'false'])}",
                f"/network/tso={draw.choice(['true', 'true', 'false'])}",
                f"/network/lro={draw.choice(['true', 'true', 'false'])}",
                f"/network/peer_lro={draw.choice(['true', 'true', 'false'])}",
                f"/network/loss_probability={draw.choice([0, 0, 0.001])}",
                f"/network/netisr_qlimit={draw.choice([256, 256, 8])}",
                f"/workload/send_buffer_auto={draw.choice(['true', 'false'])}",
                f"/faults/vm_wait_probability={draw.choice([0, 0, 0.01])}",
                f"/seed={draw.randint(0, 1000)}",
            ]
            self.check(SCENARIOS / "ccr-tls12-gcm128.json", SHORT + settings)


if __name__ == "__main__":
    # Under the sanitizers SimGrid's actors are threads, which hand over faster on one CPU.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    unittest.main()
