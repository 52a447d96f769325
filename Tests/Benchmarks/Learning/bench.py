"""`make bench-learning`: our learning engine beside PyTorch and ONNX Runtime, on the same network, sizes and data.

Options come from the environment, as in `make bench-learning SETTINGS=quick SECONDS=2`:

    SECONDS   how long each setting is measured; 4
    SETTINGS  all: every setting of PyTorch that peers.py lists; quick: those that were best before. Default: all
    ROUNDS    how often ours and the peers' best settings are measured in turns at the end; 3
    RESULT    folder for the numbers and the table; bench-learning

The network is the detail encoder of the embedding: four blocks of convolution, batch normalization and ReLU, and a
linear layer. Each setting runs in a process of its own, on two threads, so that its peak memory is its own. Ours and
the best setting of each peer are then measured again in turns, and those times count.
"""

import json
import os
import statistics
import subprocess
import sys

PROGRAM = ".build/release/carina-benchmarks"
PEERS = os.path.join(os.path.dirname(__file__), "peers.py")
SECONDS = os.environ.get("SECONDS", "4")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
RESULT = os.environ.get("RESULT", "bench-learning")
QUICK = os.environ.get("SETTINGS") == "quick"
QUICK_SETTINGS = {
    "train": ["compile+channels_last", "fused+channels_last+bfloat16", "compile+channels_last+bfloat16"],
    "infer": ["compile+channels_last", "script+channels_last+bfloat16", "compile+channels_last+bfloat16"],
}
BATCHES = [1, 16, 64]
GOALS = [
    ("training step, batch 64, × PyTorch", "train 64", "PyTorch", 1.5),
    ("inference, batch 16, × PyTorch", "infer 16", "PyTorch", 2),
    ("inference, batch 64, × PyTorch", "infer 64", "PyTorch", 2),
    ("inference, batch 16, × ONNX Runtime", "infer 16", "ONNX Runtime", 1.3),
    ("inference, batch 64, × ONNX Runtime", "infer 64", "ONNX Runtime", 1.3),
    ("inference, one slice, × PyTorch", "infer 1", "PyTorch", 3),
    ("inference, one slice, × ONNX Runtime", "infer 1", "ONNX Runtime", 1.2),
]


def say(text):
    print(text, flush=True)


def run(command):
    """The JSON that a process prints last; None if it failed."""
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        say(f"  {' '.join(command[1:])}: failed: {reason}")
        return None
    return json.loads(lines[-1])


class Method:
    def __init__(self, name, setting, command):
        self.name, self.setting, self.command = name, setting, command
        self.turns = []

    def measure(self):
        found = run(self.command + ["--seconds", SECONDS])
        if found:
            self.turns.append(found)
        return found

    @property
    def median_ms(self):
        return statistics.median(turn["median_ms"] for turn in self.turns)

    @property
    def peak_mib(self):
        return max(turn["peak_rss_bytes"] for turn in self.turns) / 2**20


def ours(task, batch):
    command = [PROGRAM, "learning", task, "--batch", str(batch)]
    return [Method("Carina", "float32", command), Method("Carina", "bfloat16", command + ["--bfloat16"])]


def pytorch(task, batch):
    python = [sys.executable, "-B", PEERS]
    listed = json.loads(subprocess.run(python + ["list"], capture_output=True, text=True, check=True).stdout)
    names = QUICK_SETTINGS[task] if QUICK else listed[task]
    sized = ["--batch", str(batch)] if task == "infer" else []
    return [Method("PyTorch", name, python + [task, "--setting", name] + sized) for name in names]


def onnxruntime(batch, model):
    return [Method("ONNX Runtime", "float32", [sys.executable, "-B", PEERS, "infer", "--onnx", model, "--batch", str(batch)])]


def best(methods):
    measured = [method for method in methods if method.turns]
    return min(measured, key=lambda method: method.median_ms, default=None)


def measure(task, batch, model):
    say(f"\n{task}, batch {batch}")
    kinds = [ours(task, batch), pytorch(task, batch)] + ([onnxruntime(batch, model)] if task == "infer" else [])
    for methods in kinds:
        for method in methods:
            if method.measure():
                say(f"  {method.name} {method.setting}: {method.median_ms:.3f} ms")
    finalists = kinds[0] + [best(methods) for methods in kinds[1:]]
    finalists = [method for method in finalists if method and method.turns]
    for method in finalists:
        method.turns.clear()
    for _ in range(ROUNDS):
        for method in finalists:
            method.measure()
    return finalists


def row(task, batch, method, finalists):
    per_second = (1 if task == "train" else batch) / method.median_ms * 1000
    others = {other.name: other.median_ms / method.median_ms for other in finalists if other.name != method.name}
    ratios = ", ".join(f"{ratio:.2f} × {name}" for name, ratio in others.items()) if method.name == "Carina" else ""
    unit = "steps/s" if task == "train" else "slices/s"
    return (
        f"| {task} {batch} | {method.name} ({method.setting}) | {method.median_ms:.3f} "
        f"| {per_second:,.1f} {unit} | {method.peak_mib:.0f} | {ratios} |"
    )


def main():
    os.makedirs(RESULT, exist_ok=True)
    model = os.path.join(RESULT, "encoder.onnx")
    subprocess.run([PROGRAM, "learning", "export", "--output", model], check=True)
    results = {f"train {64}": measure("train", 64, model)}
    for batch in BATCHES:
        results[f"infer {batch}"] = measure("infer", batch, model)
    lines = ["| task, batch | method (setting) | ms median | rate | peak MiB | |", "|---|---|---|---|---|---|"]
    for key, finalists in results.items():
        task, batch = key.split()
        lines += [row(task, int(batch), method, finalists) for method in finalists]
    lines += ["", "## Goals", ""] + goals(results)
    text = "\n".join(lines)
    say("\n" + text)
    with open(os.path.join(RESULT, "report.md"), "w") as file:
        file.write("# The learning engine beside its peers, two threads\n\n" + text + "\n")
    numbers = {key: [{"method": m.name, "setting": m.setting, "turns": m.turns} for m in found] for key, found in results.items()}
    with open(os.path.join(RESULT, "numbers.json"), "w") as file:
        json.dump(numbers, file, indent=1)


def goals(results):
    def verdict(name, value, is_met):
        return f"- {'met    ' if is_met else 'NOT MET'} {name}: {value}"

    lines = []
    for name, key, peer, wanted in GOALS:
        mine, theirs = (best([m for m in results[key] if m.name == who]) for who in ("Carina", peer))
        if mine and theirs:
            ratio = theirs.median_ms / mine.median_ms
            lines.append(verdict(f"{name} ≥ {wanted}", f"{ratio:.2f} ({mine.setting} against {theirs.setting})", ratio >= wanted))
    mine, theirs = (best([m for m in results["train 64"] if m.name == who]) for who in ("Carina", "PyTorch"))
    if mine and theirs:
        share = mine.peak_mib / theirs.peak_mib
        lines.append(verdict("peak memory of training ≤ 0.5 × PyTorch", f"{share:.2f}", share <= 0.5))
        share = mine.turns[-1]["convolutions_ms"] / mine.median_ms
        lines.append(verdict("share of the convolutions' limit ≥ 0.6", f"{share:.2f}", share >= 0.6))
    return lines


if __name__ == "__main__":
    main()
