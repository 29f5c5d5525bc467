#!/usr/bin/env python3
"""The timeline of a run, held against the rules of its format and against the run itself."""
import collections
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
                    "--set", "/measure/warmup_ms=20", "--set", "/measure/duration_ms=10",
                    "--set", "/workload/send_buffer_bytes=131072")  # so that no record takes longer than that
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
        functions_ns = sum(ns for (pid, _, name), ns in trace_checker.self_times(events).items() if pid == 1 and name not in threads)
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

    def test_calls_nest_as_the_kernel_calls_them(self):
        text, _ = trace("ccr-tls12-gcm128", "--trace-us", "2000")
        chains = collections.Counter()
        stacks = collections.defaultdict(list)
        for event in json.loads(text)["traceEvents"]:
            if event["ph"] == "B" and event["pid"] == 1:
                stacks[event["tid"]].append(event["name"])
                chains[" ".join(stacks[event["tid"]][1:])] += 1  # without the thread
            elif event["ph"] == "E" and event["pid"] == 1:
                stacks[event["tid"]].pop()
        for chain in ("ktls_work_thread ktls_encrypt_async ktls_encrypt_record ktls_ocf_encrypt ktls_ocf_dispatch_async crypto_dispatch "
                      "ccr_process t4_wrq_tx driver_ring",
                      "ithread_loop do_cpl6_fw_pld crypto_done ktls_encrypt_cb tcp_usr_ready sbready",
                      "syscall vn_sendfile ktls_enqueue"):
            self.assertIn(chain, chains)

    def test_interrupts_are_in_one_state_of_moderation_at_a_time(self):
        events = trace_checker.check(trace("qat-ring-overflow")[0])
        self.assertLessEqual(names(events, 6), {"armed", "timing", "raised", "in service"})
        self.assertIn("in service", names(events, 6))
        time_ns = collections.Counter()
        for event in events["X"]:
            if event["pid"] == 6:
                time_ns[event["tid"]] += round(event["dur"] * 1000)
        self.assertEqual(set(time_ns.values()), {500_000})

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "the sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_the_timeline(self):
        peaks = []
        for length_us in ("1000", "100000"):
            with tempfile.TemporaryDirectory() as directory:
                path = pathlib.Path(directory, "trace.json")
                command = [KTLSSIM, "run", str(SCENARIOS / "ccr-tls12-gcm128.json"), "--engine", "fiber", "--trace", str(path), "--trace-us", length_us,
                           "--set", "/measure/warmup_ms=2", "--set", "/measure/duration_ms=120"]
                pid = os.posix_spawn(KTLSSIM, command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
                _, status, usage = os.wait4(pid, 0)
                self.assertEqual(status, 0)
                peaks.append(usage.ru_maxrss)
                size = path.stat().st_size
        self.assertGreater(size, 100 << 20)
        self.assertLess(peaks[1] - peaks[0], 8 << 10, f"KiB {peaks} for {size >> 20} MiB")

    def test_a_timeline_around_a_record_has_it_whole(self):
        text, _ = trace("ccr-tls12-gcm128", "--trace-around", "record=3.5", "--trace-records", "0", "--trace-us", "1000")
        begin = next(e for e in trace_checker.check(text)["b"] if e.get("args") == {"session": 3, "record": 5})
        window = json.loads(text)["otherData"]
        self.assertAlmostEqual(begin["ts"] - window["from_us"], 250)

    def test_a_timeline_around_the_longest_wait_has_the_longest(self):
        short = ("--set", "/workload/send_buffer_bytes=131072")  # most records are acknowledged within the window
        text, _ = trace("ccr-tls12-gcm128", "--trace-around", "longest-wait", "--trace-us", "1000", "--trace-records", "0", *short)
        events = trace_checker.check(text)
        whole, = (e for e in events["b"] if "args" in e)
        until = json.loads(text)["otherData"]["until_us"]  # where it still waits
        longest = next((e["ts"] for e in events["b"] if e["name"] == "TCP, until acknowledged" and e["id"] == whole["id"]), until) - whole["ts"]
        everything = trace_checker.check(trace("ccr-tls12-gcm128", "--trace-us", "2000", "--trace-records", "100000", *short)[0])
        begins = {e["id"]: e["ts"] for e in everything["b"] if "args" in e}
        waits = [e["ts"] - begins[e["id"]] for e in everything["b"] if e["name"] == "TCP, until acknowledged"]
        self.assertGreaterEqual(longest + 1e-6, max(waits))

    def test_a_timeline_around_the_first_abort_and_what_is_not_there(self):
        text, _ = trace("ccr-tls12-gcm128", "--trace-around", "first-abort", "--set", "/faults/probability=0.01")
        trace_checker.check(text)
        none = run("ccr-tls12-gcm128", "--trace", os.devnull + ".json", "--trace-around", "first-abort", status=2)
        self.assertIn("no connection is given up", none.stderr)

    def test_moments_that_nobody_knows_are_refused(self):
        for moment in ("record=3", "record=3.0", "record=x.1", "first", ""):
            self.assertIn("--trace-around", run("closed-ideal", "--trace", "t.json", "--trace-around", moment, status=2).stderr)
        self.assertIn("without --trace", run("closed-ideal", "--trace-around", "longest-wait", status=2).stderr)

    def test_the_checker_refuses_what_breaks_a_rule(self):
        track = {"pid": 1, "tid": 1}
        named = [{"ph": "M", "name": "process_name", "pid": 1, "args": {"name": "CPUs"}},
                 {"ph": "M", "name": "thread_name", **track, "args": {"name": "CPU 0"}}]
        outer = {"ph": "X", "name": "outer", **track, "ts": 0, "dur": 2}
        broken = {"overlaps": [outer, {"ph": "X", "name": "late", **track, "ts": 1, "dur": 2}],
                  "backwards": [{**outer, "ts": 1}, outer],
                  "unnamed track": [{**outer, "tid": 2}],
                  "arrow 7": [outer, {"ph": "t", "id": 7, **track, "ts": 1}],
                  "counts nothing": [{"ph": "C", "name": "queue", "pid": 1, "ts": 0, "args": {"value": "1"}}],
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
