"""Our index, kept by `carina-benchmarks index-serve` in a process of its own and asked line by line."""

import json
import subprocess

import numpy as np


class Ours:
    name = "Carina"

    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "index-serve", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        ready = self._read()
        self.build_s = ready["buildSeconds"]
        self.bytes_per_vector = ready["bytesPerVector"]
        self.partitions = ready["partitionCount"]

    def search(self, queries, first=0, step=1, kind=""):
        """Milliseconds (Q), numbers found (Q, 10) with -1 for none, mean costs."""
        answer = self._ask(f"search {queries} {first} {step} {kind}")
        found = np.full((len(answer["found"]), 10), -1, np.int64)
        for row, numbers in enumerate(answer["found"]):
            found[row, : len(numbers)] = numbers
        costs = {name: answer[name] for name in ("distancesComputed", "candidates", "ringsVisited")}
        return np.array(answer["milliseconds"]), found, costs

    def snapshot(self, queries):
        return self._ask(f"snapshot {queries}")

    def inserts(self, queries):
        """Changes the index: the last thing to measure."""
        return self._ask(f"inserts {queries}")

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def _ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"our program ended with status {self.process.wait()}")
        return json.loads(line)
