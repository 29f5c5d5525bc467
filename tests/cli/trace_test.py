#!/usr/bin/env python3
"""The timeline of a run, held against the rules of its format and against the run itself."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import trace_checker

KTLSSIM = os.environ["KTLSSIM"]
SCENARIOS = pathlib.Path(os.environ["KTLSSIM_ROOT"]) / "scenarios"
SHORT = ["--set", "/measure/warmup_ms=2", "--set", "/measure/duration_ms=2"]


def run(name, *arguments, status=0, engine="fiber", environment=None):
    done = subprocess.run([KTLSSIM, "run", str(SCENARIOS / f"{name}.json"), *SHORT, "--engine", engine, *arguments],
                          capture_output=True, text=True, timeout=120, env=dict(os.environ, **(environment or {})))
    assert done.returncode == status, done.stderr
    return done


def trace(name, *arguments):
    """500 us, unless told otherwise."""
    if "--trace-us" not in arguments:
        arguments += ("--trace-us", "500")
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "trace.json")
        done = run(name, "--trace", str(path), "--format", "json", *arguments)
        return path.read_text(), json.loads(done.stdout)


def names(events, process):
    return {event["name"] for event in events["X"] if event["pid"] == process}


class Trace(unittest.TestCase):
    def test_arrows_reach_the_acknowledgement_unless_told_otherwise(self):
        for dispatch in ("blocking", "driver"):
            with self.subTest(dispatch), tempfile.TemporaryDirectory() as directory:
                path = pathlib.Path(directory, "trace.json")
                run("ccr-tls12-gcm128", "--trace", str(path), "--set", f"/ktls/dispatch={dispatch}",
                    "--set", "/measure/warmup_ms=20", "--set", "/measure/duration_ms=10")
                phases = [event["ph"] for event in json.loads(path.read_text())["traceEvents"]]
            self.assertEqual((phases.count("s"), phases.count("f")), (20, 20))
            self.assertGreaterEqual(phases.count("t"), 20)

    def test_simgrid_writes_its_own_trace(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "paje.trace")
            plain = json.loads(run("ccr-tls12-gcm128", "--format", "json", engine="simgrid").stdout)
            traced = json.loads(run("ccr-tls12-gcm128", "--format", "json", engine="simgrid",
                                    environment={"KTLSSIM_PAJE": str(path)}).stdout)
            text = path.read_text()
            self.assertEqual(traced["metrics"], plain["metrics"])
            self.assertTrue("%EventDef" in text and "KTLS/thr_0" in text)
            nowhere = run("ccr-tls12-gcm128", engine="simgrid", status=1, environment={"KTLSSIM_PAJE": directory})
            self.assertIn("KTLSSIM_PAJE: cannot write", nowhere.stderr)

    def test_timelines_keep_the_rules_of_the_format(self):
        for name in ("ccr-tls12-gcm128", "qat-loopback", "qat-ring-overflow", "aesni-loopback", "closed-ideal"):
            with self.subTest(name):
                events = trace_checker.check(trace(name)[0])
                self.assertTrue(events["X"])

    def test_the_functions_of_the_cpus_add_up_to_their_busy_time(self):
        text, result = trace("ccr-tls12-gcm128", "--trace-us", "2000", "--trace-records", "0")
        events = trace_checker.check(text)
        threads = {e["args"]["name"] for e in events["M"] if e["name"] == "thread_name" and e["pid"] == 2}
        cpus = [e for e in events["M"] if e["name"] == "thread_name" and e["pid"] == 1]
        on_cpu = [e for e in events["X"] if e["pid"] == 1]
        functions_ns = sum(round(e["dur"] * 1000) for e in on_cpu if e["name"] not in threads)
        threads_ns = sum(round(e["dur"] * 1000) for e in on_cpu if e["name"] in threads)
        busy_ns = round(result["metrics"]["cpu_percent"]["mean"] / 100 * len(cpus) * 2e6)
        self.assertEqual(functions_ns, busy_ns)
        self.assertEqual(threads_ns, busy_ns)

    def test_a_thread_is_always_in_one_state(self):
        events = trace_checker.check(trace("ccr-tls12-gcm128")[0])
        time_ns = {}
        for event in events["X"]:
            if event["pid"] == 2:
                time_ns[event["tid"]] = time_ns.get(event["tid"], 0) + round(event["dur"] * 1000)
        self.assertEqual(set(time_ns.values()), {500_000})

    def test_blocking_workers_sleep_in_ocfktls_and_async_ones_do_not(self):
        blocking = trace_checker.check(trace("ccr-tls12-gcm128", "--set", "/ktls/dispatch=blocking")[0])
        asynchronous = trace_checker.check(trace("ccr-tls12-gcm128")[0])
        self.assertIn('asleep on "ocfktls"', names(blocking, 2))
        self.assertNotIn('asleep on "ocfktls"', names(asynchronous, 2))

    def test_an_arrow_follows_a_record_from_ktls_enqueue_to_the_acknowledgement(self):
        events = trace_checker.check(trace("ccr-tls12-gcm128", "--set", "/workload/send_buffer_bytes=65536",
                                           "--trace-us", "2000", "--trace-records", "5")[0])
        arrows = {}
        for event in sorted(events["s"] + events["t"] + events["f"], key=lambda e: (e["ts"], "stf".index(e["ph"]))):
            arrows.setdefault(event["id"], []).append(event["args"]["at"])
        self.assertEqual(len(arrows), 5)
        whole = ["ktls_enqueue", "crypto_dispatch", "crypto_done", "sbready", "sbdrop"]
        self.assertIn(whole, arrows.values())

    def test_the_checker_refuses_what_breaks_a_rule(self):
        track = {"pid": 1, "tid": 1}
        named = [{"ph": "M", "name": "process_name", "pid": 1, "args": {"name": "CPUs"}},
                 {"ph": "M", "name": "thread_name", **track, "args": {"name": "CPU 0"}}]
        outer = {"ph": "X", "name": "outer", **track, "ts": 0, "dur": 2}
        broken = {"overlaps": [outer, {"ph": "X", "name": "late", **track, "ts": 1, "dur": 2}],
                  "backwards": [{**outer, "ts": 1}, outer],
                  "unnamed track": [{**outer, "tid": 2}],
                  "arrow 7": [outer, {"ph": "s", "id": 7, **track, "ts": 1}],
                  "slice never ended": [{**outer, "ph": "B"}],
                  "not innermost": [{**outer, "ph": "B"}, {**outer, "ph": "E", "name": "inner", "ts": 1}],
                  "never ended": [{"ph": "b", "cat": "way", "id": 1, "name": "record", "pid": 1, "ts": 1}]}
        for complaint, events in broken.items():
            text = json.dumps({"otherData": {"from_us": 0, "until_us": 9}, "traceEvents": named + events})
            with self.assertRaisesRegex(AssertionError, complaint):
                trace_checker.check(text)

    def test_tracing_changes_nothing(self):
        _, traced = trace("qat-loopback")
        plain = json.loads(run("qat-loopback", "--format", "json").stdout)
        for key in ("metrics", "counters", "cpu", "resources"):
            self.assertEqual(traced[key], plain[key])
        self.assertEqual(traced["provenance"]["runs"][0]["fingerprint"],
                         plain["provenance"]["runs"][0]["fingerprint"])

    def test_a_run_that_stalls_has_a_timeline_that_shows_who_sleeps(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "trace.json")
            run("ccr-tls12-gcm128", "--trace", str(path), "--set", "/faults/device_dead_from_ms=1",
                "--set", "/ktls/dispatch=blocking", "--set", "/measure/warmup_ms=20", status=1)
            events = trace_checker.check(path.read_text())
        self.assertIn('asleep on "ocfktls"', names(events, 2))
        self.assertNotIn("running", names(events, 2))

    def test_a_window_after_the_end_is_refused(self):
        done = run("closed-ideal", "--trace", "trace.json", "--trace-from-us", "4000", status=2)
        self.assertIn("--trace-from-us", done.stderr)


if __name__ == "__main__":
    unittest.main()
