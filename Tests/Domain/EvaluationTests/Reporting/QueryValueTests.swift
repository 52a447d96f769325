import Evaluation
import Testing

@Suite("Values of queries")
struct QueryValueTests {
    private let figure = Figure("f")

    private func values(_ patients: [[Double?]]) -> QueryValues {
        QueryValues(patients.enumerated().map { .init("\($0)", $1) })
    }

    @Test("the mean over patients, whatever their number of queries")
    func mean() {
        #expect(values([[1, 1, 1, nil], [3]]).mean == 2)
        #expect(values([[nil], [3]]).mean == 3)
        #expect(values([[nil]]).mean == nil)
    }

    @Test("runs are averaged query by query; one without a value takes it from the query")
    func averaged() {
        let found = QueryValues.averaged([values([[1, 2, 3]]), values([[3, nil, 4]])])
        #expect(found == values([[2, nil, 3.5]]))
        #expect(QueryValues.averaged([]) == nil)
    }

    @Test("other queries are refused")
    func otherQueries() {
        #expect(values([[1, 2]]).minus(values([[1]])) == nil)
        #expect(values([[1]]).minus(values([[1], [2]])) == nil)
        let other = QueryValues([.init("someone else", [1])])
        #expect(values([[1]]).minus(other) == nil)
        #expect(QueryValues.averaged([values([[1]]), other]) == nil)
    }

    @Test("an advantage is above zero where the method is better, also of errors")
    func advantage() throws {
        let error = Figure("error", isBetterHigher: false)
        var (good, bad) = (MethodFigures("good"), MethodFigures("bad"))
        for (index, patient) in ["a", "b"].enumerated() {
            let noise = Double(index) * 0.1
            good.append(.init(patient, [0.9 + noise, 0.8]), to: self.figure)
            bad.append(.init(patient, [0.7 + noise, 0.6]), to: self.figure)
            good.append(.init(patient, [0.1, 0.2]), to: error)
            bad.append(.init(patient, [0.3, 0.4]), to: error)
        }
        for figure in [self.figure, error] {
            let better = try #require(good.advantage(over: bad, in: figure))
            #expect(abs(better.mean - 0.2) < 1e-12 && better.isAboveZero)
            let worse = try #require(bad.advantage(over: good, in: figure))
            #expect(abs(worse.mean + 0.2) < 1e-12 && worse.upper < 0)
        }
        #expect(good.advantage(over: MethodFigures("none"), in: error) == nil)
    }

    @Test("seeds of one method become one row")
    func seeds() throws {
        let runs = [0.2, 0.4].map { value in
            var row = MethodFigures("seed")
            row.append(.init("a", [value, value + 0.2]), to: self.figure)
            return row
        }
        let found = try #require(MethodFigures.averaged(runs, name: "method"))
        #expect(found.name == "method")
        let mean = try #require(found[self.figure]?.patients[0].values)
        #expect(zip(mean, [0.3, 0.5]).allSatisfy { abs(($0 ?? 0) - $1) < 1e-12 })
        #expect(MethodFigures.averaged([runs[0], MethodFigures("empty")], name: "method") == nil)
    }

    @Test("ten patients and more are redrawn")
    func manyPatients() throws {
        func width(_ count: Int) throws -> Double {
            var row = MethodFigures("m")
            for index in 0..<count { row.append(.init("\(index)", [Double(index % 2)]), to: self.figure) }
            let found = try #require(row.interval(of: self.figure))
            return found.upper - found.lower
        }
        #expect(try width(8) == 0 && width(10) > 0.4)
    }

    @Test("a figure of independent queries has a narrower interval than one of queries in runs")
    func blocks() throws {
        // Runs of eight equal values.
        let values = (0..<64).map { Double($0 / 8 % 2) }
        var row = MethodFigures("m")
        let (single, run) = (Figure("single", blockLength: 1), Figure("run", blockLength: 8))
        row.append(.init("a", values), to: single)
        row.append(.init("a", values), to: run)
        let (narrow, wide) = (try #require(row.interval(of: single)), try #require(row.interval(of: run)))
        #expect(narrow.mean == 0.5 && wide.mean == 0.5)
        #expect(narrow.upper - narrow.lower < 0.7 * (wide.upper - wide.lower))
    }
}
