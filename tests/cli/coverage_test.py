"""How often the 95 % interval holds the truth, with the rule that stops replicating in use.

The network is of product form, so the truth is known exactly. Seeds are fixed beforehand. All of them with
KTLSSIM_SLOW=1, which is what counts; a few with wider intervals otherwise, to see that it is not far off.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

KTLSSIM = os.environ["KTLSSIM"]
SCENARIO = os.path.join(os.environ["KTLSSIM_ROOT"], "scenarios", "closed-ideal.json")
SLOW = bool(os.environ.get("KTLSSIM_SLOW"))
SEEDS = list(range(1000, 1400 if SLOW else 1025))
LEAST, MOST = (0.92, 0.98) if SLOW else (0.76, 1.0)
PARAMETERS = {"/measure/warmup_ms": 2, "/measure/duration_ms": 4, "/measure/relative_precision": 0.005 if SLOW else 0.01,
              "/measure/precision_metrics": "records_per_second"}


def main():
    sets = [word for pointer, value in PARAMETERS.items() for word in ("--set", f"{pointer}={value}")]
    out = subprocess.run([KTLSSIM, "bounds", SCENARIO, "--format", "json", *sets], capture_output=True, check=True).stdout
    truth = json.loads(out)["product_form"]["records_per_second"]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        grid = {"/seed": SEEDS, **{pointer: [value] for pointer, value in PARAMETERS.items()}}
        (directory / "sweep.json").write_text(json.dumps({"scenario": SCENARIO, "parameters": {"grid": grid}}))
        subprocess.run([KTLSSIM, "sweep", str(directory / "sweep.json"), "--out", str(directory / "out"), "--progress",
                        "none"], check=True, stderr=subprocess.DEVNULL)
        with open(directory / "out" / "summary.csv", newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["metric"] == "records_per_second"]
    held = sum(float(row["ci95_lo"]) <= truth <= float(row["ci95_hi"]) for row in rows)
    counts = sorted({int(row["n"]) for row in rows})
    mean = sum(float(row["mean"]) for row in rows) / len(rows)
    print(f"{held} of {len(rows)} intervals hold the truth of {truth:.0f} records/s ({100 * held / len(rows):.1f} %); "
          f"replications: {counts}; mean of all means {mean:.0f}")
    return 0 if len(rows) == len(SEEDS) and LEAST <= held / len(rows) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
