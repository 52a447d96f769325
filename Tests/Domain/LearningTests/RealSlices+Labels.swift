import Evaluation
import Labeling
import Learning
import Lungs
import RealSlices
import Registration

extension RealSlices {
    /// Labels everything but one patient.
    func labels(without patient: String, seed: UInt64) throws -> (training: TrainingSide, test: TrainingSide)
    {
        let pool = slices.filter { $0.patient != patient }
        let members = pool.enumerated().map { index, slice in
            LabelingMember(
                id: [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)],
                patient: Array(slice.patient.utf8),
                series: Array(slice.series.utf8),
                offsetMillimeters: slice.offset
            )
        }
        let plan = try LabelingPlan(
            members: members,
            recipe: LabelingRecipe(seed: seed, source: .unwarped)
        )
        let compared = pool.map { RegistrationSlice($0.crop) }
        let reference = DensityReference(plan.training.map { compared[$0] })
        func similarities(_ side: [Int]) throws -> PairSimilarities {
            let measurer = try PairMeasurer(
                model: nil,
                slices: side.map { compared[$0] },
                threadCount: 1,
                reference: reference
            )
            return PairSimilarities(
                pairs: try measurer.measures(of: PairSimilarities.pairs(count: side.count))
                    .map { PairSimilarity($0) },
                count: side.count
            )
        }
        let set = try labelDataSet(
            plan: plan,
            training: try similarities(plan.training),
            test: try similarities(plan.test),
            progress: { _ in },
            isCancelled: { false }
        )
        return (
            TrainingSide(set, pool.map(\.crop), isTest: false),
            TrainingSide(set, pool.map(\.crop), isTest: true)
        )
    }

    /// The level figures of science.md, section D: queries are one patient's slices, the gallery the other patients'
    /// but the one whose header's places are wrong.
    ///
    /// - Returns: mean error of the first hit's level, and mean average precision.
    func levelFigures(
        of model: EmbeddingModel,
        patient: String,
        weights: [Float] = EmbeddingPart.standard.map(\.weight)
    ) -> (error: Double, precision: Double) {
        let placed = slices.filter { $0.level != nil && $0.patient != Self.partialPatient }
        func embedded(_ slices: [Slice]) -> [[Float]] { slices.map { model.embed($0.crop) } }
        func levels(_ slices: [Slice]) -> [Double] { slices.compactMap(\.level) }
        let queries = placed.filter { $0.patient == patient }
        let gallery = placed.filter { $0.patient != patient }
        let vectors = embedded(gallery)
        let figures = LevelRetrieval(
            similarities: embedded(queries).flatMap { query in
                vectors.map { -Self.distance(query, $0, model.parts, weights) }
            },
            queryLevels: levels(queries),
            galleryLevels: levels(gallery)
        )
        return (figures.meanFirstError, figures.meanAveragePrecision)
    }

    private static func distance(
        _ a: [Float],
        _ b: [Float],
        _ parts: [EmbeddingPart],
        _ weights: [Float]
    ) -> Float {
        var (sum, start): (Float, Int) = (0, 0)
        for (part, weight) in zip(parts, weights) {
            for index in start..<start + part.count {
                sum += weight * (a[index] - b[index]) * (a[index] - b[index])
            }
            start += part.count
        }
        return sum
    }
}

extension TrainingSide {
    /// One side of a labeled set, its members counted anew.
    init(_ set: LabeledDataSet, _ crops: [LungCrop], isTest: Bool) {
        let chosen = set.members.indices.filter { set.members[$0].isTest == isTest }
        var place = [Int](repeating: -1, count: set.members.count)
        for (new, old) in chosen.enumerated() { place[old] = new }
        self.init(
            samples: chosen.map {
                TrainingSample(id: set.members[$0].id, patient: set.members[$0].patient, crop: crops[$0])
            },
            pairs: set.pairs.filter { set.members[$0.first].isTest == isTest }.map {
                TrainingPair(
                    first: place[$0.first],
                    second: place[$0.second],
                    outlineSimilarity: $0.outlineSimilarity,
                    detailSimilarity: $0.detailSimilarity,
                    grade: $0.grade
                )
            }
        )
    }
}
