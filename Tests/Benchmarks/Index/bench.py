"""`make bench-index`: our exact neighbor index beside FAISS, hnswlib and usearch, on the same vectors and queries.

Options come from the environment, as in `make bench-index SETS=a COUNT=100000 KEEP=1`:

    SETS     a: COUNT vectors that lie as real embeddings do, and how our costs grow from 10,000 of them to COUNT;
             b: COUNT uniform ones; c: ten times COUNT of 64 numbers. Default: a,b
    COUNT    1000000
    PEERS    flat,ivf,hnswlib,usearch; flat is always measured. Default: all
    ROUNDS   turns in which ours and the peers are measured one after the other, each with its share of the queries; 4
    SCRATCH  where vectors and the peers' indexes are written (2 GB for a and b); .build/bench-index
    KEEP     1: leave them there, so that the next run need not make them again
    HNSW_C   1: measure hnswlib and usearch on c too, whose graphs take an hour to build
    OURS     0: measure the peers only
    RESULT   folder for the numbers, the table and the pictures; bench-index

Queries: a1 of patients whom the archive knows, a2 real embeddings (what a new hospital would ask), a3 of made-up
patients whom the archive does not know; c1 to c3 likewise; b uniform.

A hit counts as right when it is no farther than the true tenth, by the factor 1 + 1e-6, whatever its number. Every
method searches in one thread, one query at a time, and nothing else of this run works meanwhile. Building the graphs
of hnswlib and usearch takes most of the hour that a and b take; PEERS=ivf is done in a few minutes.
"""

import json
import os
import platform
import shutil
import subprocess
import sys

import numpy as np

import report
from ours import Ours
from peers import K, PEERS, Usearch, call_overhead_ms

PROGRAM = ".build/release/carina-benchmarks"
SCRATCH = os.environ.get("SCRATCH", ".build/bench-index")
RESULT = os.environ.get("RESULT", "bench-index")
COUNT = int(os.environ.get("COUNT", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "4"))
SETS = os.environ.get("SETS", "a,b").split(",")
PEER_NAMES = ["flat"] + [p for p in os.environ.get("PEERS", "ivf,hnswlib,usearch").split(",") if p != "flat"]
WITH_OURS = os.environ.get("OURS") != "0"
# Beside the vectors themselves on c: FAISS twice, ours, and what ours is built from.
BYTES_A_VECTOR_OF_C = 64 * 4 * 5
EXACT_USEARCH_QUERIES = 20
GROUPED_QUERIES_CHECKED = 20


def say(text):
    print(text, flush=True)


class VectorSet:
    """What `carina-benchmarks index-data` wrote."""

    def __init__(self, name):
        self.folder = os.path.join(SCRATCH, name)
        with open(os.path.join(self.folder, "set.json")) as file:
            self.contents = json.load(file)
        self.dimension = sum(self.contents["parts"])
        self.vectors = self._rows("vectors")
        self.queries = {name: self._rows(name) for name in sorted(self.contents["queries"])}

    def patients(self):
        return np.fromfile(os.path.join(self.folder, "vectors.i32"), np.int32)

    def _rows(self, name):
        return np.fromfile(os.path.join(self.folder, name + ".f32"), np.float32).reshape(-1, self.dimension)


def squared_distances(queries, vectors, found):
    """In double precision; infinite where nothing was found."""
    rows = vectors[np.maximum(found, 0)].astype(np.float64) - queries[:, None].astype(np.float64)
    return np.where(found >= 0, (rows**2).sum(2), np.inf)


def true_tenth(queries, vectors, flat):
    """The squared distance of each query's tenth neighbor: FAISS's nearest forty, ordered in double precision."""
    found = np.concatenate([flat.nearest(queries[i : i + 100], 40) for i in range(0, len(queries), 100)])
    return np.sort(squared_distances(queries, vectors, found), axis=1)[:, K - 1]


def recall(queries, vectors, found, tenth):
    right = squared_distances(queries, vectors, found) <= tenth[:, None] * (1 + 1e-6) ** 2
    return float(right.sum() / (K * len(queries)))


def times(milliseconds):
    return {
        "median_ms": float(np.median(milliseconds)),
        "p99_ms": float(np.percentile(milliseconds, 99)),
        "mean_ms": float(np.mean(milliseconds)),
    }


