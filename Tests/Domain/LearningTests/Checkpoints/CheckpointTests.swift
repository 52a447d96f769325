import LinearAlgebra
import Testing

@testable import Learning

@Suite("Checkpoint")
struct CheckpointTests {
    private let network: Network
    private let checkpoint: Checkpoint

    init() throws {
        network = try madeUpNetwork()
        var parameters = madeUpParameters(of: network)
        var optimizer = AdamW(for: parameters.trained, decay: 0.1)
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<3 {
            let gradients = madeUpArrays(like: parameters.trained, &generator)
            optimizer.step(&parameters.trained, gradients: gradients, rate: 0.01)
        }
        checkpoint = try Checkpoint(
            of: network,
            parameters: parameters,
            optimizer: optimizer.state,
            step: 3,
            epoch: 1,
            random: "seed 8",
            dataSetHash: [0, 1, 0xAB],
            notes: [
                "loss": "0.25", "sha256": "a note may be called like the checksum", "who \"says\"": "\n\\ ü",
            ]
        )
    }

    private func complaint(_ bytes: [UInt8]) -> String {
        do {
            _ = try Checkpoint(serialized: bytes, of: network)
            return ""
        } catch {
            return error.description
        }
    }

    /// The file after a change of its content, with a right checksum.
    private func changed(
        _ change: (inout [String: SafeTensors.Tensor], inout [String: String]) -> Void
    ) throws -> [UInt8] {
        let file = try SafeTensors(serialized: checkpoint.serialized())
        var (tensors, texts) = (file.tensors, file.metadata)
        change(&tensors, &texts)
        return SafeTensors(tensors: tensors, metadata: texts).serialized()
    }

    @Test("is read back to the bit")
    func roundTrip() throws {
        let bytes = checkpoint.serialized()
        let read = try Checkpoint(serialized: bytes, of: network)
        #expect(read == checkpoint)
        #expect(read.serialized() == bytes)
        for (a, b) in [
            (read.parameters.trained, checkpoint.parameters.trained),
            (read.parameters.statistics, checkpoint.parameters.statistics),
        ] {
            #expect(a.values.map { $0.map(\.bitPattern) } == b.values.map { $0.map(\.bitPattern) })
        }
        #expect(read.networkFingerprint == network.fingerprint && read.notes["loss"] == "0.25")
    }

    @Test("lets a training go on with the bits of one that never stopped")
    func resume() throws {
        let read = try Checkpoint(serialized: checkpoint.serialized(), of: network)
        func trainOn(_ checkpoint: Checkpoint) throws -> (NamedArrays, OptimizerState) {
            var parameters = checkpoint.parameters.trained
            var optimizer = AdamW(for: parameters, decay: 0.1)
            try optimizer.restore(checkpoint.optimizer)
            var generator = SeededGenerator(seed: 9)
            for _ in 0..<4 {
                let gradients = madeUpArrays(like: parameters, &generator)
                optimizer.step(&parameters, gradients: gradients, rate: 0.01)
            }
            return (parameters, optimizer.state)
        }
        let (continued, resumed) = (try trainOn(checkpoint), try trainOn(read))
        #expect(continued.0 == resumed.0 && continued.1 == resumed.1)
        #expect(resumed.1.step == 7)
    }

    @Test("keeps the state of gradient descent with momentum")
    func momentum() throws {
        var parameters = checkpoint.parameters
        var optimizer = MomentumSGD(for: parameters.trained, decay: 0)
        let gradients = parameters.trained
        optimizer.step(&parameters.trained, gradients: gradients, rate: 0.1)
        let written = try Checkpoint(
            of: network,
            parameters: parameters,
            optimizer: optimizer.state,
            step: 1,
            epoch: 0,
            random: ""
        )
        let read = try Checkpoint(serialized: written.serialized(), of: network)
        #expect(read == written && read.optimizer.kind == "sgd")
        var other = AdamW(for: parameters.trained, decay: 0)
        #expect(throws: ParametersError.self) { try other.restore(read.optimizer) }
    }

