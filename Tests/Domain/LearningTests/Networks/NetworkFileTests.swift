import LinearAlgebra
import Testing

@testable import Learning

@Suite("Files of networks")
struct NetworkFileTests {
    private static let format = "made up 1"
    private static let additions: [(name: String, shape: [Int], isOptional: Bool)] = [
        ("usual", [2, 3], false), ("other", [1], true),
    ]
    private let network: Network
    private let file: NetworkFile

    init() throws {
        network = try madeUpNetwork()
        file = try NetworkFile(
            format: Self.format,
            network: network,
            parameters: madeUpParameters(of: network),
            texts: ["name": "a \"text\" of two\nlines"],
            additions: NamedArrays([("usual", [2, 3], [1, 2, 3, 4, 5, -0.5])])
        )
    }

    private func read(_ bytes: [UInt8]) throws(ModelFileError) -> NetworkFile {
        try NetworkFile(serialized: bytes, format: Self.format, network: network, additions: Self.additions)
    }

    @Test("are read back equal, with what stands beside the parameters")
    func roundTrip() throws {
        let read = try read(file.bytes)
        #expect(read == file && read.fingerprint == file.fingerprint && file.fingerprint.count == 32)
        #expect(read.texts == ["name": "a \"text\" of two\nlines"])
        #expect(read.additions["usual"] == [1, 2, 3, 4, 5, -0.5] && read.additions["other"] == nil)
    }

    @Test("in half precision are half as large, and their numbers are those that are read")
    func halves() throws {
        let parameters = madeUpParameters(of: network)
        func file(_ usual: [Float]) throws -> NetworkFile {
            try NetworkFile(
                format: Self.format,
                network: network,
                parameters: parameters,
                texts: [:],
                additions: NamedArrays([("usual", [2, 3], usual)]),
                inHalves: true
            )
        }
        let half = try file([0.1, 2, 1e-9, 65_504, -0.5, 3])
        #expect(try read(half.bytes) == half)
        #expect(half.additions["usual"] == [Float(Float16(0.1)), 2, 0, 65_504, -0.5, 3])
        #expect(half.bytes.count < self.file.bytes.count * 6 / 10)
        for (rounded, exact) in zip(half.parameters.trained.values, parameters.trained.values) {
            // 11 significant bits.
            #expect(zip(rounded, exact).allSatisfy { abs($0 - $1) <= abs($1) / 2_048 + 1e-7 })
        }
        #expect(throws: ParametersError.self) { try file([65_536, 0, 0, 0, 0, 0]) }
    }

    @Test("are safetensors files whose header says what they hold")
    func header() {
        let length = (0..<8).reduce(0) { $0 | Int(file.bytes[$1]) << (8 * $1) }
        #expect((8 + length) % 8 == 0)
        let header = String(decoding: file.bytes[8..<8 + length], as: UTF8.self)
        #expect(header.hasPrefix("{\"__metadata__\":{"))
        for text in ["\"format\":\"made up 1\"", "\"usual\":{\"dtype\":\"F32\",\"shape\":[2,3]"] {
            #expect(header.contains(text))
        }
    }

    @Test("are refused when any bit is changed or any byte is missing")
    func damage() throws {
        let headerLength = (0..<8).reduce(0) { $0 | Int(file.bytes[$1]) << (8 * $1) }
        var generator = SeededGenerator(seed: 5)
        var places = [0, 3, 7, 8, 9, file.bytes.count - 1]
        places += (0..<40).map { _ in 8 + generator.below(headerLength) }
        places += (0..<10).map { _ in generator.below(file.bytes.count) }
        for place in places {
            var damaged = file.bytes
            damaged[place] ^= 1 << UInt8(generator.below(8))
            #expect(throws: ModelFileError.self, "bit flipped in byte \(place)") { try read(damaged) }
        }
        for count in [0, 7, 8, 100, 8 + headerLength, file.bytes.count - 1] {
            #expect(throws: ModelFileError.self, "cut to \(count) bytes") {
                try read(Array(file.bytes.prefix(count)))
            }
        }
        #expect(throws: ModelFileError.self) { try read(file.bytes + [0]) }
    }

    @Test("are refused with a reason for people")
    func reasons() {
        func reason(_ bytes: [UInt8]) -> String {
            do {
                _ = try read(bytes)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(reason([1, 2]).contains("2 bytes are no header length"))
        #expect(reason([UInt8](repeating: 255, count: 100)).contains("does not fit into 100"))
        var text = [UInt8](repeating: 0x20, count: 24)
        text.replaceSubrange(0..<8, with: [16, 0, 0, 0, 0, 0, 0, 0])
        #expect(reason(text).contains("not the JSON"))
        var damaged = file.bytes
        damaged[damaged.count - 1] ^= 1
        #expect(reason(damaged).contains("checksum"))
    }

    @Test("keep additions that may be absent, and are refused where one is missing, misshapen or nobody's")
    func additions() throws {
        func bytes(_ arrays: [(name: String, shape: [Int], values: [Float])]) throws -> [UInt8] {
            try NetworkFile(
                format: Self.format,
                network: network,
                parameters: madeUpParameters(of: network),
                texts: [:],
                additions: NamedArrays(arrays)
            ).bytes
        }
        let usual = ("usual", [2, 3], [Float](repeating: 1, count: 6))
        let both = try read(try bytes([("other", [1], [7]), usual]))
        #expect(both.additions["other"] == [7] && both.additions["usual"] == usual.2)
        #expect(both.parameters == file.parameters)
        let refused: [(name: String, shape: [Int], values: [Float])] = [
            ("other", [1], [7]), ("usual", [3, 2], usual.2), ("unknown", [1], [7]),
        ]
        for array in refused { #expect(throws: ModelFileError.self) { try read(try bytes([array])) } }
        #expect(throws: ModelFileError.self) { try read(try bytes([usual, ("unknown", [1], [7])])) }
        #expect(throws: ModelFileError.self) { try read(try bytes([])) }
    }
}
