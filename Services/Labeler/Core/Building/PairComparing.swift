import Labeling
import Learning
import Registration
import Wire

/// How often work on a data set is saved, so that no more than what came after is lost when the process ends.
package struct SavePoints: Sendable {
    /// Training steps of the spatial transformer between two checkpoints (2 MB): about a second of work.
    package var trainingSteps = 25
    /// Pairs that are compared and kept at a time: about two seconds of work.
    package var pairs = 16_384

    /// What is worth its time.
    package init() {}
}

/// Compares the slices of a plan, pair by pair: what takes long, in steps that are kept as they are done.
struct PairComparing {
    /// Whose pairs.
    let plan: LabelingPlan
    /// The plan's members, in its order.
    let slices: [RegistrationSlice]
    /// How long the spatial transformer learns.
    let registrationSteps: Int
    let threadCount: Int
    let folder: BuildingFolder
    let savePoints: SavePoints
    /// Told how much is done, 0...1, and what is being done.
    let report: @Sendable (Double, String) -> Void
    let isCancelled: @Sendable () -> Bool

    /// What was found.
    struct Comparison {
        let training: PairSimilarities
        let test: PairSimilarities
        /// What warped the slices; nil where nothing was warped.
        let registration: RegistrationModel?
    }

    private static let (modelPart, checkpointPart) = ("registration", "registration.checkpoint")

    /// Trains the spatial transformer, where the recipe wants it, and compares all pairs of each side.
    ///
    /// - Throws: `LabelingError.cancelled`, or why a step failed.
    func compared() throws -> Comparison {
        let model = self.plan.recipe.source == .transformer ? try self.registration() : nil
        let start = model == nil ? 0 : 0.5
        // What the average slice looks like is learned from the training side alone.
        let reference =
            self.plan.recipe.source.comparesPictures
            ? DensityReference(self.plan.training.map { self.slices[$0] }) : nil
        let all = Double(Self.pairCount(self.plan.training) + Self.pairCount(self.plan.test))
        let trained = Double(Self.pairCount(self.plan.training)) / all * (1 - start)
        return Comparison(
            training: try self.similarities("training", self.plan.training, model, reference) {
                self.report(start + trained * $0, $1)
            },
            test: try self.similarities("test", self.plan.test, model, reference) {
                self.report(start + trained + (1 - start - trained) * $0, $1)
            },
            registration: model
        )
    }

    private static func pairCount(_ side: [Int]) -> Int { side.count * (side.count - 1) / 2 }

    // MARK: The spatial transformer

    private func registration() throws -> RegistrationModel {
        if let bytes = try self.folder.part(Self.modelPart) {
            return try RegistrationModel(serialized: bytes)
        }
        let checkpoint = try self.folder.part(Self.checkpointPart).map {
            try Checkpoint(serialized: $0, of: try LocalizationNetwork.network())
        }
        var recipe = RegistrationRecipe(seed: self.plan.recipe.seed)
        recipe.stepCount = self.registrationSteps
        var hooks = RegistrationHooks()
        hooks.isCancelled = self.isCancelled
        hooks.saveInterval = self.savePoints.trainingSteps
        hooks.save = { try self.folder.keep($0.serialized(), as: Self.checkpointPart) }
        hooks.progress = { progress in
            let dice = "\((Double(progress.gridDice) * 1_000).rounded() / 1_000)"
            self.report(
                0.5 * Double(progress.step) / Double(progress.stepCount),
                "training the spatial transformer: step \(progress.step) of \(progress.stepCount), Dice \(dice)"
            )
        }
        do {
            let model = try trainRegistration(
                self.pool(self.plan.training),
                unseen: self.pool(self.plan.test),
                recipe: recipe,
                threadCount: self.threadCount,
                resuming: checkpoint,
                hooks: hooks
            )
            try self.folder.keep(model.serialized(), as: Self.modelPart)
            return model
        } catch RegistrationError.cancelled {
            throw LabelingError.cancelled
        }
    }

    private func pool(_ side: [Int]) -> RegistrationPool {
        var pool = RegistrationPool()
        let levels = self.plan.relativeDepths
        for member in side {
            pool.append(
                self.slices[member],
                patient: self.plan.members[member].patient,
                level: levels[member]
            )
        }
        return pool
    }

    // MARK: Pairs

    private func similarities(
        _ name: String,
        _ side: [Int],
        _ model: RegistrationModel?,
        _ reference: DensityReference?,
        report: (Double, String) -> Void
    ) throws -> PairSimilarities {
        guard self.plan.recipe.source.comparesPictures else {
            return PairSimilarities(
                places: side.map { self.plan.members[$0] },
                source: self.plan.recipe.source,
                sequenceMinimum: self.plan.recipe.sequenceMinimum
            )
        }
        let measurer = try PairMeasurer(
            model: model,
            slices: side.map { self.slices[$0] },
            threadCount: self.threadCount,
            reference: reference
        )
        let pairs = PairSimilarities.pairs(count: side.count)
        var found: [PairSimilarity] = []
        found.reserveCapacity(pairs.count)
        for start in stride(from: 0, to: pairs.count, by: self.savePoints.pairs) {
            let tile = Array(pairs[start..<min(pairs.count, start + self.savePoints.pairs)])
            found += try self.kept("\(name).\(start)", count: tile.count) { () throws(RegistrationError) in
                try measurer.symmetricMeasures(of: tile, isCancelled: self.isCancelled).map {
                    PairSimilarity($0)
                }
            }
            report(
                Double(found.count) / Double(pairs.count),
                "comparing \(found.count) of \(pairs.count) pairs"
            )
        }
        return PairSimilarities(pairs: found, count: side.count)
    }

    /// What was kept under a name, or what is computed now and kept.
    private func kept(
        _ name: String,
        count: Int,
        _ compute: () throws(RegistrationError) -> [PairSimilarity]
    ) throws -> [PairSimilarity] {
        if let bytes = try self.folder.part(name), let known = PairSimilarityBytes.decode(bytes),
            known.count == count
        {
            return known
        }
        if self.isCancelled() { throw LabelingError.cancelled }
        do {
            let found = try compute()
            try self.folder.keep(PairSimilarityBytes.encode(found), as: name)
            return found
        } catch RegistrationError.cancelled {
            throw LabelingError.cancelled
        }
    }
}

/// Similarities of pairs as bytes: three floats each.
private enum PairSimilarityBytes {
    static func encode(_ pairs: [PairSimilarity]) -> [UInt8] {
        var writer = FrameWriter(reserving: 12 * pairs.count)
        for pair in pairs {
            writer.write(pair.outline)
            writer.write(pair.detail)
            writer.write(pair.density)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) -> [PairSimilarity]? {
        var reader = FrameReader(bytes, startingAt: 0)
        var pairs: [PairSimilarity] = []
        pairs.reserveCapacity(bytes.count / 12)
        do throws(WireError) {
            while reader.remaining > 0 {
                pairs.append(
                    PairSimilarity(
                        outline: try reader.read("outline"),
                        detail: try reader.read("detail"),
                        density: try reader.read("density")
                    )
                )
            }
        } catch { return nil }
        return pairs
    }
}
