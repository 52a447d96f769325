import Evaluation
import Testing

@Suite("Comparison tables")
struct ComparisonTableTests {
    private static let precision = Figure("mAP", blockLength: 1)
    private static let error = Figure("error", isBetterHigher: false, blockLength: 1)

    private func row(_ name: String, precision: [Double], error: [Double]) -> MethodFigures {
        var row = MethodFigures(name)
        row.append(.init("a patient", precision), to: Self.precision)
        row.append(.init("a patient", error), to: Self.error)
        return row
    }

    /// The model is better than both in precision, between them in error.
    private var table: ComparisonTable {
        ComparisonTable(
            "level",
            methods: [
                row("HOG", precision: [0.5, 0.5, 0.5, 0.5], error: [0.1, 0.1, 0.1, 0.1]),
                row("pixels", precision: [0.2, 0.2, 0.2, 0.2], error: [0.5, 0.5, 0.5, 0.5]),
                row("model", precision: [0.6, 0.7, 0.6, 0.7], error: [0.2, 0.2, 0.2, 0.2]),
            ],
            baselines: ["HOG", "pixels"]
        )
    }

    @Test("a method stands against the best baseline of each figure")
    func verdicts() {
        let found = self.table.verdicts
        #expect(found.map(\.standing) == [.better, .notBetter])
        #expect(found.allSatisfy { $0.method == "model" && $0.baseline == "HOG" })
        #expect(abs(found[0].advantage.mean - 0.15) < 1e-12 && abs(found[1].advantage.mean + 0.1) < 1e-12)
    }

    @Test("better with an interval that reaches zero is not proven; equal is not better")
    func standings() {
        func standing(_ values: [Double]) -> ComparisonTable.Standing? {
            let base = row("base", precision: [0.5, 0.5, 0.5, 0.5], error: [0, 0, 0, 0])
            let model = row("model", precision: values, error: [0, 0, 0, 0])
            return ComparisonTable(
                "t",
                methods: [base, model],
                figures: [Self.precision],
                baselines: ["base"]
            ).verdicts.first?.standing
        }
        #expect(standing([0.9, 0.3, 0.6, 0.4]) == .unproven)
        #expect(standing([0.5, 0.5, 0.5, 0.5]) == .notBetter)
        #expect(standing([0.6, 0.6, 0.6, 0.6]) == .better)
    }

    @Test(
        "what is always right, as the best baseline is, is not held against a method; rows that are shown only have no verdict"
    )
    func perfect() {
        let rows = ["base", "model", "part"].map { row($0, precision: [1, 1], error: [0, 0]) }
        let table = ComparisonTable(
            "t",
            methods: rows,
            columns: ["one", "two"],
            baselines: ["base"],
            shownOnly: ["part"]
        )
        #expect(table.verdicts.map(\.standing) == [.perfect, .perfect])
        #expect(table.verdicts.map(\.method) == ["model", "model"])
        #expect(
            table.text(showsIntervals: false).split(separator: "\n").map(String.init) == [
                "t", "        one    two", "base    1.000  0.000", "model   1.000  0.000",
                "part    1.000  0.000",
            ]
        )
    }

    @Test("as text: a column for each figure, marks, and a sentence for what is no advance")
    func text() {
        let lines = self.table.text(showsIntervals: false).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "level", "        mAP    error", "HOG     0.500  0.100", "pixels  0.200  0.500",
                "model   0.650  0.200!", "model does not beat HOG in error: -0.100 [-0.100, -0.100]",
            ]
        )
        #expect(self.table.text().contains("0.500 [0.500, 0.500]"))
    }

    @Test("red only when asked, and only what does not beat the best baseline")
    func red() {
        #expect(!self.table.text().contains("\u{1B}"))
        let lines = self.table.text(isColored: true, showsIntervals: false).split(separator: "\n")
        let red = lines.filter { $0.contains("\u{1B}[31m") }
        #expect(red.count == 2 && red.allSatisfy { $0.contains("model") && $0.contains("\u{1B}[0m") })
        #expect(red[0].contains("\u{1B}[31m0.200!\u{1B}[0m") && red[0].hasPrefix("model   0.650  "))
    }

    @Test("as markdown, and no patient's name in either")
    func markdown() {
        let found = self.table.markdown(showsIntervals: false)
        #expect(found.hasPrefix("| level | mAP | error |\n|---|---|---|\n| HOG | 0.500 | 0.100 |\n"))
        #expect(found.contains("| model | 0.650 | 0.200! |"))
        #expect(found.hasSuffix("\n\n- model does not beat HOG in error: -0.100 [-0.100, -0.100]\n"))
        #expect(!found.contains("a patient") && !self.table.text().contains("a patient"))
    }

    @Test("what was not measured is a dash")
    func missing() {
        var partial = MethodFigures("partial")
        partial.append(.init("a patient", [0.1234, 0.1236]), to: Self.precision)
        let table = ComparisonTable("t", methods: [partial], figures: [Self.precision, Self.error])
        #expect(table.markdown(showsIntervals: false).contains("| partial | 0.124 | – |"))
        #expect(table.verdicts.isEmpty)
    }
}
