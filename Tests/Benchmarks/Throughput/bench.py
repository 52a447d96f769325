"""`make bench-throughput`: slices a second from DICOM on disk to durable embedding, and how long one query image takes.

Options come from the environment, as in `make bench-throughput COUNT=500 CT=/archive/ct`:

    COUNT   files of each kind; 1,000
    CT      folder of CT whose slices are used under new names; ../shared/data/ct where it is, else phantoms
    RESULT  folder for files, data and numbers (about 4 GB for 1,000 files); bench-throughput
    LANES   connections of `carina ingest`; 4

Each run starts all six services on a copy of a small archive, embedded with the model that comes with the program, and counts
until the last embedding is committed. Wall time is the machine's, with whatever else runs on it; seconds of CPU, of all services
and their decoders together, are ours.
"""

import glob
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

BIN = pathlib.Path(".build/release").resolve()
COUNT = int(os.environ.get("COUNT", "1000"))
LANES = os.environ.get("LANES", "4")
RESULT = pathlib.Path(os.environ.get("RESULT", "bench-throughput")).resolve()
SHARED = pathlib.Path("../shared/data/ct")
CT = os.environ.get("CT") or (str(SHARED) if SHARED.is_dir() else "")
SERVICES = ["ingest", "labeler", "trainer", "embedder", "index", "gateway"]
TICKS = os.sysconf("SC_CLK_TCK")
GOALS = {"uncompressed": 400, "JPEG Lossless": 200}
GOAL_QUERY_MS = 12


