"""The table, the goals and the pictures of `make bench-index`."""

import json
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

OURS = "Carina"
FLAT = "FAISS IndexFlatL2"
COLORS = {
    OURS: "#d1495b", FLAT: "#8d99ae", "FAISS IVFFlat": "#30638e", "hnswlib": "#edae49", "usearch": "#66a182",
}  # fmt: skip
QUERIES = {
    "a1": "known patients", "a2": "real embeddings", "a3": "unknown patients", "b": "uniform",
    "c1": "known patients", "c2": "real embeddings", "c3": "unknown patients",
}  # fmt: skip


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")


def number(value, digits=3):
    """Three significant digits, no exponent; a dash where nothing was measured."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def rounded_down(recall):
    """Four digits, and 1 only where nothing is missing."""
    return f"{int(recall * 10000 + 1e-6) / 10000:.4f}"


def ratio_to_flat(row, rows):
    flat = next(other for other in rows if other["method"] == FLAT and other["queries"] == row["queries"])
    return flat["median_ms"] / row["median_ms"]


def cells(row, rows):
    setting = "" if row["setting"] is None else f" ({row['setting']})"
    return [
        row["queries"],
        row["method"] + setting,
        number(row["median_ms"]),
        number(row["p99_ms"]),
        number(row["mean_ms"]),
        rounded_down(row["recall"]),
        number(row.get("distancesComputed")),
        number(row.get("candidates")),
        number(ratio_to_flat(row, rows)),
        number(row["build_s"]),
        number(row["bytes_per_vector"]),
    ]


HEAD = [
    "queries", "method (setting)", "ms median", "p99", "mean", "recall@10", "distances", "looked at", "× flat",
    "build s", "bytes/vector",
]  # fmt: skip
WIDTHS = [8, 24, 10, 8, 8, 10, 10, 10, 8, 8, 13]


def padded(texts):
    return " | ".join(text.ljust(width) for text, width in zip(texts, WIDTHS)).rstrip()


def line(row, rows):
    return padded(cells(row, rows))


def table(results):
    lines = ["| " + padded(HEAD) + " |", "|" + "|".join("-" * (width + 2) for width in WIDTHS) + "|"]
    for measured in results["sets"].values():
        lines += ["| " + line(row, measured["rows"]).ljust(sum(WIDTHS) + 30) + " |" for row in measured["rows"]]
    return lines


def notes(results):
    """What does not fit into the table."""
    lines = []
    for name, measured in results["sets"].items():
        contents = measured["contents"]
        lines.append(f"{name}: {contents['count']:,} × {sum(contents['parts'])}, made of {contents['source']} vectors")
        if contents["source"] == "phantom":
            lines[-1] += ": ../shared/data is not here, so no query is real"
        if "usearch_exact" in measured:
            lines.append(f"{name}: usearch's exact search {number(measured['usearch_exact']['median_ms'])} ms")
        for row in measured["rows"]:
            if row["method"] in (OURS, FLAT):
                medians = ", ".join(number(value) for value in row["turn_medians_ms"])
                lines.append(f"{row['queries']}: {row['method']} turn by turn {medians} ms")
    overheads = ", ".join(f"{name} {value * 1000:.1f} µs" for name, value in results["call_overhead_ms"].items())
    lines.append(f"in the peers' times, the call from Python: {overheads}")
    lines.append("recall wanted of the setting: IVF 0.999, hnswlib and usearch 0.99; the best there is if none has it")
    own = results["sets"].get("a", {}).get("own")
    if own:
        for kind, title in (("filtered", "filter that keeps 0.1 %"), ("grouped", "one hit a patient")):
            cost = own[kind]
            lines.append(
                f"{title}: {number(cost['median_ms'])} ms, p99 {number(cost['p99_ms'])}, recall {cost['recall']:.4f},"
                f" {number(cost['distancesComputed'])} distances; plain {number(own['filtered']['plain_median_ms'])} ms"
            )
        snapshot = own["snapshot"]
        sameness = "the same answer" if snapshot["isSameAnswer"] else "ANOTHER ANSWER"
        lines.append(
            f"snapshot: {number(snapshot['writeSeconds'])} s to write, {number(snapshot['bytesPerVector'])} bytes/vector,"
            f" {number(snapshot['openMilliseconds'])} ms to open, {number(snapshot['milliseconds'])} ms to {sameness}"
        )
        inserts = own["inserts"]
        for kind in ("quiet", "paced", "peak"):
            rate = inserts.get(f"{kind}PerSecond", 0)
            lines.append(
                f"searches beside {number(rate)} inserts a second: p99 {number(inserts[kind]['p99Milliseconds'])} ms,"
                f" median {number(inserts[kind]['medianMilliseconds'])} ms of {inserts[kind]['count']}"
            )
    for point in results["scaling"]:
        lines.append(
            f"{point['count']:,} × {point['dimension']}: {number(point['median_ms'])} ms,"
            f" {number(point['distancesComputed'])} distances, {number(point['candidates'])} looked at,"
            f" {number(point['ringsVisited'])} rings"
        )
    return lines


class Judge:
    """Goals met or not."""

    def __init__(self, results):
        self.rows = [row for measured in results["sets"].values() for row in measured["rows"]]
        self.goals = []

    def row(self, queries, method):
        return next((r for r in self.rows if r["queries"] == queries and r["method"] == method), None)

    def goal(self, text, value, is_met):
        """A value of None was not measured."""
        met = None if value is None else bool(is_met(value))
        self.goals.append({"goal": text, "value": value, "met": met})

    def times_faster(self, text, queries, peer, least, recall=0.0):
        ours, other = self.row(queries, OURS), self.row(queries, peer)
        usable = ours and other and other["recall"] >= recall
        value = other["median_ms"] / ours["median_ms"] if usable else None
        self.goal(f"{text} ({queries}, median)", value, lambda value: value >= least)


def goals(results):
    judge = Judge(results)
    judge.times_faster("at least 150 × FAISS flat", "a1", FLAT, 150)
    judge.times_faster("faster than FAISS IVF at recall 0.999", "a1", "FAISS IVFFlat", 1, recall=0.999)
    judge.times_faster("as fast as hnswlib at recall 0.99", "a1", "hnswlib", 1, recall=0.99)
    judge.times_faster("at least 10 × FAISS flat", "a2", FLAT, 10)
    judge.times_faster("at least 1.0 × FAISS flat", "b", FLAT, 1)
    for row in judge.rows:
        if row["method"] == OURS:
            judge.goal(f"exact: recall 1 ({row['queries']})", row["recall"], lambda value: value == 1)
    ours = judge.row("a1", OURS)
    dimension = sum(results["sets"]["a"]["contents"]["parts"]) if ours else 1
    judge.goal("build within 30 s (a)", ours and ours["build_s"], lambda value: value <= 30)
    own = results["sets"].get("a", {}).get("own", {})
    judge.goal("snapshot to first answer within 1000 ms (a)", own.get("snapshot", {}).get("milliseconds"), lambda value: value < 1000)
    bytes_per_vector = ours and ours["bytes_per_vector"]
    share = bytes_per_vector and bytes_per_vector / (4 * dimension)
    judge.goal("memory at most 1.25 × the raw numbers (a)", share, lambda value: value <= 1.25)
    inserts = own.get("inserts")
    judge.goal("20,000 inserts a second (a)", inserts and inserts["pacedPerSecond"], lambda value: value >= 19_900)
    slower = inserts and inserts["paced"]["p99Milliseconds"] / inserts["quiet"]["p99Milliseconds"]
    judge.goal("beside them, p99 of searches below 3 × the quiet one (a)", slower, lambda value: value < 3)
    filtered = own.get("filtered")
    slower = filtered and filtered["median_ms"] / filtered["plain_median_ms"]
    judge.goal("filter of 0.1 % at most 2 × as slow as none (a1, median)", slower, lambda value: value <= 2)
    return judge.goals


def draw_recall(results, path):
    """Recall against time on a1; misses on a logarithmic axis, for all the difference lies near 1."""
    measured = results["sets"]["a"]
    floor = 1e-4
    figure, axes = plt.subplots(figsize=(8, 5), constrained_layout=True)
    for name, points in measured["sweeps"]["a1"].items():
        misses = [max(1 - point["recall"], floor) for point in points]
        times = [point["median_ms"] for point in points]
        axes.plot(times, misses, "o-", label=name, color=COLORS[name], markersize=4)
    for row in measured["rows"]:
        if row["queries"] == "a1" and row["method"] in (OURS, FLAT):
            miss, color = max(1 - row["recall"], floor), COLORS[row["method"]]
            axes.plot(row["median_ms"], miss, "*", label=row["method"], color=color, markersize=16)
    axes.set(xscale="log", yscale="log", xlabel="ms per query, one thread (median)", ylabel="recall@10")
    axes.invert_yaxis()
    axes.minorticks_off()
    axes.set_yticks([0.5, 0.1, 0.01, 0.001, floor], ["0.5", "0.9", "0.99", "0.999", "0.9999+"])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    count = measured["contents"]["count"]
    axes.set_title(f"{count:,} vectors, queries of known patients: up and to the left is better")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def draw_times(results, path):
    """Every kind of queries, every method."""
    rows = [row for measured in results["sets"].values() for row in measured["rows"]]
    kinds = list(dict.fromkeys(row["queries"] for row in rows))
    methods = [name for name in COLORS if any(row["method"] == name for row in rows)]
    figure, axes = plt.subplots(figsize=(2.2 * len(kinds) + 3, 5), constrained_layout=True)
    width = 0.8 / len(methods)
    for place, method in enumerate(methods):
        for row in rows:
            if row["method"] != method:
                continue
            x = kinds.index(row["queries"]) + (place - (len(methods) - 1) / 2) * width
            axes.bar(x, row["median_ms"], width * 0.92, color=COLORS[method])
            text = number(row["median_ms"], 2) + ("" if row["recall"] > 0.99999 else f"\n{rounded_down(row['recall'])}")
            axes.text(x, row["median_ms"] * 1.06, text, ha="center", va="bottom", fontsize=7)
    axes.set(yscale="log", ylabel="ms per query, one thread (median)")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.margins(y=0.15)
    axes.set_xticks(range(len(kinds)), [f"{kind}\n{QUERIES[kind]}" for kind in kinds])
    axes.legend([plt.Rectangle((0, 0), 1, 1, color=COLORS[name]) for name in methods], methods, ncols=len(methods),
                loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)  # fmt: skip
    axes.set_title("Below the time: recall@10 where it is not 1")
    figure.savefig(path, dpi=130)
    plt.close(figure)


def write(results, folder):
    """Prints everything and leaves it in the folder."""
    os.makedirs(folder, exist_ok=True)
    results["goals"] = goals(results)
    verdicts = {True: "met", False: "NOT MET", None: "not measured"}
    judged = [f"{verdicts[goal['met']]:12} {goal['goal']}: {number(goal['value'])}" for goal in results["goals"]]
    lines = [
        "# The neighbor index beside its peers",
        "",
        f"{results['machine']['processor']}, {results['machine']['cores']} cores; one thread, one query at a time",
        "",
        *table(results),
        "",
        *(f"- {note}" for note in notes(results)),
        "",
        "## Goals",
        "",
        *(f"- {goal}" for goal in judged),
    ]
    with open(os.path.join(folder, "results.json"), "w") as file:
        json.dump(results, file, indent=1)
    with open(os.path.join(folder, "table.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print("\n" + "\n".join(lines))
    if results["sets"]:
        draw_times(results, os.path.join(folder, "times.png"))
    if "a" in results["sets"]:
        draw_recall(results, os.path.join(folder, "recall.png"))
    print(f"\nnumbers and pictures: {folder}/")
