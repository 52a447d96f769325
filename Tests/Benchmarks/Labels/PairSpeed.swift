import ArgumentParser
import Foundation
import Labeling
import Phantom
import RealSlices
import Registration

/// `carina-benchmarks label-pairs`: how long pairs take once the spatial transformer is trained.
struct PairSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label-pairs",
        abstract: "Measure how fast pairs are compared and labeled; prints one line of JSON."
    )

    @Option(help: "Pairs that are compared.")
    var pairs = 1_000

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
        let chosen = stride(from: 0, to: all.count, by: max(1, all.count / self.pairs)).map { all[$0] }
        // Once for nothing: kernels are compiled when they are first needed.
        _ = try measurer.symmetricMeasures(of: Array(chosen.prefix(64)))
        let comparing = try clock.measure { _ = try measurer.symmetricMeasures(of: chosen) }
        let everything = try measurer.symmetricMeasures(of: all).map { PairSimilarity($0) }
        let members = slices.enumerated().map { index, slice in
            LabelingMember(
                id: [UInt8(index & 255), UInt8(index >> 8)],
                patient: Array(slice.patient.utf8),
                series: Array(slice.series.utf8),
                offsetMillimeters: slice.offset
            )
        }
        let labeling = try clock.measure {
            let raw = PairSimilarities(pairs: everything, count: members.count)
            _ = try SideLabels(raw, of: members, recipe: LabelingRecipe())
        }
        let found: [String: Double] = [
            "slices": Double(slices.count),
            "prepare_ms_a_slice": preparing / .milliseconds(1) / Double(slices.count),
            "pairs": Double(chosen.count), "compare_s": comparing / .seconds(1),
            "all_pairs": Double(all.count), "label_all_s": labeling / .seconds(1),
        ]
        let encoded = try JSONEncoder().encode(found)
        print(String(decoding: encoded, as: UTF8.self))
    }
}
