import Contracts
import FoundationEssentials
import Labeling
import Registration
import Storage
import Wire

/// A labeled data set as it is stored: what `FetchDataSet` answers, and its pairs in pages.
struct BuiltDataSet: Sendable {
    let reply: FetchDataSet.Reply
    let pages: [PairPage]
    /// What warped the slices that were compared; nil where nothing was warped.
    let registration: RegistrationModel?

    /// Bounds the pairs and names the result by its content: equal members, recipe and pairs have the same id and hash.
    ///
    /// - Throws: when the recipe cannot be written as JSON.
    init(
        _ labeled: LabeledDataSet,
        registration: RegistrationModel?,
        pairMaximum: Int,
        timeMilliseconds: UInt64
    ) throws {
        self.registration = registration
        let (pairs, rule) = selectedPairs(
            labeled.pairs,
            memberCount: labeled.members.count,
            maximum: pairMaximum,
            seed: labeled.recipe.seed
        )
        // Labels decide the hash; a bound on the pairs belongs to it only where it left pairs out.
        let bound = rule.isThinned ? Array("carina.pairs.1 \(rule.maximum)".utf8) : []
        let warp = registration?.fingerprint ?? []
        let hash = Fingerprint(bytes: Digest(of: labeled.canonicalBytes() + bound + warp).bytes)
        let patients = labeled.patientCounts
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let recipe = try encoder.encode(
            Recipe(
                labeling: labeled.recipe,
                pairs: rule,
                registration: registration?.recipe,
                registrationQuality: registration?.quality
            )
        )
        self.reply = FetchDataSet.Reply(
            summary: DataSetSummary(
                dataSetID: Identifier(bytes: Array(hash.bytes.prefix(Identifier.byteCount))),
                hash: hash,
                memberCount: UInt32(labeled.members.count),
                pairCount: UInt64(pairs.count),
                trainingPatients: UInt32(patients.training),
                testPatients: UInt32(patients.test),
                timeMilliseconds: timeMilliseconds
            ),
            members: labeled.members.map {
                Contracts.DataSetMember(
                    sliceID: Identifier(bytes: $0.id),
                    patientID: Identifier(bytes: $0.patient),
                    seriesID: Identifier(bytes: $0.series),
                    isTest: $0.isTest
                )
            },
            gradeThresholds: labeled.gradeThresholds,
            recipe: String(decoding: recipe, as: UTF8.self)
        )
        self.pages = stride(from: 0, to: pairs.count, by: PairPage.pairCountMaximum).map { start in
            PairPage(pairs[start..<min(start + PairPage.pairCountMaximum, pairs.count)])
        }
    }

    /// How a data set was made.
    private struct Recipe: Codable {
        let labeling: LabelingRecipe
        let pairs: PairRule
        let registration: RegistrationRecipe?
        let registrationQuality: RegistrationQuality?
    }
}

/// Pairs that follow each other in a data set, as bytes.
struct PairPage: Sendable, Equatable {
    /// Every page but the last has so many.
    static let pairCountMaximum = 10_000
    /// Bytes of one pair.
    static let pairByteCount = LabeledPairRecord.byteCountMinimum

    /// The members of the first pair, by which a pair is found.
    let first: Int
    let second: Int
    let bytes: [UInt8]
    /// Density similarities of the pairs, a float each: they came later than the records, which never change.
    let densityBytes: [UInt8]

    init(_ pairs: ArraySlice<LabeledPair>) {
        self.first = pairs.first?.first ?? 0
        self.second = pairs.first?.second ?? 0
        var writer = FrameWriter(reserving: pairs.count * Self.pairByteCount)
        for pair in pairs { writer.write(LabeledPairRecord(pair)) }
        self.bytes = writer.bytes
        var densities = FrameWriter(reserving: pairs.count * 4)
        for pair in pairs { densities.write(pair.densitySimilarity) }
        self.densityBytes = densities.bytes
    }

    /// The density similarities of a page.
    static func densities(_ bytes: [UInt8]) throws(WireError) -> [Float] {
        var reader = FrameReader(bytes, startingAt: 0)
        var densities: [Float] = []
        densities.reserveCapacity(bytes.count / 4)
        while reader.remaining > 0 { densities.append(try reader.read("density")) }
        return densities
    }

    /// The pairs of some whole records.
    static func records(_ bytes: [UInt8]) throws(WireError) -> [LabeledPairRecord] {
        var reader = FrameReader(bytes, startingAt: 0)
        var records: [LabeledPairRecord] = []
        records.reserveCapacity(bytes.count / Self.pairByteCount)
        while reader.remaining > 0 { records.append(try LabeledPairRecord(from: &reader)) }
        return records
    }
}
