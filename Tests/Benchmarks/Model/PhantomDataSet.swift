import Labeling
import LinearAlgebra
import Lungs
import Phantom
import Registration
import Storage
import Synchronization
import Tomography
import WSSENet

/// Slices of made-up patients with the labels that the labeler would give them.
struct PhantomDataSet {
    let training: TrainingSet
    let test: TrainingSet
    /// SHA-256 of members and labels.
    let hash: String

    /// The labeler's own choice.
    private static let registrationSteps = 900

    /// - Parameters:
    ///   - patients: one series each, of the seeds 1 and up.
    ///   - slices: of each series.
    ///   - seed: of the split, the transformer's training and the order of members.
    init(patients: Int, slices: Int, source: LabelSource, seed: UInt64, threads: Int) throws {
        let all = Self.members(patients: patients, slices: slices, threads: threads)
        let plan = try LabelingPlan(
            members: all.map(\.member),
            recipe: LabelingRecipe(seed: seed, source: source)
        )
        let crops = Dictionary(uniqueKeysWithValues: all.map { ($0.member.id, $0.crop) })
        let chosen = plan.members.compactMap { crops[$0.id] }
        let labeled = try Self.labeled(plan, chosen.map { RegistrationSlice($0) }, threads: threads)
        self.training = Self.set(labeled, chosen, isTest: false)
        self.test = Self.set(labeled, chosen, isTest: true)
        self.hash = Digest(of: labeled.canonicalBytes()).description
    }

    private typealias Slice = (member: LabelingMember, crop: LungCrop)

    /// All slices that show lungs, patient by patient.
    private static func members(patients: Int, slices: Int, threads: Int) -> [Slice] {
        let found = Mutex([[Slice]](repeating: [], count: patients))
        inParallel(patients, threadCount: threads) { patient in
            let series = PhantomSeries(.drawn(seed: UInt64(patient + 1), sliceCount: slices))
            let own = series.heights.indices.compactMap { index -> Slice? in
                guard let slice = series.slice(at: index).slice else { return nil }
                let segmentation = LungSegmenter().segment(slice)
                guard segmentation.containsLung, let crop = lungCrop(of: slice, segmentation: segmentation)
                else { return nil }
                let name = Array(series.patientID.utf8)
                let member = LabelingMember(
                    id: [UInt8(patient & 255), UInt8(patient >> 8), UInt8(index & 255), UInt8(index >> 8)],
                    patient: name,
                    series: name,
                    offsetMillimeters: series.heights[index]
                )
                return (member, crop)
            }
            found.withLock { $0[patient] = own }
        }
        return found.withLock { $0 }.flatMap { $0 }
    }

    private static func labeled(
        _ plan: LabelingPlan,
        _ slices: [RegistrationSlice],
        threads: Int
    ) throws -> LabeledDataSet {
        let levels = plan.relativeDepths
        func pool(_ side: [Int]) -> RegistrationPool {
            var pool = RegistrationPool()
            for member in side {
                pool.append(slices[member], patient: plan.members[member].patient, level: levels[member])
            }
            return pool
        }
        var model: RegistrationModel?
        if plan.recipe.source == .transformer {
            var recipe = RegistrationRecipe(seed: plan.recipe.seed)
            recipe.stepCount = Self.registrationSteps
            model = try trainRegistration(
                pool(plan.training),
                unseen: pool(plan.test),
                recipe: recipe,
                threadCount: threads
            )
        }
        let reference = DensityReference(plan.training.map { slices[$0] })
        func similarities(_ side: [Int]) throws -> PairSimilarities {
            let measurer = try PairMeasurer(
                model: model,
                slices: side.map { slices[$0] },
                threadCount: threads,
                reference: reference
            )
            let pairs = PairSimilarities.pairs(count: side.count)
            return PairSimilarities(
                pairs: try measurer.measures(of: pairs).map { PairSimilarity($0) },
                count: side.count
            )
        }
        return try labelDataSet(
            plan: plan,
            training: try similarities(plan.training),
            test: try similarities(plan.test),
            progress: { _ in },
            isCancelled: { false }
        )
    }

    /// One side with its labels as matrices, 1 on the diagonal.
    private static func set(_ labeled: LabeledDataSet, _ crops: [LungCrop], isTest: Bool) -> TrainingSet {
        let members = labeled.members.indices.filter { labeled.members[$0].isTest == isTest }
        var places = [Int](repeating: 0, count: labeled.members.count)
        for (place, member) in members.enumerated() { places[member] = place }
        var outline = Matrix(rows: members.count, columns: members.count)
        for index in members.indices { outline[index, index] = 1 }
        var (detail, density) = (outline, outline)
        for pair in labeled.pairs where labeled.members[pair.first].isTest == isTest {
            let (first, second) = (places[pair.first], places[pair.second])
            for (row, column) in [(first, second), (second, first)] {
                outline[row, column] = pair.outlineSimilarity
                detail[row, column] = pair.similarity
                density[row, column] = pair.densitySimilarity
            }
        }
        return TrainingSet(
            crops: members.map { crops[$0] },
            patients: members.map { labeled.members[$0].patient },
            outline: outline,
            detail: detail,
            density: density
        )
    }
}