def carina(*words):
    done = subprocess.run([str(BIN / "carina"), *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"carina {' '.join(words)} failed: {done.stderr.strip()}")
    return done.stdout


def make_files(name, count, *options):
    """Different slices as DICOM files, made once."""
    folder = RESULT / f"{name}-{count}"
    if len(list(folder.glob("*.dcm"))) != count:
        shutil.rmtree(folder, ignore_errors=True)
        command = [str(BIN / "carina-benchmarks"), "throughput-files", str(folder), "--count", str(count), *options]
        subprocess.run(command + (["--ct", CT] if CT else []), check=True, stdout=subprocess.DEVNULL)
    return folder


class Deployment:
    """The services, started on a copy of the small archive."""

    def __init__(self, data, template=None):
        self.data = pathlib.Path(data)
        if template:
            shutil.copytree(template, self.data)
        carina("up", "--data", str(self.data), "--port", "0", "--import-root", str(RESULT))
        self.endpoints = {name: json.loads((self.data / name / "endpoints.json").read_text()) for name in SERVICES}
        self.port = int((self.data / "gateway" / "port").read_text())

    def stop(self):
        carina("down", "--data", str(self.data))

    def processes(self):
        """Process numbers by service; decoders are children of ingest."""
        found = {name: [row["pid"]] for name, row in self.endpoints.items()}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                fields = open(path).read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.endpoints["ingest"]["pid"]:
                found.setdefault("decoders", []).append(int(path.split("/")[2]))
        return found

    def cpu(self):
        """Seconds of CPU so far, user and system, by service."""
        used = {}
        for name, numbers in self.processes().items():
            for number in numbers:
                try:
                    fields = open(f"/proc/{number}/stat").read().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                used[name] = used.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
        return used

    def embedded(self):
        """Slices whose embedding, or refusal, is committed."""
        with sqlite3.connect(f"file:{self.data}/embedder/state.sqlite?mode=ro", uri=True) as database:
            return database.execute("SELECT (SELECT count(*) FROM embeddings) + (SELECT count(*) FROM refusals)").fetchone()[0]

    def labeling(self):
        with sqlite3.connect(f"file:{self.data}/labeler/state.sqlite?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM work WHERE queue = 'segment'").fetchone()[0]

    def stages(self, name, metric):
        """Sum of seconds and number of things by stage."""
        text = urllib.request.urlopen(f"{self.endpoints[name]['health']}/metrics").read().decode()
        found = {}
        for line in text.splitlines():
            for kind in ("sum", "count"):
                start = f'{metric}_{kind}{{stage="'
                if line.startswith(start):
                    stage, value = line[len(start) :].split('"} ')
                    found.setdefault(stage, {})[kind] = float(value)
        return found


def wait_until(done, patience=600):
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            sys.exit("nothing more happens")
        time.sleep(0.02)


def small_archive():
    """A small archive whose model serves: how a model is taken in is not what is measured here."""
    template, count = RESULT / "archive", 60
    shutil.rmtree(template, ignore_errors=True)
    # Not among those that are measured: a duplicate would never be embedded anew.
    files = make_files("seed", count, "--first", "1000000")
    deployment = Deployment(template)
    carina("ingest", "--data", str(template), str(files))
    wait_until(lambda: deployment.embedded() == count)
    deployment.stop()
    return template


def measure(kind, way, files, template):
    """One run: all files of a folder, sent by `carina ingest` or read by ingest itself."""
    data = RESULT / "runs" / f"{time.time():.0f}"
    deployment = Deployment(data, template)
    time.sleep(1)
    before, stages_before = deployment.cpu(), deployment.stages("ingest", "carina_ingest_stage_seconds")
    known, children, start = deployment.embedded(), os.times(), time.monotonic()
    words = ["ingest", "--data", str(data), str(files), "--connections", LANES] if way == "sent" else ["import", "--data", str(data), str(files)]
    carina(*words)
    wait_until(lambda: deployment.embedded() - known >= COUNT)
    seconds = time.monotonic() - start
    used = deployment.cpu()
    wait_until(lambda: deployment.labeling() == 0)
    later, client = deployment.cpu(), os.times()
    milliseconds = {name: 1000 * (value - before.get(name, 0)) / COUNT for name, value in later.items()}
    if way == "sent":
        used_by_client = client.children_user + client.children_system - children.children_user - children.children_system
        milliseconds["carina ingest"] = 1000 * used_by_client / COUNT
    found = {
        "kind": kind,
        "way": way,
        "slices": COUNT,
        "slices_a_second": COUNT / seconds,
        "cpu_ms_a_slice": sum(milliseconds.values()),
        "cpu_ms_after_the_last_embedding": 1000 * sum(later[name] - used[name] for name in used if name in later) / COUNT,
        "cpu_ms_by_service": milliseconds,
        "load": os.getloadavg()[0],
        "stages_ms": {
            name: {
                stage: 1000 * (row["sum"] - stages_before.get(stage, {}).get("sum", 0)) / COUNT
                for stage, row in deployment.stages(name, f"carina_{name}_stage_seconds").items()
            }
            for name in ("ingest", "embedder")
        },
    }
    return deployment, found


def report(found):
    cores = os.cpu_count()
    print(f"{found['kind']}, {found['way']}: {found['slices_a_second']:.0f} slices a second to durable embedding, {found['cpu_ms_a_slice']:.2f} ms of CPU a slice")
    print(f"  ({1000 * cores / found['cpu_ms_a_slice']:.0f} a second if nothing but this ran on {cores} cores; load was {found['load']:.1f})")
    rows = sorted(found["cpu_ms_by_service"].items(), key=lambda row: -row[1])
    print("  ms of CPU a slice: " + ", ".join(f"{name} {value:.2f}" for name, value in rows if value >= 0.005))
    for name, stages in found["stages_ms"].items():
        print(f"  ms a slice in {name}'s stages, waiting included: " + ", ".join(f"{stage} {value:.2f}" for stage, value in stages.items()))


def read_reply(stream):
    line = stream.readline()
    if line[:1] == b"*":
        return [read_reply(stream) for _ in range(int(line[1:]))]
    if line[:1] == b"$" and int(line[1:]) >= 0:
        return stream.read(int(line[1:]) + 2)[:-2]
    return line.strip()


def queries(deployment, files, count=200, warm=20):
    """Milliseconds of each of some queries, one after the other on one connection, and of CPU that one takes in all services."""
    paths = sorted(files.glob("*.dcm"))
    times = []
    with socket.create_connection(("127.0.0.1", deployment.port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = link.makefile("rb")
        for number in range(warm + count):
            if number == warm:
                before = sum(deployment.cpu().values())
            data = paths[(7 * number) % len(paths)].read_bytes()
            start = time.perf_counter()
            link.sendall(b"*3\r\n$6\r\nSEARCH\r\n$5\r\nIMAGE\r\n$%d\r\n" % len(data) + data + b"\r\n")
            answer = read_reply(stream)
            if not isinstance(answer, list):
                sys.exit(f"a query was refused: {answer}")
            times.append(1000 * (time.perf_counter() - start))
    cpu = 1000 * (sum(deployment.cpu().values()) - before) / count
    return sorted(times[warm:]), cpu


def report_queries(kind, deployment, times, cpu):
    stages = deployment.stages("gateway", "carina_gateway_search_stage_seconds")
    shares = ", ".join(f"{stage} {1000 * row['sum'] / row['count']:.2f}" for stage, row in stages.items())
    found = {
        "median_ms": statistics.median(times),
        "p99_ms": times[int(0.99 * len(times))],
        "fastest_ms": times[0],
        "cpu_ms": cpu,
        "load": os.getloadavg()[0],
    }
    print(f"{kind} query image: median {found['median_ms']:.2f} ms, 99 % within {found['p99_ms']:.2f} ms, fastest {found['fastest_ms']:.2f} ms")
    print(f"  {cpu:.2f} ms of CPU in all services; load was {found['load']:.1f}; stages' means in ms: {shares}")
    return found


def main():
    RESULT.mkdir(parents=True, exist_ok=True)
    # Files that were removed a moment ago would slow the making of new ones: old runs go when all is measured.
    old = list((RESULT / "runs").glob("*"))
    kinds = {"uncompressed": make_files("plain", COUNT), "JPEG Lossless": make_files("jpeg", COUNT, "--jpeg")}
    template, results = small_archive(), {"runs": [], "queries": {}}
    print(f"{COUNT} slices of {CT or 'phantoms'}, {os.cpu_count()} cores, {LANES} connections")
    subprocess.run([str(BIN / "carina-benchmarks"), "stages", str(kinds["uncompressed"])], check=True)
    for kind, files in kinds.items():
        for way in ("sent", "imported"):
            deployment, found = measure(kind, way, files, template)
            report(found)
            results["runs"].append(found)
            if way == "sent":
                results["queries"][kind] = report_queries(kind, deployment, *queries(deployment, files))
            deployment.stop()
        best = max(run["slices_a_second"] for run in results["runs"] if run["kind"] == kind)
        print(f"  goal {GOALS[kind]} a second: {'met' if best >= GOALS[kind] else 'missed'}")
    slowest = max(found["median_ms"] for found in results["queries"].values())
    print(f"goal of a query {GOAL_QUERY_MS} ms: {'met' if slowest < GOAL_QUERY_MS else 'missed'}")
    (RESULT / "throughput.json").write_text(json.dumps(results, indent=1))
    for path in old:
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    main()
