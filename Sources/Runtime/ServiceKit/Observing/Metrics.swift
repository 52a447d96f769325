internal import Synchronization

/// The numbers of one process, written out in Prometheus' text format.
///
/// Names start with `carina_`, use base units and end in `_total` when they count. Labels never hold identifiers.
/// Declaring a name twice returns the same family.
package final class Metrics: Sendable {
    private enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private struct Histogram {
        var counts: [UInt64]
        var sum = 0.0
        var count: UInt64 = 0
    }

    private struct Family {
        var kind: Kind
        var help: String
        var labels: [String]
        var bounds: [Double] = []
        var values: [[String]: Double] = [:]
        var histograms: [[String]: Histogram] = [:]
        var read: (@Sendable () -> [(labels: [String], value: Double)])?
    }

    /// Adds up; starts at 0 with the process.
    package struct Counter: Sendable {
        let metrics: Metrics
        let name: String

        /// Adds a number of at least 0 under label values in the declared order.
        package func add(_ value: Double = 1, _ labels: String...) {
            metrics.update(name, labels) { $0 + value }
        }
    }

    /// Goes up and down.
    package struct Gauge: Sendable {
        let metrics: Metrics
        let name: String

        /// Replaces the value under label values in the declared order.
        package func set(_ value: Double, _ labels: String...) {
            metrics.update(name, labels) { _ in value }
        }
    }

    /// Counts observations in ranges.
    package struct Observations: Sendable {
        let metrics: Metrics
        let name: String

        /// Notes one value under label values in the declared order.
        package func observe(_ value: Double, _ labels: String...) {
            metrics.observe(name, labels, value)
        }
    }

    /// Upper bounds of the ranges for durations, in seconds.
    package static let secondsBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    private let families = Mutex<[String: Family]>([:])

    /// Starts without any family.
    package init() {}

    /// Declares a counter; its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        declare(name, Family(kind: .counter, help: help, labels: labels))
        return Counter(metrics: self, name: name)
    }

    /// Declares a gauge.
    package func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        declare(name, Family(kind: .gauge, help: help, labels: labels))
        return Gauge(metrics: self, name: name)
    }

    /// Declares a gauge which is read whenever the metrics are written out; the reader must not block.
    package func gauge(
        _ name: String,
        help: String,
        labels: [String] = [],
        read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        declare(name, Family(kind: .gauge, help: help, labels: labels, read: read))
    }

    /// Declares a histogram; `bounds` ascend, in the unit which the name tells.
    package func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        bounds: [Double] = Metrics.secondsBounds
    ) -> Observations {
        declare(name, Family(kind: .histogram, help: help, labels: labels, bounds: bounds))
        return Observations(metrics: self, name: name)
    }

    /// Everything in Prometheus' text format, families and series in the order of their names.
    package func text() -> String {
        let families = families.withLock { $0 }
        var lines: [String] = []
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            lines.append("# HELP \(name) \(Self.escaped(family.help, quotes: false))")
            lines.append("# TYPE \(name) \(family.kind.rawValue)")
            var values = family.values
            for series in family.read?() ?? [] { values[series.labels] = series.value }
            // A counter or gauge without labels exists from the start; one with labels when it is first used.
            if values.isEmpty && family.labels.isEmpty && family.kind != .histogram { values[[]] = 0 }
            for (labels, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                lines.append("\(name)\(Self.labels(family.labels, labels)) \(Self.number(value))")
            }
            let histograms = family.histograms.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (labels, histogram) in histograms {
                Self.write(histogram, of: family, named: name, labels: labels, into: &lines)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func declare(_ name: String, _ family: Family) {
        families.withLock { families in
            if let known = families[name] {
                precondition(
                    known.kind == family.kind && known.labels == family.labels,
                    "metric \(name) is declared twice with different kinds or labels"
                )
                if family.read == nil { return }
            }
            families[name] = family
        }
    }

    private func update(_ name: String, _ labels: [String], _ change: (Double) -> Double) {
        families.withLock { families in
            precondition(
                families[name]?.labels.count == labels.count,
                "metric \(name): wrong number of labels"
            )
            let old = families[name]?.values[labels] ?? 0
            families[name]?.values[labels] = change(old)
        }
    }

    private func observe(_ name: String, _ labels: [String], _ value: Double) {
        families.withLock { families in
            guard var family = families[name] else { return }
            precondition(family.labels.count == labels.count, "metric \(name): wrong number of labels")
            families[name] = nil  // So that the buckets below are changed in place, not copied.
            var histogram =
                family.histograms.removeValue(forKey: labels)
                ?? Histogram(counts: Array(repeating: 0, count: family.bounds.count))
            if let bucket = family.bounds.firstIndex(where: { value <= $0 }) { histogram.counts[bucket] += 1 }
            histogram.sum += value
            histogram.count += 1
            family.histograms[labels] = histogram
            families[name] = family
        }
    }

    private static func write(
        _ histogram: Histogram,
        of family: Family,
        named name: String,
        labels: [String],
        into lines: inout [String]
    ) {
        var total: UInt64 = 0
        for (bound, count) in zip(family.bounds, histogram.counts) {
            total += count
            let series = Self.labels(family.labels + ["le"], labels + [number(bound)])
            lines.append("\(name)_bucket\(series) \(total)")
        }
        lines.append(
            "\(name)_bucket\(Self.labels(family.labels + ["le"], labels + ["+Inf"])) \(histogram.count)"
        )
        lines.append("\(name)_sum\(Self.labels(family.labels, labels)) \(number(histogram.sum))")
        lines.append("\(name)_count\(Self.labels(family.labels, labels)) \(histogram.count)")
    }

    private static func labels(_ names: [String], _ values: [String]) -> String {
        guard !names.isEmpty else { return "" }
        let pairs = zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        let plain = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? plain.replacing("\"", with: "\\\"") : plain
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return String(value)
    }
}
