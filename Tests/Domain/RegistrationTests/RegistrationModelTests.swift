import Learning
import LinearAlgebra
import Testing

@testable import Registration

@Suite("A registration's file")
struct RegistrationModelTests {
    private func model() throws -> RegistrationModel {
        let network = try LocalizationNetwork.network()
        var recipe = RegistrationRecipe(seed: .max)
        recipe.orientationWeight = 0.1
        return try RegistrationModel(
            parameters: LocalizationNetwork.parameters(of: network, seed: 1),
            recipe: recipe,
            quality: RegistrationQuality(
                pairCount: 3,
                arePatientsUnseen: true,
                identityDice: 0.7,
                affineDice: 0.8,
                gridDice: 0.9,
                failureShare: 0.01,
                foldedShare: 0,
                smallestDeterminant: 0.4
            )
        )
    }

    @Test("is read back as it was written")
    func roundTrip() throws {
        let model = try model()
        let read = try RegistrationModel(serialized: model.serialized())
        #expect(read == model)
        #expect(read.serialized() == model.serialized() && read.fingerprint.count == 32)
    }

    @Test("is refused when a bit was changed or the end is missing")
    func damage() throws {
        let bytes = try model().serialized()
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<12 {
            var changed = bytes
            changed[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
            #expect(throws: ModelFileError.self) { try RegistrationModel(serialized: changed) }
        }
        for count in [0, 7, 100, bytes.count - 1] {
            #expect(throws: ModelFileError.self) {
                try RegistrationModel(serialized: Array(bytes.prefix(count)))
            }
        }
    }

    @Test("is refused when it is of another kind or another network")
    func kinds() throws {
        let network = try LocalizationNetwork.network()
        let parameters = LocalizationNetwork.parameters(of: network, seed: 1)
        let other = try NetworkFile(format: "other 1", network: network, parameters: parameters, texts: [:])
        #expect(throws: ModelFileError("other 1 and not carina.registration 1")) {
            try RegistrationModel(serialized: other.bytes)
        }
        let untold = try NetworkFile(
            format: "carina.registration 1",
            network: network,
            parameters: parameters,
            texts: [:]
        )
        #expect(throws: ModelFileError("its header has no recipe")) {
            try RegistrationModel(serialized: untold.bytes)
        }
        let rest = try LocalizationNetwork.rest()
        let foreign = try NetworkFile(
            format: "carina.registration 1",
            network: rest,
            parameters: LocalizationNetwork.parameters(of: rest, seed: 1),
            texts: [:]
        )
        #expect(throws: ModelFileError("of another network")) {
            try RegistrationModel(serialized: foreign.bytes)
        }
        #expect(throws: ParametersError.self) {
            try RegistrationModel(parameters: foreign.parameters, recipe: RegistrationRecipe(), quality: nil)
        }
    }
}
