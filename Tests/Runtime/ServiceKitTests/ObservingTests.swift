import Foundation
import Logging
import ServiceKit
import Synchronization
import Testing

@Suite("Metrics and lines of the log")
struct ObservingTests {
    @Test("metrics are written as Prometheus reads them")
    func prometheus() {
        let metrics = Metrics()
        let requests = metrics.counter("carina_requests_total", help: "All\nof them.", labels: ["kind"])
        requests.add(1, "b")
        requests.add(2, "a\"\\")
        metrics.gauge("carina_lag", help: "Lag.").set(1.5)
        metrics.gauge("carina_read", help: "Read.") { [([], 7)] }
        let seconds = metrics.histogram("carina_seconds", help: "Time.", bounds: [0.5, 1])
        for value in [0.5, 0.75, 3] { seconds.observe(value) }
        #expect(
            metrics.text() == #"""
                # HELP carina_lag Lag.
                # TYPE carina_lag gauge
                carina_lag 1.5
                # HELP carina_read Read.
                # TYPE carina_read gauge
                carina_read 7
                # HELP carina_requests_total All\nof them.
                # TYPE carina_requests_total counter
                carina_requests_total{kind="a\"\\"} 2
                carina_requests_total{kind="b"} 1
                # HELP carina_seconds Time.
                # TYPE carina_seconds histogram
                carina_seconds_bucket{le="0.5"} 1
                carina_seconds_bucket{le="1"} 2
                carina_seconds_bucket{le="+Inf"} 3
                carina_seconds_sum 4.25
                carina_seconds_count 3

                """#
        )
    }

    @Test("stages are timed each, things that go together count each, and the shares add up")
    func stages() throws {
        let metrics = Metrics()
        let times = StageTimes(metrics, "carina_x_seconds", help: "x", stages: ["decode", "lungs", "never"])
        #expect(times.shares == "")
        // Starts that lie back far enough for the time that this test takes not to count.
        let now = ContinuousClock.now
        let end = times.note("decode", since: now - .seconds(3_000), count: 4)
        #expect(end >= now)
        times.note("lungs", since: now - .seconds(1_000))
        #expect(times.shares == "decode 75 %, lungs 25 %, never 0 %")
        let text = metrics.text()
        #expect(text.contains("carina_x_seconds_count{stage=\"decode\"} 4\n"))
        #expect(text.contains("carina_x_seconds_count{stage=\"lungs\"} 1\n"))
        let sums = text.split(separator: "\n").filter { $0.contains("_sum{") }.compactMap {
            $0.split(separator: " ").last.flatMap { Double($0) }
        }
        #expect(sums.count == 2 && abs(sums[0] - 3_000) < 5 && abs(sums[1] - 1_000) < 5)
    }

    @Test("counting from many tasks loses nothing")
    func concurrentCounting() async {
        let metrics = Metrics()
        let counter = metrics.counter("carina_x_total", help: "x")
        await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<500 { counter.add() } } }
        }
        #expect(metrics.text().contains("\ncarina_x_total 4000\n"))
    }

    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }

        func logger(_ format: LogFormat) -> Logger {
            Logger(label: "index") { label in
                LineLogHandler(label: label, format: format, level: .info) { line in
                    self.lines.withLock { $0.append(line) }
                }
            }
        }
    }

    @Test("a JSON line is one object with the trace, whatever the message holds")
    func json() throws {
        let lines = Lines()
        var logger = lines.logger(.json)
        logger[metadataKey: "trace"] = "00ff"
        logger.info("two\nlines \"quoted\" \u{1}", metadata: ["n": "3"])
        logger.debug("not written")
        #expect(lines.all.count == 1)
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix("}\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["message"] == "two\nlines \"quoted\" \u{1}")
        #expect(object?["trace"] == "00ff")
        #expect(object?["level"] == "info")
        #expect(object?["service"] == "index")
        #expect(object?["n"] == "3")
        let time = try #require(object?["time"])
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
    }

    @Test("a text line is one line with sorted fields")
    func text() throws {
        let lines = Lines()
        lines.logger(.text).warning("a\nb", metadata: ["z": "1", "a": "2"])
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix("Z warning index: a b a=2 z=1\n"))
    }
}
