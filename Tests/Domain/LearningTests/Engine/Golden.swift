import Foundation

@testable import Learning

/// Numbers that Golden/make_golden.py wrote with PyTorch.
struct Golden {
    let tensors: [String: SafeTensors.Tensor]

    init(_ name: String) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let bytes = try Data(contentsOf: tests.appendingPathComponent("Golden/\(name).safetensors"))
        self.tensors = try SafeTensors(serialized: Array(bytes)).tensors
    }

    private init(tensors: [String: SafeTensors.Tensor]) { self.tensors = tensors }

    /// A tensor by its whole name.
    subscript(name: String) -> SafeTensors.Tensor {
        guard let tensor = self.tensors[name] else { preconditionFailure("no golden tensor \(name)") }
        return tensor
    }

    /// The tensors whose names start with a case's, called by the rest of their names.
    func part(_ name: String) -> Golden {
        var found: [String: SafeTensors.Tensor] = [:]
        for (key, tensor) in self.tensors where key.hasPrefix(name + ".") {
            found[String(key.dropFirst(name.count + 1))] = tensor
        }
        return Golden(tensors: found)
    }
}
