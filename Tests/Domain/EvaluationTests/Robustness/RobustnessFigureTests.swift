import Evaluation
import Lungs
import Synchronization
import Testing
import Tomography

@Suite("Robustness")
struct RobustnessFigureTests {
    private let set = MadeUpPhantoms.set

    private func perturbed(_ kinds: [Perturbation], perSeries: Int = 30) throws -> PerturbedSlices {
        try PerturbedSlices(of: self.set, kinds: kinds, perSeries: perSeries, threadCount: 2) {
            MadeUpPhantoms.hounsfield[$0]
        }
    }

    @Test("copies: so many of each series, ascending, the same whatever else is made")
    func copies() throws {
        let found = try perturbed([.rotation, .noise], perSeries: 3)
        #expect(
            found.copies.map { self.set.slices[$0.original].patient } == [
                "p1", "p1", "p1", "p2", "p2", "p2", "p3", "p3", "p3",
            ]
        )
        #expect(found.copies.map(\.original) == found.copies.map(\.original).sorted())
        let noise = try perturbed([.noise], perSeries: 3)
        #expect(noise.copies.map(\.original) == found.copies.map(\.original))
        #expect(noise.copies.map { $0.crops[.noise] } == found.copies.map { $0.crops[.noise] })
        #expect(found.copies.allSatisfy { $0.crops[.noise] != self.set.slices[$0.original].crop })
    }

    @Test("slices without Hounsfield units are passed over, what cannot be read is thrown")
    func withoutSlice() throws {
        struct Unreadable: Error {}
        let some = try PerturbedSlices(of: self.set, kinds: [.blur], threadCount: 2) {
            $0 % 2 == 0 ? MadeUpPhantoms.hounsfield[$0] : nil
        }
        #expect(some.copies.count == 11 && some.copies.allSatisfy { $0.original % 2 == 0 })
        #expect(throws: Unreadable.self) {
            try PerturbedSlices(of: self.set, kinds: [.blur], threadCount: 2) { _ in throw Unreadable() }
        }
    }

    @Test("a slice in which no lung is found counts as a miss")
    func noLung() throws {
        let empty = CTSlice(
            rows: 64,
            columns: 64,
            scale: .hounsfield,
            spacing: nil,
            values: [Int16](repeating: -1_000, count: 64 * 64)
        )
        let perturbed = try PerturbedSlices(of: self.set, kinds: [.noise], threadCount: 1) { index in
            index == 0 ? empty : MadeUpPhantoms.hounsfield[index]
        }
        #expect(perturbed.copies[0].crops[.noise] == nil)
        let trial = DescriptorTrial(self.set, perturbed: perturbed, lesions: [])
        let found = try trial.figures(of: [.pixels()], leavingOut: "p1")[0]
        #expect(found[.robustness(.noise)]?.patients[0].values.first == 0)
        #expect(found[.singleRobustness] == nil && found[.nearRobustness] == nil)
    }

    @Test("pixels find their phantoms' originals; chance does not")
    func figures() throws {
        let trial = DescriptorTrial(self.set, perturbed: try perturbed(Perturbation.allCases), lesions: [])
        let found = try trial.figures(of: [.pixels(), .random()], leavingOut: "p2")
        let single = try #require(found[0][.singleRobustness]?.mean)
        #expect(single > 0.9 && (found[0][.robustness(.all)]?.mean ?? 0) > 0.7)
        #expect((found[1][.singleRobustness]?.mean ?? 1) < 0.3)
        for kind in Perturbation.allCases {
            #expect(found[0][.robustness(kind)]?.patients[0].values.count == 7, "\(kind)")
        }
        let near = try #require(found[0][.nearRobustness]?.mean)
        #expect(near >= (found[0][.robustness(.all)]?.mean ?? 2))
    }

    @Test("the patient's other series are not searched, everybody else's are")
    func otherSeries() throws {
        var slices = self.set.slices
        // The same slices again as another series of the patient, before the originals: they would win every tie.
        let twins = slices.prefix(7).map { slice in
            var twin = slice
            twin.series = "twin"
            return twin
        }
        slices = twins + slices
        func hits(_ patient: String) throws -> Double? {
            for index in 0..<7 { slices[index].patient = patient }
            let set = EvaluationSet(slices)
            // The copy is the original itself.
            let number = Mutex(0)
            let perturbed = try PerturbedSlices(of: set, kinds: [.noise], threadCount: 1) { index in
                number.withLock { $0 += 1 }
                return index < 7 ? nil : MadeUpPhantoms.hounsfield[index - 7]
            }
            let trial = DescriptorTrial(set, perturbed: perturbed, lesions: [])
            return try trial.figures(of: [.pixels()], leavingOut: "p1")[0][.robustness(.noise)]?.mean
        }
        let own = try hits("p1")
        #expect(try #require(own) > 0.8)
        #expect(try hits("someone else") == 0)
    }
}
