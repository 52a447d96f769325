import Evaluation
import Testing

@Suite("Figures of level, position, classes and grades")
struct RetrievalFigureTests {
    private func figures(
        _ slices: [EvaluationSlice],
        unleveled: Set<String> = [],
        grades: PairGrades? = nil,
        patient: String = "a"
    ) throws -> MethodFigures {
        let set = EvaluationSet(slices, unleveledPatients: unleveled)
        let trial = DescriptorTrial(set, grades: grades, lesions: [])
        return try #require(try trial.figures(of: [.byNumber], leavingOut: patient).first)
    }

    @Test("levels: neither the patient's own slices nor those without trusted levels are searched")
    func levels() throws {
        let found = try figures(
            [
                // Its own neighbor and the partial patient's are nearer than the right answer.
                try madeUp(1.00, patient: "a", level: 0.5), try madeUp(1.01, patient: "a", level: 0.9),
                try madeUp(1.02, patient: "partial", level: 0.1), try madeUp(1.03, patient: "b"),
                try madeUp(1.10, patient: "b", level: 0.52), try madeUp(1.50, patient: "b", level: 0.9),
            ],
            unleveled: ["partial"]
        )
        let errors = try #require(found[.levelError]?.patients.first?.values)
        #expect(zip(errors, [0.02, 0.38]).allSatisfy { abs(($0 ?? 1) - $1) < 1e-12 })
        #expect(found[.levelPrecision]?.patients.first?.values == [1, 0.5])
        #expect(found[.positionFirst] == nil && found[.classFirst] == nil && found[.gradedGain] == nil)
    }

    @Test("a patient without levels has no level figures")
    func noLevels() throws {
        let found = try figures([try madeUp(1, patient: "a"), try madeUp(1, patient: "b", level: 0.5)])
        #expect(found[.levelError] == nil)
    }

    @Test("position: searched among the other series and other patients; without a partner no value")
    func positions() throws {
        let found = try figures([
            try madeUp(1.0, patient: "a", series: "soft", offset: 10, exam: "x"),
            try madeUp(2.0, patient: "a", series: "soft", offset: 20, exam: "x"),
            try madeUp(3.0, patient: "a", series: "soft", offset: 90, exam: "x"),
            try madeUp(1.1, patient: "a", series: "sharp", offset: 12.9, exam: "x"),
            // Another patient is nearer to the second query and to its partner; they come next.
            try madeUp(2.05, patient: "b", offset: 20, exam: "x"),
            try madeUp(2.2, patient: "a", series: "sharp", offset: 17.1, exam: "x"),
        ])
        #expect(found[.positionFirst]?.patients.first?.values == [1, 0, nil, 1, 0])
        #expect(found[.positionFive]?.patients.first?.values == [1, 1, nil, 1, 1])
    }

    @Test("position: half of a large thickness, not of small ones; in another exam the level decides")
    func samePosition() throws {
        func first(_ thickness: Double, distance: Double, exam: String, levels: (Double, Double)) throws
            -> Double?
        {
            try figures([
                try madeUp(1, patient: "a", series: "1", offset: 0, exam: "x", level: levels.0),
                try madeUp(
                    1.1,
                    patient: "a",
                    series: "2",
                    offset: distance,
                    thickness: thickness,
                    exam: exam,
                    level: levels.1
                ),
                try madeUp(2, patient: "b"),
            ])[.positionFirst]?.patients.first?.values.first ?? nil
        }
        #expect(try first(10, distance: 4.9, exam: "x", levels: (0, 1)) == 1)
        #expect(try first(5, distance: 2.9, exam: "x", levels: (0, 1)) == 1)
        #expect(try first(5, distance: 3.1, exam: "x", levels: (0.5, 0.5)) == nil)
        #expect(try first(5, distance: 500, exam: "y", levels: (0.5, 0.51)) == 1)
        #expect(try first(5, distance: 0, exam: "y", levels: (0.5, 0.55)) == nil)
    }

    @Test("grades: by hand, pairs without a label left out")
    func grades() throws {
        let slices = [
            try madeUp(0, patient: "a"), try madeUp(0.1, patient: "b"), try madeUp(0.2, patient: "b"),
            try madeUp(0.3, patient: "b"), try madeUp(0.4, patient: "b"),
        ]
        var pairs = [UInt8?](repeating: nil, count: 25)
        // In the order of similarity: 1, none, 3, 2.
        (pairs[1], pairs[3], pairs[4]) = (1, 3, 2)
        let found = try figures(slices, grades: PairGrades(pairs, sliceCount: 5))
        // Gains 1, 7, 3 at places 1 to 3; the best order is 7, 3, 1. log2(3) = 1.58496, log2(4) = 2.
        let expected = (1 + 7 / 1.584_962_5 + 1.5) / (7 + 3 / 1.584_962_5 + 0.5)
        #expect(abs((found[.gradedGain]?.mean ?? 0) - expected) < 1e-6)
        // Relevant from grade 2: places 2 and 3.
        #expect(abs((found[.gradedPrecision]?.mean ?? 0) - (0.5 + 2.0 / 3) / 2) < 1e-12)
        #expect(PairGrades(pairs, sliceCount: 4) == nil)
    }
}
