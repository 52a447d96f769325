import Labeling
import Learning
import LinearAlgebra
import Lungs
import Phantom
import RealSlices
import Registration
import Tomography
import WSSENet

/// What a network learns from when one patient is left out, as a data set of the labeler would have it.
struct NetworkPool {
    /// One slice of it.
    struct Member {
        let crop: LungCrop
        let patient: String
        /// Nil for single slices and pictures.
        let series: String?
        /// Place along the body, millimeters; nil where it is of no series.
        let offset: Double?
        /// For the transformer's choice of pairs; from the header.
        let level: Double?
    }

    let members: [Member]

    /// The partial series covers so much of the lungs.
    private static let partialLevel = 0.62
    private static let phantomSlices = 32
    private static let firstPhantom: UInt64 = 900

    /// - Parameter phantoms: synthetic patients that are added.
    init(_ folds: DescriptorFolds, without patient: String, phantoms: Int) {
        let series = folds.slices.filter { $0.patient != patient }.map {
            Member(
                crop: $0.crop,
                patient: $0.patient,
                series: $0.series,
                offset: $0.offset,
                level: $0.level
            )
        }
        let singles = folds.singles.filter { $0.patient != patient }.map {
            Member(crop: $0.crop, patient: $0.patient, series: nil, offset: nil, level: nil)
        }
        // Pictures have no patient: neighbors in the folder often show one.
        let pictures = folds.pictures.enumerated().map {
            Member(crop: $1, patient: "picture \($0 / 4)", series: nil, offset: nil, level: nil)
        }
        members = series + singles + pictures + (0..<phantoms).flatMap { Self.phantom($0) }
    }

    private static func phantom(_ number: Int) -> [Member] {
        let series = PhantomSeries(
            .drawn(seed: firstPhantom + UInt64(number), sliceCount: phantomSlices)
        )
        return (0..<series.count).compactMap { index in
            guard let slice = series.slice(at: index).slice,
                case let lungs = LungSegmenter().segment(slice), lungs.containsLung,
                let crop = lungCrop(of: slice, segmentation: lungs)
            else { return nil }
            let height = series.heights[index]
            return Member(
                crop: crop,
                patient: "phantom \(number)",
                series: "phantom \(number)",
                offset: height,
                level: series.patient.level(z: height)
            )
        }
    }

    /// The labels of all pairs by one source, ready to be learned from.
    ///
    /// - Parameters:
    ///   - source: nil: no labels, slices are told apart by their own views alone.
    ///   - seed: of the transformer.
    func trainingSet(
        labels source: LabelSource?,
        recipe: LabelingRecipe,
        seed: UInt64,
        threads: Int
    ) throws -> TrainingSet {
        guard let source else {
            let none = Matrix(identity: members.count)
            return set(outline: none, detail: none, density: none)
        }
        let named = labelingMembers
        guard source.comparesPictures else {
            let places = PairSimilarities(
                places: named,
                source: source,
                sequenceMinimum: recipe.sequenceMinimum
            )
            let matrix = Matrix(places.outline)
            return set(outline: matrix, detail: matrix, density: matrix)
        }
        let slices = members.map { RegistrationSlice($0.crop) }
        let model = source == .transformer ? try transformer(slices, seed: seed, threads: threads) : nil
        let measures = try PairMeasurer(model: model, slices: slices, threadCount: threads)
            .symmetricMeasures(of: PairSimilarities.pairs(count: members.count))
        let raw = PairSimilarities(pairs: measures.map { PairSimilarity($0) }, count: members.count)
        let labels = try SideLabels(raw, of: named, recipe: recipe)
        return set(
            outline: Matrix(labels.outline),
            detail: Matrix(labels.similarity),
            density: Matrix(labels.density)
        )
    }

    private func transformer(
        _ slices: [RegistrationSlice],
        seed: UInt64,
        threads: Int
    ) throws -> RegistrationModel {
        var pool = RegistrationPool()
        for (member, slice) in zip(members, slices) {
            let share = Self.isPartial(patient: member.patient) ? Self.partialLevel : 1
            pool.append(slice, patient: Array(member.patient.utf8), level: member.level.map { $0 * share })
        }
        return try trainRegistration(pool, recipe: RegistrationRecipe(seed: seed), threadCount: threads)
    }

    private static func isPartial(patient: String) -> Bool { patient == RealSlices.partialPatient }

    private var labelingMembers: [LabelingMember] {
        members.enumerated().map { index, member in
            LabelingMember(
                id: [UInt8(index & 255), UInt8(index >> 8)],
                patient: Array(member.patient.utf8),
                series: Array((member.series ?? "single \(index)").utf8),
                offsetMillimeters: member.offset
            )
        }
    }

    private func set(outline: Matrix, detail: Matrix, density: Matrix) -> TrainingSet {
        TrainingSet(
            crops: members.map(\.crop),
            patients: members.map { Array($0.patient.utf8) },
            outline: outline,
            detail: detail,
            density: density
        )
    }
}

extension Matrix {
    /// Ones on the diagonal, zeros elsewhere.
    fileprivate init(identity count: Int) {
        self.init(rows: count, columns: count)
        for index in 0..<count { self[index, index] = 1 }
    }

    /// Similarities of all pairs, a slice with itself 1.
    fileprivate init(_ similarities: SimilarityMatrix) {
        self.init(
            rows: similarities.count,
            columns: similarities.count,
            values: similarities.values.map { Float($0) }
        )
        for index in 0..<similarities.count { self[index, index] = 1 }
    }
}
