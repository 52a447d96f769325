"""`make bench-labels`: our lung masks beside the same steps in scipy and scikit-image, on the same slices; and what a pair costs.

Options come from the environment, as in `make bench-labels COUNT=20`:

    COUNT   slices, evenly chosen of ../shared/data/ct where it is, else of phantoms; 60
    RESULT  folder for slices, masks and numbers; bench-labels

Both sides work on one core. Ours is measured before and after the peer; the slower of the two medians counts. Pairs are
measured on real slices only.
"""

import json
import os
import statistics
import subprocess
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import peer

PROGRAM = ".build/release/carina-benchmarks"
COUNT = os.environ.get("COUNT", "60")
RESULT = os.environ.get("RESULT", "bench-labels")
GOAL_MS, GOAL_RATIO, GOAL_PAIRS_S = 2.5, 10, 3


def ours():
    command = [PROGRAM, "label-masks", "--folder", RESULT, "--count", COUNT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def median(report, key):
    return statistics.median(item[key] for item in report["slices"])


def dice(a, b):
    total = a.sum() + b.sum()
    return 2 * (a & b).sum() / total if total else 1.0


def measure_peer(slices):
    times, scores = [], []
    for number, item in enumerate(slices):
        values = np.fromfile(f"{RESULT}/{number}.int16", "<i2").reshape(item["rows"], item["columns"])
        shape = (item["mask_rows"], item["mask_columns"])
        mask = np.fromfile(f"{RESULT}/{number}.mask", np.uint8).reshape(shape)
        rounds = []
        for _ in range(2):
            start = time.perf_counter()
            found = peer.lungs(values, item["millimeters"])
            rounds.append((time.perf_counter() - start) * 1000)
        times.append(min(rounds))
        scores.append(float(dice(mask > 0, found > 0)))
    return times, scores


def pairs():
    done = subprocess.run([PROGRAM, "label-pairs"], capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        print(f"pairs were not measured: {reason}")
        return
    found = json.loads(done.stdout.strip().splitlines()[-1])
    seconds = found["compare_s"] * 1000 / found["pairs"]
    with open(f"{RESULT}/pairs.json", "w") as file:
        json.dump(found, file, indent=1)
    print(f"pairs of {found['slices']:.0f} real slices, one core, each compared in both directions:")
    print(f"  {seconds:.3f} s for 1,000 pairs; goal {GOAL_PAIRS_S} s: {'met' if seconds < GOAL_PAIRS_S else 'missed'}")
    print(f"  {found['compare_s']:.2f} s for all {found['pairs']:.0f}, {found['label_s']:.2f} s to smooth, align and rank them")
    print(f"  {found['prepare_ms_a_slice']:.2f} ms a slice for what pairs are compared by")


def main():
    first = ours()
    times, scores = measure_peer(first["slices"])
    second = ours()
    segment = max(median(first, "segment_ms"), median(second, "segment_ms"))
    worst = max(item["segment_ms"] for item in second["slices"])
    theirs = statistics.median(times)
    found = {
        "source": first["source"],
        "slices": len(times),
        "ours_ms": segment,
        "ours_slowest_ms": worst,
        "ours_crop_ms": median(second, "crop_ms"),
        "peer_ms": theirs,
        "ratio": theirs / segment,
        "dice_mean": statistics.mean(scores),
        "dice_least": min(scores),
    }
    with open(f"{RESULT}/masks.json", "w") as file:
        json.dump(found, file, indent=1)
    print(f"lung masks of {len(times)} {first['source']} slices, one core, medians:")
    print(f"  Carina {segment:.3f} ms a slice (slowest {worst:.3f}), crop {found['ours_crop_ms']:.3f} ms")
    print(f"  scipy and scikit-image {theirs:.1f} ms")
    agreement = f"Dice between both {found['dice_mean']:.4f}, least {min(scores):.4f}"
    print(f"  {found['ratio']:.0f} × the peer; {agreement}")
    met = segment <= GOAL_MS and found["ratio"] >= GOAL_RATIO
    print(f"  goals: {GOAL_MS} ms and {GOAL_RATIO} ×: {'met' if met else 'missed'}")
    pairs()


if __name__ == "__main__":
    main()
