import ArgumentParser
import LineProtocol
import Storage
import WSSENet
import Wire

/// `carina model`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Shows the models there are, and takes them out of the registry.",
        subcommands: [ModelListCommand.self, ModelShowCommand.self, ExportCommand.self]
    )
}

/// `carina model export`
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a model to a file, for an archive or for other programs.",
        discussion: """
            safetensors: the model as Carina keeps it, its fingerprint is the file's SHA-256.
            onnx: a network (opset 17) from what is made of a slice to the parts of its vector, in batches of any size: masks
            (2 x 64 x 64), image (3 x 128 x 128), maps (8 x 64 x 64), skip (512), cells (2 x 64 x 64) and hog (1568) to
            outline (64), detail (96), density (64) and histogram (96), each of unit length. Its metadata names the model.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case safetensors
        case onnx
    }

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Fingerprint of the model. Default: the one in use.")
    var model: String?

    @Option(help: "What kind of file.")
    var format = Format.safetensors

    @Option(help: "Where to. Default: model.safetensors or model.onnx.")
    var output: String?

    struct Report: Encodable {
        let model: String
        let file: String
        let bytes: Int
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let file = try await ModelFetch.file(self.model, client)
        await client.close()
        let report = try self.write(file)
        if self.gateway.json { return try Printing.json(report) }
        Printing.line("model \(report.model)\n\(report.file): \(report.bytes) bytes")
    }

    /// Writes a model's file in the format that is asked for, whole or not at all.
    func write(_ file: [UInt8]) throws -> Report {
        let model = try ModelFetch.model(file)
        let bytes = self.format == .onnx ? try model.onnx() : file
        let path = self.output ?? "model.\(self.format.rawValue)"
        do {
            try DurableFile.write(bytes, to: path)
        } catch {
            throw CommandLineFailure("\(path) cannot be written: \(error)")
        }
        guard let fingerprint = Fingerprint(exactly: model.fingerprint) else {
            throw CommandLineFailure("the model's fingerprint is no SHA-256")
        }
        return Report(model: fingerprint.description, file: path, bytes: bytes.count)
    }
}

/// A model from the gateway.
enum ModelFetch {
    /// - Parameter fingerprint: nil: of the one in use.
    static func file(_ fingerprint: String?, _ client: LineClient) async throws -> [UInt8] {
        let words = ["MODEL"] + (fingerprint.map { [$0] } ?? [])
        let reply = try await client.send(words.map { Array($0.utf8) })
        guard case .bytes(let file) = reply else { throw CommandLineFailure("the gateway sent no model") }
        return file
    }

    static func model(_ file: [UInt8]) throws -> EmbeddingModel {
        do {
            return try EmbeddingModel(serialized: file)
        } catch {
            throw CommandLineFailure("what the gateway sent is no model: \(error)")
        }
    }
}
