import LinearAlgebra
import Tensors
import Testing

@testable import Learning

@Suite struct ModelNetworkTests {
    @Test("the model as a network gives the model's own vectors")
    func vectors() throws {
        let model = try trainMadeUp(epochs: 1).model
        let network = try model.network
        try model.parameters.check(fit: network)
        let inference = try NetworkInference(
            network,
            parameters: model.parameters,
            precision: .float32,
            threadCount: 1
        )
        for level in [Float(0), 0.4, 1] {
            let crop = try madeUpCrop(level: level, seed: 60)
            let features = model.features(of: crop)
            let inputs = Dictionary(
                uniqueKeysWithValues: network.inputs.map { input in
                    let place = TensorPlace(zeros: [1] + input.shape)
                    place.replace(with: features[input.name] ?? [])
                    return (input.name, place)
                }
            )
            let outputs = try inference.outputs(of: inputs, count: 1)
            let found = ["outline", "detail", "density"].flatMap { outputs[$0] ?? [] }
            #expect(relativeError(found, model.embed(crop).map { Double($0) }) < 1e-4)
        }
    }

    @Test("its ONNX file is of the same network and names the model")
    func onnx() throws {
        let model = try trainMadeUp(epochs: 1).model
        let file = try ProtobufReader(try model.onnx())
        let texts = try file.messages(14).map { $0.texts(1) + $0.texts(2) }
        #expect(texts.contains(["model", hexadecimal(model.fingerprint)]))
        #expect(texts.contains(["network", hexadecimal(try model.network.fingerprint)]))
    }
}
