import LinearAlgebra

/// The slices that a registration learns from.
package struct RegistrationPool: Sendable {
    /// In the order in which they were added.
    package private(set) var slices: [RegistrationSlice] = []
    /// Place of each in the lungs, 0 apex to 1 base, nil where it is unknown: such a slice is never near
    /// another one.
    private(set) var levels: [Double?] = []
    /// Number of each slice's patient, in the order of their first slices.
    private(set) var patients: [Int] = []
    private var patientNumbers: [[UInt8]: Int] = [:]
    private var patientCounts: [Int] = []

    /// Fewer slices make no batch worth learning from.
    package static let countMinimum = 8

    /// No slices yet.
    package init() {}

    /// Adds a slice.
    ///
    /// - Parameters:
    ///   - patient: whose slices count less the more there are.
    ///   - level: the slice's relative height among its series' lung slices, from the header: free of labels.
    package mutating func append(_ slice: RegistrationSlice, patient: [UInt8], level: Double?) {
        let number = patientNumbers[patient] ?? patientCounts.count
        if number == patientCounts.count {
            patientNumbers[patient] = number
            patientCounts.append(0)
        }
        patientCounts[number] += 1
        slices.append(slice)
        levels.append(level.flatMap { $0.isFinite ? $0 : nil })
        patients.append(number)
    }

    /// A number that tells pools apart (FNV-1a of all that is learned from); no proof against malice.
    var checksum: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bits: UInt64) { hash = (hash ^ bits) &* 0x0000_0100_0000_01B3 }
        for (index, slice) in slices.enumerated() {
            add(UInt64(patients[index]))
            add(levels[index]?.bitPattern ?? .max)
            for value in slice.planes { add(UInt64(value.bitPattern)) }
        }
        return hash
    }

    /// Running sums of the slices' weights, 1 / √(slices of the patient).
    var runningWeights: [Double] {
        var sum = 0.0
        return patients.map {
            sum += 1 / Double(patientCounts[$0]).squareRoot()
            return sum
        }
    }
}

/// A pair to learn from, and what is done to its slices: each is warped by a small random map.
struct DrawnPair: Sendable, Equatable {
    let moving: Int
    let fixed: Int
    /// (6): rows of (A - I | t).
    let movingJitter: [Float]
    let fixedJitter: [Float]
}

/// Draws pairs: those of one step follow from the seed and the step's number.
struct PairDrawing: Sendable {
    private let pool: RegistrationPool
    private let recipe: RegistrationRecipe
    private let runningWeights: [Double]

    init(_ pool: RegistrationPool, _ recipe: RegistrationRecipe) {
        self.pool = pool
        self.recipe = recipe
        runningWeights = pool.runningWeights
    }

    /// The pairs of a step.
    func pairs(step: Int) -> [DrawnPair] {
        // Stream 0 belongs to the first weights.
        var generator = SeededGenerator(seed: recipe.seed, stream: UInt64(step) + 1)
        return (0..<recipe.batch).map { _ in
            let moving = generator.index(runningWeights: runningWeights)
            let fixed = partner(of: moving, &generator)
            return DrawnPair(
                moving: moving,
                fixed: fixed,
                movingJitter: jitter(&generator),
                fixedJitter: jitter(&generator)
            )
        }
    }

    private func partner(of slice: Int, _ generator: inout SeededGenerator) -> Int {
        let kind = generator.unit()
        var candidates: [Int] = []
        if kind < recipe.nearShare {
            candidates = near(slice, isSamePatient: true, within: recipe.nearLevel)
        } else if kind < recipe.nearShare + recipe.crossShare {
            candidates = near(slice, isSamePatient: false, within: recipe.crossLevel)
        }
        if candidates.isEmpty { return generator.below(pool.slices.count) }
        return candidates[generator.below(candidates.count)]
    }

    /// Slices of a level like a slice's.
    private func near(_ slice: Int, isSamePatient: Bool, within gap: Double) -> [Int] {
        guard let level = pool.levels[slice] else { return [] }
        return pool.levels.indices.filter { other in
            guard let otherLevel = pool.levels[other] else { return false }
            return abs(otherLevel - level) < gap
                && (pool.patients[other] == pool.patients[slice]) == isSamePatient
        }
    }

    private func jitter(_ generator: inout SeededGenerator) -> [Float] {
        (0..<6).map { generator.normal() * ($0 % 3 == 2 ? recipe.jitterShift : recipe.jitterLinear) }
    }
}
