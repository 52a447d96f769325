import ArgumentParser
import Foundation
import Labeling
import RealSlices
import Registration

/// `carina-benchmarks label-pairs`: how long pairs take once the spatial transformer is trained.
struct PairSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label-pairs",
        abstract: "Measure how fast pairs are compared and labeled; prints one line of JSON."
    )

    @Option(help: "Threads.")
    var threads = 1

    /// Measures.
    func run() throws {
        let slices = try RealSlices().slices.filter { $0.level != nil }
        let clock = ContinuousClock()
        var compared: [RegistrationSlice] = []
        let preparing = clock.measure { compared = slices.map { RegistrationSlice($0.crop) } }
        var pool = RegistrationPool()
        for (slice, compared) in zip(slices, compared) {
            pool.append(compared, patient: Array(slice.patient.utf8), level: slice.level)
        }
        var recipe = RegistrationRecipe()
        // Any weights take the same time.
        recipe.stepCount = 20
        let model = try trainRegistration(pool, recipe: recipe, threadCount: self.threads)
        let measurer = try PairMeasurer(model: model, slices: compared, threadCount: self.threads)
        let all = PairSimilarities.pairs(count: compared.count)
        // Once for nothing: kernels are compiled when they are first needed.
        _ = try measurer.symmetricMeasures(of: Array(all.prefix(64)))
        var measures: [PairMeasures] = []
        let comparing = try clock.measure { measures = try measurer.symmetricMeasures(of: all) }
        let members = LabelTrial.members(slices)
        let labeling = try clock.measure {
            let raw = PairSimilarities(pairs: measures.map { PairSimilarity($0) }, count: members.count)
            _ = try SideLabels(raw, of: members, recipe: LabelingRecipe())
        }
        let found: [String: Double] = [
            "slices": Double(slices.count),
            "prepare_ms_a_slice": preparing / .milliseconds(1) / Double(slices.count),
            "pairs": Double(all.count), "compare_s": comparing / .seconds(1),
            "label_s": labeling / .seconds(1),
        ]
        let encoded = try JSONEncoder().encode(found)
        print(String(decoding: encoded, as: UTF8.self))
    }
}
