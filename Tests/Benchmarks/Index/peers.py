"""The peers: FAISS, hnswlib and usearch, each built with two threads and searched with one, a query at a time."""

import json
import os
import time

import faiss
import hnswlib
import numpy as np
from usearch.index import Index as UsearchIndex

K = 10
BUILD_THREADS = 2
CANDIDATE_COUNTS = [16, 24, 32, 48, 64, 128, 256, 512]
PROBE_COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048]


class Peer:
    """`settings` are tried in their order, for recall grows with them; None: there is nothing to set."""

    settings = [None]
    recall_wanted = 1.0
    file = None

    def __init__(self, vectors, folder):
        """Builds the index, or reads it where an earlier run with KEEP=1 left it."""
        self.count, self.dimension = vectors.shape
        notes = os.path.join(folder, f"{self.file}.json")
        path = os.path.join(folder, f"{self.file}.index")
        self.was_kept = bool(self.file) and os.path.exists(notes)
        if self.was_kept:
            with open(notes) as file:
                self.build_s, self.bytes_per_vector = json.load(file)
            self.load(path)
        else:
            start = time.perf_counter()
            self.build(vectors)
            self.build_s = time.perf_counter() - start
            self.bytes_per_vector = self.dimension * 4.0
            if self.file:
                self.save(path)
                self.bytes_per_vector = os.path.getsize(path) / self.count
                if os.environ.get("KEEP") == "1":
                    with open(notes, "w") as file:
                        json.dump([self.build_s, self.bytes_per_vector], file)
                else:
                    os.remove(path)
        self.set(self.settings[-1])

    def set(self, setting):
        pass

    def measure(self, queries, k=K):
        """Milliseconds (Q) and numbers found (Q, k)."""
        self.single_thread()
        rows = [queries[row : row + 1] for row in range(len(queries))]
        times, found = np.empty(len(rows)), []
        for row, query in enumerate(rows):
            start = time.perf_counter()
            numbers = self.search(query, k)
            times[row] = time.perf_counter() - start
            found.append(numbers)
        return times * 1000, np.array(found).reshape(len(rows), -1).astype(np.int64)

    def single_thread(self):
        faiss.omp_set_num_threads(1)


class Flat(Peer):
    name = "FAISS IndexFlatL2"

    def build(self, vectors):
        self.index = faiss.IndexFlatL2(self.dimension)
        self.index.add(vectors)

    def search(self, query, k):
        return self.index.search(query, k)[1]

    def nearest(self, queries, k):
        """The same for all queries at once, on all threads; times do not count."""
        faiss.omp_set_num_threads(BUILD_THREADS)
        return self.index.search(queries, k)[1]


class IVF(Peer):
    name = "FAISS IVFFlat"
    recall_wanted = 0.999
    file = "ivf"

    def build(self, vectors):
        faiss.omp_set_num_threads(BUILD_THREADS)
        lists = 2 ** round(np.log2(self.count**0.5))
        self.quantizer = faiss.IndexFlatL2(self.dimension)
        self.index = faiss.IndexIVFFlat(self.quantizer, self.dimension, lists)
        step = max(1, self.count // (100 * lists))
        self.index.train(np.ascontiguousarray(vectors[::step]))
        self.index.add(vectors)

    @property
    def settings(self):
        lists = self.index.nlist
        return [probes for probes in PROBE_COUNTS if probes < lists] + [lists]

    def save(self, path):
        faiss.write_index(self.index, path)

    def load(self, path):
        self.index = faiss.read_index(path)

    def set(self, setting):
        self.index.nprobe = setting

    def search(self, query, k):
        return self.index.search(query, k)[1]


class HNSW(Peer):
    name = "hnswlib"
    settings = CANDIDATE_COUNTS
    recall_wanted = 0.99
    file = "hnswlib"

    def build(self, vectors):
        self.index = hnswlib.Index("l2", self.dimension)
        self.index.init_index(self.count, M=16, ef_construction=200, random_seed=1)
        self.index.add_items(vectors, num_threads=BUILD_THREADS)

    def save(self, path):
        self.index.save_index(path)

    def load(self, path):
        self.index = hnswlib.Index("l2", self.dimension)
        self.index.load_index(path)

    def set(self, setting):
        self.index.set_ef(setting)

    def single_thread(self):
        self.index.set_num_threads(1)

    def search(self, query, k):
        return self.index.knn_query(query, k=k)[0]


class Usearch(Peer):
    name = "usearch"
    settings = CANDIDATE_COUNTS
    recall_wanted = 0.99
    file = "usearch"
    is_exact = False

    def build(self, vectors):
        # Its own defaults, but the type of the numbers, which would be shorter.
        self.index = UsearchIndex(ndim=self.dimension, metric="l2sq", dtype="f32")
        self.index.add(np.arange(self.count), vectors, threads=BUILD_THREADS)

    def save(self, path):
        self.index.save(path)

    def load(self, path):
        self.index = UsearchIndex(ndim=self.dimension, metric="l2sq", dtype="f32")
        self.index.load(path)

    def set(self, setting):
        self.index.expansion_search = setting

    def search(self, query, k):
        keys = self.index.search(query[0], k, threads=1, exact=self.is_exact).keys
        return np.pad(keys.astype(np.int64), (0, k - len(keys)), constant_values=-1)


PEERS = {"flat": Flat, "ivf": IVF, "hnswlib": HNSW, "usearch": Usearch}


def call_overhead_ms(folder):
    """What a call from Python costs by itself: the median search among ten vectors."""
    vectors = np.random.default_rng(1).random((64, 8), np.float32)
    overheads = {}
    for peer in (Flat, HNSW, Usearch):
        small = type(peer.__name__, (peer,), {"file": None, "settings": [16]})(vectors, folder)
        overheads[peer.name] = float(np.median(small.measure(np.repeat(vectors, 20, axis=0))[0]))
    return overheads
