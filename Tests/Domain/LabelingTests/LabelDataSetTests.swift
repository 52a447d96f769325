import Testing

@testable import Labeling

@Suite("A labeled data set")
struct LabelDataSetTests {
    @Test("calls slices of one level alike across patients")
    func labelsFollowLevel() throws {
        let set = try MadeUpSlices(patients: 5, slices: 14)
            .labeled(LabelingRecipe(seed: 3, source: .unwarped, testShare: 0.2))
        var (near, far, nearCount, farCount): (Float, Float, Int, Int) = (0, 0, 0, 0)
        for pair in set.pairs where set.members[pair.first].patient != set.members[pair.second].patient {
            let apart = abs(Int(set.members[pair.first].id[1]) - Int(set.members[pair.second].id[1]))
            if apart <= 1 {
                near += pair.similarity
                nearCount += 1
            } else if apart >= 6 {
                far += pair.similarity
                farCount += 1
            }
        }
        // Chance is 0.5 for both.
        #expect(near / Float(nearCount) > 0.8)
        #expect(far / Float(farCount) < 0.4)
    }

    @Test("has all pairs of each side and none across, patients on one side only")
    func split() throws {
        let set = try MadeUpSlices(patients: 6, slices: 10).labeled()
        let test = set.members.filter(\.isTest)
        let training = set.members.filter { !$0.isTest }
        #expect(!test.isEmpty && !training.isEmpty)
        #expect(Set(test.map(\.patient)).isDisjoint(with: training.map(\.patient)))
        #expect(set.patientCounts.training + set.patientCounts.test == 6)
        let expected = (test.count * (test.count - 1) + training.count * (training.count - 1)) / 2
        #expect(set.pairs.count == expected)
        for pair in set.pairs {
            #expect(pair.first < pair.second)
            #expect(set.members[pair.first].isTest == set.members[pair.second].isTest)
            for value in [
                pair.similarity, pair.outlineSimilarity, pair.detailSimilarity, pair.densitySimilarity,
            ] {
                #expect((0...1).contains(value))
            }
        }
    }

    @Test("grades the training pairs by its quantiles")
    func grades() throws {
        let set = try MadeUpSlices(patients: 6, slices: 12).labeled()
        let training = set.pairs.filter { !set.members[$0.first].isTest }
        let shares = (0...3).map { grade in
            Double(training.count { $0.grade >= grade }) / Double(training.count)
        }
        for (share, expected) in zip(shares, [1, 0.35, 0.10, 0.02]) { #expect(abs(share - expected) < 0.01) }
        #expect(set.gradeThresholds == set.gradeThresholds.sorted())
        for pair in set.pairs {
            #expect(Int(pair.grade) == set.gradeThresholds.count { pair.similarity >= $0 })
        }
    }

    @Test("is the same for the same seed, byte by byte, and another for another seed")
    func repeatable() throws {
        let slices = try MadeUpSlices(patients: 6, slices: 10)
        let bytes = try slices.labeled().canonicalBytes()
        #expect(try slices.labeled().canonicalBytes() == bytes)
        let others = try (4...9).map {
            try slices.labeled(LabelingRecipe(seed: $0, source: .unwarped)).canonicalBytes()
        }
        #expect(Set(others).count > 1)
    }

    @Test("canonical bytes change with everything that they cover")
    func canonicalBytesCoverAll() throws {
        let set = try MadeUpSlices(patients: 4, slices: 10).labeled()
        var pairs = set.pairs
        pairs[5] = LabeledPair(
            first: pairs[5].first,
            second: pairs[5].second,
            outlineSimilarity: pairs[5].outlineSimilarity,
            detailSimilarity: pairs[5].detailSimilarity,
            densitySimilarity: pairs[5].densitySimilarity.nextUp,
            similarity: pairs[5].similarity,
            grade: pairs[5].grade
        )
        var recipe = set.recipe
        recipe.detailShare = 0.5
        let variants = [
            set,
            LabeledDataSet(
                recipe: set.recipe,
                members: set.members,
                pairs: pairs,
                gradeThresholds: set.gradeThresholds
            ),
            LabeledDataSet(
                recipe: recipe,
                members: set.members,
                pairs: set.pairs,
                gradeThresholds: set.gradeThresholds
            ),
            LabeledDataSet(
                recipe: set.recipe,
                members: set.members.reversed(),
                pairs: set.pairs,
                gradeThresholds: set.gradeThresholds
            ),
            LabeledDataSet(
                recipe: set.recipe,
                members: set.members,
                pairs: set.pairs,
                gradeThresholds: [0, 0.5, 1]
            ),
        ]
        #expect(Set(variants.map { $0.canonicalBytes() }).count == variants.count)
    }

    @Test("is refused with the reason when patients or slices are too few, or the recipe is wrong")
    func refusals() throws {
        func plan(_ slices: MadeUpSlices, _ recipe: LabelingRecipe = LabelingRecipe()) throws {
            _ = try LabelingPlan(members: slices.members, recipe: recipe)
        }
        let one = try MadeUpSlices(patients: 1, slices: 12)
        #expect(throws: LabelingError.tooFewPatients(found: 1)) { try plan(one) }
        #expect(LabelingError.tooFewPatients(found: 1).description.contains("at least 2 patients"))
        let few = try MadeUpSlices(patients: 2, slices: 3)
        #expect(throws: LabelingError.tooFewMembers(found: 6, needed: 8)) { try plan(few) }
        let some = try MadeUpSlices(patients: 2, slices: 5)
        #expect(throws: LabelingError.self) { try plan(some, LabelingRecipe(testShare: 0.9)) }
        #expect(throws: LabelingError.self) { try plan(some, LabelingRecipe(memberMaximum: 1_000_000)) }
        var recipe = LabelingRecipe()
        recipe.gradeQuantiles = [0.9, 0.5, 0.98]
        #expect(throws: LabelingError.self) { try plan(some, recipe) }
    }

    @Test("two patients suffice: one on each side")
    func twoPatients() throws {
        let set = try MadeUpSlices(patients: 2, slices: 10).labeled()
        #expect(set.patientCounts == (training: 1, test: 1))
    }

    @Test("stops when asked to, wherever it is")
    func cancels() throws {
        let slices = try MadeUpSlices(patients: 4, slices: 10)
        for limit in [0, 2, 5] {
            var asked = 0
            #expect(throws: LabelingError.cancelled) {
                try slices.labeled(isCancelled: {
                    asked += 1
                    return asked > limit
                })
            }
        }
    }