    @Test("is refused when any bit is changed or any byte is missing")
    func damage() throws {
        let bytes = checkpoint.serialized()
        var generator = SeededGenerator(seed: 6)
        let places = [0, 7, 8, 9, bytes.count - 1] + (0..<40).map { _ in generator.below(bytes.count) }
        for place in places {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(generator.below(8))
            let error = #expect(throws: CheckpointError.self, "bit flipped in byte \(place)") {
                try Checkpoint(serialized: damaged, of: network)
            }
            guard case .unreadable = error else {
                Issue.record("byte \(place): \(String(describing: error))")
                continue
            }
        }
        for count in [0, 7, 8, 1000, bytes.count / 2, bytes.count - 1] {
            #expect(complaint(Array(bytes.prefix(count))).contains("model file"), "cut to \(count) bytes")
        }
        #expect(complaint(bytes + [0]) != "")
    }

    @Test("of another network is refused")
    func otherNetwork() throws {
        var other = network
        other.outputs = ["embedding"]
        let (found, expected) = (hexadecimal(network.fingerprint), hexadecimal(other.fingerprint))
        #expect(throws: CheckpointError.network(found: found, expected: expected)) {
            try Checkpoint(serialized: checkpoint.serialized(), of: other)
        }
    }

    @Test("is refused with the array that is missing, misshapen or superfluous")
    func arrays() throws {
        let cases: [(String, (inout [String: SafeTensors.Tensor]) -> Void)] = [
            ("array model.depth.bias is missing", { $0["model.depth.bias"] = nil }),
            ("array model.stem.norm.running_var is missing", { $0["model.stem.norm.running_var"] = nil }),
            ("array optimizer.means.stem.weight is missing", { $0["optimizer.means.stem.weight"] = nil }),
            (
                "array model.depth.bias has the shape [4, 2] instead of [8]",
                {
                    $0["model.depth.bias"] = .init(
                        shape: [4, 2],
                        values: $0["model.depth.bias"]?.values ?? []
                    )
                }
            ),
            ("array model.more belongs to no layer", { $0["model.more"] = .init(shape: [1], values: [0]) }),
        ]
        for (reason, change) in cases {
            let bytes = try changed { tensors, _ in change(&tensors) }
            #expect(complaint(bytes) == "checkpoint: " + reason)
        }
    }

    @Test("is refused with the text that is missing or cannot be read")
    func texts() throws {
        for key in [
            "step", "epoch", "random", "data_set_hash", "optimizer", "optimizer_step", "optimizer_slots",
        ] {
            #expect(complaint(try changed { $1[key] = nil }) == "checkpoint: \(key): is missing")
        }
        for (key, value) in [
            ("step", "x"), ("epoch", "-1"), ("optimizer_step", ""), ("data_set_hash", "abc"),
        ] {
            #expect(complaint(try changed { $1[key] = value }).contains("\(key): is no"), "\(key) \(value)")
        }
        #expect(complaint(try changed { $1["format"] = "carina.embedding" }).contains("carina.embedding"))
        #expect(complaint(try changed { $1["optimizer_slots"] = "means" }).contains("optimizer.squares"))
        #expect(
            complaint(try changed { $1["optimizer_slots"] = "means squares x" }).contains("optimizer.x.stem")
        )
    }

    @Test("is not made of what does not fit")
    func making() throws {
        func make(_ parameters: Parameters, _ optimizer: OptimizerState, step: Int) throws {
            _ = try Checkpoint(
                of: network,
                parameters: parameters,
                optimizer: optimizer,
                step: step,
                epoch: 0,
                random: ""
            )
        }
        var broken = checkpoint.parameters
        broken.trained.values[0][0] = .nan
        #expect(throws: CheckpointError.self) { try make(broken, checkpoint.optimizer, step: 0) }
        #expect(throws: CheckpointError.self) {
            try make(checkpoint.parameters, checkpoint.optimizer, step: -1)
        }
        let short = OptimizerState(kind: "adamw", step: 0, slots: ["means": NamedArrays([])])
        #expect(throws: CheckpointError.self) { try make(checkpoint.parameters, short, step: 0) }
    }
}
