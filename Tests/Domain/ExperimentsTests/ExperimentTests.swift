import Evaluation
import Experiments
import Labeling
import Registration
import Testing
import WSSENet

@Suite("Experiments")
struct ExperimentTests {
    private static func data() throws -> (archive: SliceArchive, data: ExperimentData) {
        let archive = try SliceArchive(MadeUpArchive.found)
        return (archive, ExperimentData(set: archive.set, members: archive.members))
    }

    private static var shortRecipe: WSSENetRecipe {
        var recipe = WSSENetRecipe()
        (recipe.outlineSteps, recipe.detailSteps, recipe.densitySteps, recipe.batchSlices) = (3, 2, 3, 8)
        return recipe
    }

    private static func quick(_ method: Experiment.Method, _ folds: [[String]]) -> Experiment {
        var experiment = Experiment(method, folds: folds)
        experiment.agreement = .unwarped
        experiment.lesions = [.solid(radius: 8)]
        experiment.threadCount = 2
        return experiment
    }

    @Test("a recipe is trained without each patient who is asked, and compared with the trained baselines")
    func recipe() throws {
        let (archive, made) = try Self.data()
        var data = made
        data.phantoms = try SliceArchive(MadeUpArchive.found, kind: "phantom").set
        let folds = try Experiment.leavingOneOut(archive, maximum: 2)
        #expect(folds.count == 2 && folds.allSatisfy { $0.count == 1 })
        var experiment = Self.quick(.recipe(Self.shortRecipe, seeds: 2), folds)
        experiment.sources = [.unwarped, .height, .untrained]
        let result = try experiment.run(data)
        #expect(
            result.rows.map(\.name) == [
                "WSSENet", "network alone", "random", "masks 32 x 32", "pixels 32 x 32", "pixels-PCA64",
                "HOG-PCA96", "height", "untrained",
            ]
        )
        #expect(result.baselines.count == 7 && result.baselines.isDisjoint(with: result.judged))
        for row in result.rows {
            #expect(row[.levelPrecision]?.patients.map(\.name) == folds.flatMap { $0 }, "\(row.name)")
            #expect(row[.gradedGain]?.mean != nil && row[.lesionAboveNone(.solid(radius: 8))]?.mean != nil)
        }
        let phantoms = ["phantom 1", "phantom 2", "phantom 3"]
        #expect(result.phantomRows.map(\.name) == result.rows.map(\.name))
        for row in result.phantomRows {
            #expect(row[.lesionAboveNone(.solid(radius: 8))]?.patients.map(\.name) == phantoms)
        }
        let asked = result.hits.map { result.set.slices[$0.query].patient }
        #expect(Set(asked) == Set(folds.flatMap { $0 }))
        for query in result.hits {
            let patient = result.set.slices[query.query].patient
            #expect(query.hits.count == QueryHits.count)
            #expect(query.hits.allSatisfy { result.set.slices[$0].patient != patient })
        }
    }

    @Test("a model is asked for everybody; fitted baselines never for whom they were fitted to")
    func model() throws {
        let (archive, data) = try Self.data()
        let folds = try Experiment.askingAll(archive)
        #expect(folds == [["patient 1"], ["patient 2"], ["patient 3"]])
        #expect(try Experiment.askingAll(archive, groupMaximum: 2).map(\.count) == [1, 2])
        let set = try LearningPool(data.members).trainingSet(
            labels: nil,
            transformer: nil,
            recipe: LabelingRecipe(),
            threadCount: 2
        )
        let recipe = LearningSource.augmentation.adapted(Self.shortRecipe, seed: 7)
        let model = try trainedNetwork(set, recipe: recipe, threadCount: 2)
        var experiment = Self.quick(.model(model), folds)
        experiment.showsParts = true
        let result = try experiment.run(data)
        let names = Set(result.rows.map(\.name))
        #expect(
            names.isSuperset(of: ["WSSENet", "network alone", "outline", "detail", "density", "untrained"])
        )
        #expect(result.baselines.isDisjoint(with: ["outline", "detail", "density", "without density"]))
        let hog = try #require(result.rows.first { $0.name == "HOG-PCA96" })
        #expect(hog[.levelError]?.patients.map(\.name) == archive.set.patients)
        #expect(result.headline == [.levelPrecision, .levelError])
        #expect(result.verdicts.map(\.method) == ["WSSENet", "WSSENet"])
        #expect(result.beatsBaselines == result.verdicts.allSatisfy { $0.standing != .notBetter })
        // What is shown only has no verdict.
        let judged = Set(result.questions.flatMap { $0.table.verdicts.map(\.method) })
        #expect(judged == ["WSSENet", "network alone"])
    }

    @Test("a planted leak: a network that has learned from the patient who is asked is refused")
    func leak() throws {
        let (archive, data) = try Self.data()
        let pool = LearningPool(data.members, without: ["patient 2"])
        #expect(pool.patients == ["patient 1", "patient 3"])
        let set = try pool.trainingSet(
            labels: nil,
            transformer: nil,
            recipe: LabelingRecipe(),
            threadCount: 2
        )
        let recipe = LearningSource.untrained.adapted(Self.shortRecipe, seed: 1)
        let model = try trainedNetwork(set, recipe: recipe, threadCount: 2)
        let parts = try NetworkParts(model, fitted: pool.patients, threadCount: 2)
        let trial = DescriptorTrial(archive.set, lesions: [])
        #expect(throws: DescriptorError.self) {
            try trial.figures(of: parts.descriptors, leavingOut: "patient 1")
        }
        #expect(try trial.figures(of: parts.descriptors, leavingOut: "patient 2").count == 2)
    }

    @Test("too few patients, or too little to learn from, is said")
    func tooFew() throws {
        let one = try SliceArchive(Array(MadeUpArchive.found.prefix(MadeUpArchive.slicesEach)))
        #expect(throws: ExperimentError.tooFewPatients(found: 1, needed: 2, of: "patients")) {
            try Experiment.askingAll(one)
        }
        #expect(throws: ExperimentError.tooFewPatients(found: 1, needed: 2, of: "patients")) {
            try Experiment.leavingOneOut(one, maximum: 4)
        }
        var (_, data) = try Self.data()
        data.members = Array(data.members.prefix(3))
        let experiment = Self.quick(.recipe(Self.shortRecipe, seeds: 1), [["patient 2"]])
        #expect(throws: ExperimentError.tooFewSlices(found: 3, needed: 8)) { try experiment.run(data) }
    }

    @Test("the worst queries come first, and of neighbors in a series one")
    func worst() throws {
        let (archive, data) = try Self.data()
        var experiment = Self.quick(
            .recipe(Self.shortRecipe, seeds: 1),
            try Experiment.leavingOneOut(archive, maximum: 1)
        )
        experiment.sources = [.augmentation]
        experiment.agreement = nil
        experiment.lesions = []
        let result = try experiment.run(data)
        let errors = result.worst(5).map { $0.error(in: result.set) }
        #expect(!errors.isEmpty && errors == errors.sorted(by: >) && errors.allSatisfy { $0 > 0 })
        #expect(errors.first == result.hits.map { $0.error(in: result.set) }.max())
    }
}