    @Test("reports progress from start to end, never backward")
    func progress() throws {
        var steps: [Double] = []
        _ = try MadeUpSlices(patients: 3, slices: 10).labeled(progress: { steps.append($0) })
        #expect(steps == steps.sorted() && steps.last == 1 && steps.count >= 5)
    }
}

@Suite("Members of a data set")
struct MemberSelectionTests {
    @Test("are whole series first, each patient's first series before the second, none over half")
    func selection() throws {
        var members: [LabelingMember] = []
        for (patient, series, count) in [(0, 0, 30), (0, 1, 10), (1, 2, 12), (2, 3, 12), (3, 4, 12)] {
            for slice in 0..<count {
                members.append(
                    LabelingMember(
                        id: [UInt8(series), UInt8(slice)],
                        patient: [UInt8(patient)],
                        series: [UInt8(series)],
                        offsetMillimeters: Double(slice)
                    )
                )
            }
        }
        for seed in UInt64(0)..<8 {
            let chosen = selectedMembers(members, maximum: 40, seed: seed)
            #expect(chosen.count == 40 && chosen == chosen.sorted() && Set(chosen).count == 40)
            let counts = Dictionary(grouping: chosen) { members[$0].patient[0] }.mapValues(\.count)
            #expect(counts.values.allSatisfy { $0 <= 20 })
            // Three series of 12 leave room for four slices; the large series never crowds them out.
            let whole = [2, 3, 4].count { series in chosen.count { members[$0].series[0] == series } == 12 }
            #expect(whole >= 2)
        }
        #expect(selectedMembers(members, maximum: 100, seed: 1) == Array(members.indices))
    }

    @Test("go to the test side by whole patients, about as many as wished")
    func testShare() throws {
        let sizes = [58, 64, 40, 35, 48] + [Int](repeating: 2, count: 24)
        let patients = sizes.enumerated().flatMap { [[UInt8]](repeating: [UInt8($0)], count: $1) }
        for seed in UInt64(0)..<20 {
            let isTest = try testSide(patients, share: 0.2, seed: seed)
            let count = isTest.count { $0 }
            #expect(count >= 20 && count <= 90)
            for patient in Set(patients) {
                let sides = Set(zip(patients, isTest).filter { $0.0 == patient }.map(\.1))
                #expect(sides.count == 1)
            }
        }
    }
}
