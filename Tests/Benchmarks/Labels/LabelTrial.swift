import Evaluation
import Labeling
import Lungs
import RealSlices
import Registration

/// The real slices by which labels are judged.
struct LabelTrial {
    /// The slices of whole series.
    let slices: [RealSlices.Slice]
    /// The same, as a data set names them.
    let members: [LabelingMember]
    private let compared: [RegistrationSlice]
    private let singles: [(patient: String, slice: RegistrationSlice)]

    /// Pictures that the transformer learns from beside the series.
    private static let pictureCount = 400
    /// The partial series covers so much of the lungs.
    private static let partialLevel = 0.62

    init() throws {
        let all = try RealSlices().slices
        let whole = all.filter { $0.level != nil }
        self.slices = whole
        self.members = Self.members(whole)
        self.compared = whole.map { RegistrationSlice($0.crop) }
        let pictures = try RealSlices.pictures(limit: Self.pictureCount)
        self.singles =
            all.filter { $0.level == nil }.map { ($0.patient, RegistrationSlice($0.crop)) }
            // Pictures have no patient: neighbors in the folder often show one.
            + pictures.enumerated().map { ("picture \($0 / 4)", RegistrationSlice($1)) }
    }

    /// Slices as a data set names them.
    static func members(_ slices: [RealSlices.Slice]) -> [LabelingMember] {
        slices.enumerated().map { index, slice in
            LabelingMember(
                id: [UInt8(index & 255), UInt8(index >> 8)],
                patient: Array(slice.patient.utf8),
                series: Array(slice.series.utf8),
                offsetMillimeters: slice.offset
            )
        }
    }

    /// What a transformer learns from, and the left-out patient's slices to judge it by.
    func pools(without patient: String) throws -> (training: RegistrationPool, unseen: RegistrationPool) {
        var (training, unseen) = (RegistrationPool(), RegistrationPool())
        for (slice, compared) in zip(self.slices, self.compared) {
            let share = slice.patient == RealSlices.partialPatient ? Self.partialLevel : 1
            let (name, level) = (Array(slice.patient.utf8), slice.level.map { $0 * share })
            if slice.patient == patient {
                unseen.append(compared, patient: name, level: level)
            } else {
                training.append(compared, patient: name, level: level)
            }
        }
        for single in self.singles where single.patient != patient {
            training.append(single.slice, patient: Array(single.patient.utf8), level: nil)
        }
        return (training, unseen)
    }

    /// The similarities of all pairs, measured in both directions where a model warps.
    ///
    /// - Parameter refinement: steps by which each warp is improved; nil: none.
    func measured(
        with model: RegistrationModel?,
        refinement: PairRefinement? = nil,
        threads: Int
    ) throws -> PairSimilarities {
        let measurer = try PairMeasurer(
            model: model,
            slices: self.compared,
            threadCount: threads,
            refinement: refinement
        )
        let pairs = PairSimilarities.pairs(count: self.slices.count)
        return PairSimilarities(
            pairs: try measurer.symmetricMeasures(of: pairs).map { PairSimilarity($0) },
            count: self.slices.count
        )
    }

    /// Queries are one patient's slices, the gallery the other patients' but the one whose header's places are wrong.
    func judged(_ similarity: SimilarityMatrix, patient: String) -> LevelRetrieval {
        let queries = self.slices.indices.filter { self.slices[$0].patient == patient }
        let gallery = self.slices.indices.filter {
            self.slices[$0].patient != patient && self.slices[$0].patient != RealSlices.partialPatient
        }
        return LevelRetrieval(
            similarities: queries.flatMap { query in gallery.map { Float(similarity[query, $0]) } },
            queryLevels: queries.map { self.slices[$0].level ?? 0 },
            galleryLevels: gallery.map { self.slices[$0].level ?? 0 }
        )
    }
}