def sweep(peer, queries, vectors, tenth):
    """Times and recall for one setting after the other, until nothing more is to be gained."""
    points = []
    # Once for nothing: an index that was just read is not in memory yet.
    peer.set(peer.settings[len(peer.settings) // 2])
    peer.measure(queries)
    for setting in peer.settings:
        peer.set(setting)
        milliseconds, found = peer.measure(queries)
        points.append({"setting": setting, "recall": recall(queries, vectors, found, tenth), **times(milliseconds)})
        if points[-1]["recall"] >= 0.99999:
            break
    return points


def chosen(points, wanted):
    """The first setting with the recall that is wanted, else the one with the best."""
    enough = [point for point in points if point["recall"] >= wanted]
    return enough[0] if enough else max(points, key=lambda point: point["recall"])


def measure_queries(name, data, tenth, ours, flat, peers):
    """All methods in turns on one kind of queries."""
    queries, vectors = data.queries[name], data.vectors
    sweeps = {peer.name: sweep(peer, queries, vectors, tenth) for peer in peers}
    settings = {peer.name: chosen(sweeps[peer.name], peer.recall_wanted)["setting"] for peer in peers}
    methods = ([ours] if ours else []) + [flat] + peers
    measured = {method.name: [] for method in methods}
    rounds = min(ROUNDS, len(queries))
    for first in range(rounds):
        # A few queries first: caches are as warm as in a service that has more to do than this.
        for method in methods:
            if method is ours:
                ours.search(name, 0, len(queries) // 5 + 1)
                measured[method.name].append(ours.search(name, first, rounds))
            else:
                if method is not flat:
                    method.set(settings[method.name])
                method.measure(queries[:: len(queries) // 5 + 1])
                measured[method.name].append(method.measure(queries[first::rounds]))
    rows = []
    for method in methods:
        turns = measured[method.name]
        found = np.empty((len(queries), K), np.int64)
        for first, turn in enumerate(turns):
            found[first::rounds] = turn[1]
        row = {
            "method": method.name,
            "queries": name,
            "setting": settings.get(method.name),
            **times(np.concatenate([turn[0] for turn in turns])),
            "turn_medians_ms": [float(np.median(turn[0])) for turn in turns],
            "recall": recall(queries, vectors, found, tenth),
            "build_s": method.build_s,
            "bytes_per_vector": method.bytes_per_vector,
        }
        if method is ours:
            for cost in turns[0][2]:
                row[cost] = sum(len(turn[0]) * turn[2][cost] for turn in turns) / len(queries)
        rows.append(row)
    return rows, sweeps


def measure_own(data, ours):
    """What only ours does, on a1: filters, groups, snapshots and searches beside inserts."""
    name = "a1"
    queries, vectors = data.queries[name], data.vectors
    plain, _, _ = ours.search(name)
    rare, found, cost = ours.search(name, kind="rare")
    nearest = np.sort(np.stack([((vectors[::1000] - query) ** 2).sum(1) for query in queries]), axis=1)
    wanted = nearest[:, min(K, nearest.shape[1]) - 1].astype(np.float64)
    rare_right = np.isin(found % 1000, [0, 999]) & (found % 1000 == 0)
    distances = squared_distances(queries, vectors, found)
    filtered = {
        "plain_median_ms": float(np.median(plain)),
        **times(rare),
        **cost,
        "recall": float((rare_right & (distances <= wanted[:, None] * (1 + 1e-5))).sum() / found.size),
    }
    grouped_ms, found, cost = ours.search(name, kind="patient")
    checked, patients = slice(0, GROUPED_QUERIES_CHECKED), data.patients()
    wanted = []
    for query in queries[checked]:
        best = np.full(patients.max() + 1, np.inf)
        np.minimum.at(best, patients, ((vectors - query) ** 2).sum(1))
        wanted.append(np.sort(best)[K - 1])
    distances = squared_distances(queries[checked], vectors, found[checked])
    right = (distances <= np.array(wanted, np.float64)[:, None] * (1 + 1e-5)).sum(1)
    owners = [len(set(patients[row[row >= 0]])) for row in found[checked]]
    grouped = {**times(grouped_ms), **cost, "recall": float(np.minimum(right, owners).sum() / (K * len(owners)))}
    snapshot = ours.snapshot(name)
    return {"filtered": filtered, "grouped": grouped, "snapshot": snapshot, "inserts": ours.inserts(name)}


def measure_set(name):
    """Everything of one set."""
    data = VectorSet(name)
    say(f"\n{name}: {len(data.vectors)} × {data.dimension}, parts {data.contents['parts']}, {data.contents['source']}")
    ours = None
    if WITH_OURS:
        ours = Ours(PROGRAM, data.folder)
        say(f"  {ours.name}: built in {ours.build_s:.1f} s, {ours.partitions} reference points")
    flat, peers = PEERS["flat"](data.vectors, data.folder), []
    for peer_name in PEER_NAMES[1:]:
        if name == "c" and peer_name in ("hnswlib", "usearch") and os.environ.get("HNSW_C") != "1":
            say(f"  {peer_name}: left out, for its graph takes too long to build; HNSW_C=1 measures it")
            continue
        peers.append(PEERS[peer_name](data.vectors, data.folder))
        origin = " by an earlier run" if peers[-1].was_kept else ""
        say(f"  {peers[-1].name}: built in {peers[-1].build_s:.1f} s{origin}")
    result = {"contents": data.contents, "rows": [], "sweeps": {}}
    for queries in data.queries:
        tenth = true_tenth(data.queries[queries], data.vectors, flat)
        rows, result["sweeps"][queries] = measure_queries(queries, data, tenth, ours, flat, peers)
        result["rows"] += rows
        for row in rows:
            say("  " + report.line(row, rows))
    for peer in peers:
        if isinstance(peer, Usearch):
            result["usearch_exact"] = exact_usearch(peer, data)
            say(f"  usearch, exact: {result['usearch_exact']['median_ms']:.2f} ms a query")
    if ours:
        if name == "a":
            result["own"] = measure_own(data, ours)
        ours.close()
    return result


def exact_usearch(peer, data):
    peer.is_exact = True
    queries = next(iter(data.queries.values()))[:EXACT_USEARCH_QUERIES]
    milliseconds, _ = peer.measure(queries)
    peer.is_exact = False
    return times(milliseconds)


def scaling_names():
    """The smaller archives of the same generator, by powers of ten."""
    return [f"a-{10**power}" for power in range(4, 10) if 10**power < COUNT]


def measure_scaling(results):
    """Our costs on archives of growing size."""
    points = []
    for name in scaling_names():
        data = VectorSet(name)
        ours = Ours(PROGRAM, data.folder)
        ours.search("a1", step=10)
        milliseconds, _, cost = ours.search("a1")
        points.append({"count": len(data.vectors), "dimension": data.dimension, **times(milliseconds), **cost})
        ours.close()
    for name in ("a", "c"):
        for row in results.get(name, {}).get("rows", []):
            if row["method"] == Ours.name and row["queries"] == name + "1":
                contents = results[name]["contents"]
                keys = ("median_ms", "p99_ms", "mean_ms", "distancesComputed", "candidates", "ringsVisited")
                sizes = {"count": contents["count"], "dimension": sum(contents["parts"])}
                points.append({**sizes, **{key: row[key] for key in keys}})
    return points


def available_bytes():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))


def main():
    names = [name for name in ("a", "b", "c") if name in SETS]
    if "c" in names and available_bytes() < COUNT * 10 * BYTES_A_VECTOR_OF_C:
        say(f"c is left out: it needs {COUNT * 10 * BYTES_A_VECTOR_OF_C / 2**30:.0f} GiB of free memory")
        names.remove("c")
    is_scaling = "a" in names and WITH_OURS
    wanted = names + (scaling_names() if is_scaling else [])
    command = [PROGRAM, "index-data", *wanted, "--folder", SCRATCH, "--count", str(COUNT)]
    subprocess.run(command, check=True)
    results = {
        "machine": {"processor": report.processor(), "cores": os.cpu_count(), "python": platform.python_version()},
        "call_overhead_ms": call_overhead_ms(SCRATCH),
        "sets": {},
    }
    for name in names:
        results["sets"][name] = measure_set(name)
    results["scaling"] = measure_scaling(results["sets"]) if is_scaling else []
    if os.environ.get("KEEP") != "1":
        shutil.rmtree(SCRATCH)
    report.write(results, RESULT)


if __name__ == "__main__":
    sys.exit(main())
