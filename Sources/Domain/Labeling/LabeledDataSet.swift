/// The label of one pair of members of one side of the split.
package struct LabeledPair: Sendable, Equatable {
    /// Index of the first member.
    package let first: Int
    /// Index of the second member, above `first`.
    package let second: Int
    /// Rank of the outlines' similarity, 0...1.
    package let outlineSimilarity: Float
    /// Rank of the details' similarity, 0...1.
    package let detailSimilarity: Float
    /// Rank of the similarity of where the lungs are brighter than others', 0...1.
    package let densitySimilarity: Float
    /// Rank of outline and detail together, 0...1.
    package let similarity: Float
    /// 0 (unlike) to 3 (alike), from `similarity` by the data set's thresholds.
    package let grade: UInt8
}

/// One member of a data set.
package struct DataSetMember: Sendable, Equatable {
    /// The slice.
    package let id: [UInt8]
    /// Its patient.
    package let patient: [UInt8]
    /// Its series.
    package let series: [UInt8]
    /// Whether its patient is on the test side.
    package let isTest: Bool

    /// A member of a plan.
    init(_ member: LabelingMember, isTest: Bool) {
        (id, patient, series) = (member.id, member.patient, member.series)
        self.isTest = isTest
    }
}

/// Labels of all pairs of the training side and of all pairs of the test side; no pair has a member on each.
package struct LabeledDataSet: Sendable, Equatable {
    /// How it was made.
    package let recipe: LabelingRecipe
    /// The members, in the order in which the pairs count them.
    package let members: [DataSetMember]
    /// The pairs, ascending by first, then second.
    package let pairs: [LabeledPair]
    /// Similarities from which on a pair has the grades 1, 2 and 3.
    package let gradeThresholds: [Float]

    /// Numbers of different patients on the two sides.
    package var patientCounts: (training: Int, test: Int) {
        (
            Set(members.filter { !$0.isTest }.map(\.patient)).count,
            Set(members.filter(\.isTest).map(\.patient)).count
        )
    }

    /// All of the data set in one defined byte form, to be hashed; integers little-endian, floats by their bits, lists
    /// after their count. Equal data sets have equal bytes.
    package func canonicalBytes() -> [UInt8] {
        var bytes = Array("carina.labels.2".utf8)
        bytes.reserveCapacity(64 + members.count * 64 + pairs.count * 25)
        func add(_ value: some FixedWidthInteger) {
            for shift in stride(from: 0, to: value.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }
        func add(_ list: [UInt8]) {
            add(UInt32(list.count))
            bytes.append(contentsOf: list)
        }
        add(recipe.seed)
        add(Array(recipe.source.rawValue.utf8))
        add(UInt32(recipe.memberMaximum))
        add(UInt32(recipe.sequenceMinimum))
        let constants =
            [recipe.testShare, recipe.detailShare, recipe.refinedShare, recipe.alignedShare]
            + [
                recipe.outlineAlongMillimeters, recipe.detailAlongMillimeters, recipe.acrossMillimeters,
                recipe.eachMillimeters,
            ]
            + recipe.gradeQuantiles
        add(UInt32(constants.count))
        for constant in constants { add(constant.bitPattern) }
        add(UInt32(members.count))
        for member in members {
            add(member.id)
            add(member.patient)
            add(member.series)
            bytes.append(member.isTest ? 1 : 0)
        }
        for threshold in gradeThresholds { add(threshold.bitPattern) }
        add(UInt64(pairs.count))
        for pair in pairs {
            add(UInt32(pair.first))
            add(UInt32(pair.second))
            add(pair.outlineSimilarity.bitPattern)
            add(pair.detailSimilarity.bitPattern)
            add(pair.densitySimilarity.bitPattern)
            add(pair.similarity.bitPattern)
            bytes.append(pair.grade)
        }
        return bytes
    }
}
