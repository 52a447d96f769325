import Learning
import LinearAlgebra
import Testing

@Suite("Embedding model")
struct EmbeddingModelTests {
    private let model: EmbeddingModel

    init() throws { model = try trainMadeUp(epochs: 1).model }

    @Test("gives vectors of its parts, each of unit length, the same each time")
    func vectors() throws {
        #expect(model.parts == EmbeddingPart.standard && model.dimension == 176)
        #expect(model.parts.reduce(0) { $0 + $1.weight } == 1)
        for level in [Float(0), 0.4, 1] {
            let crop = try madeUpCrop(level: level, seed: 50)
            let vector = model.embed(crop)
            #expect(vector.count == model.dimension)
            var start = 0
            for part in model.parts {
                let square = vector[start..<start + part.count].reduce(0) { $0 + $1 * $1 }
                #expect(abs(square - 1) < 1e-5)
                start += part.count
            }
            #expect(model.embed(crop).map(\.bitPattern) == vector.map(\.bitPattern))
        }
    }

    @Test("takes less than 2 ms for a vector")
    func fast() throws {
        let crop = try madeUpCrop(level: 0.5, seed: 51)
        // The best of several: other work on the machine does not count.
        let best = (0..<20).map { _ in ContinuousClock().measure { _ = model.embed(crop) } }.min()
        #expect(try #require(best) < .milliseconds(2))
    }

    @Test("is read back equal from its bytes, with its fingerprint and card")
    func roundTrip() throws {
        let bytes = model.serialized()
        let read = try EmbeddingModel(serialized: bytes)
        #expect(read == model)
        #expect(read.serialized() == bytes)
        #expect(read.fingerprint == model.fingerprint && read.fingerprint.count == 32)
        #expect(read.card.dataSetHash == [1, 2, 3])
        let crop = try madeUpCrop(level: 0.3, seed: 52)
        #expect(read.embed(crop) == model.embed(crop))
    }

    @Test("is a safetensors file whose header says what it is")
    func header() throws {
        let bytes = model.serialized()
        let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        #expect((8 + length) % 8 == 0)
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        #expect(header.hasPrefix("{\"__metadata__\":{"))
        let texts = [
            "\"data_set_hash\":\"010203\"", "\"seed\":\"1\"", "\"detail.first.weights\":{\"dtype\":\"F32\"",
            "\"shape\":[1568,192]", "outline 0.2, detail 0.7, density 0.1",
        ]
        for text in texts { #expect(header.contains(text)) }
    }

    @Test("is refused when any bit is changed or any byte is missing")
    func damage() throws {
        let bytes = model.serialized()
        let headerLength = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        var generator = SeededGenerator(seed: 5)
        var places = [0, 3, 7, 8, 9, bytes.count - 1]
        places += (0..<40).map { _ in 8 + generator.below(headerLength) }
        places += (0..<10).map { _ in generator.below(bytes.count) }
        for place in places {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(generator.below(8))
            #expect(throws: ModelFileError.self, "bit flipped in byte \(place)") {
                try EmbeddingModel(serialized: damaged)
            }
        }
        for count in [0, 7, 8, 100, 8 + headerLength, bytes.count - 1] {
            #expect(throws: ModelFileError.self, "cut to \(count) bytes") {
                try EmbeddingModel(serialized: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: ModelFileError.self) { try EmbeddingModel(serialized: bytes + [0]) }
    }

    @Test("is refused with a reason for people")
    func reasons() throws {
        func reason(_ bytes: [UInt8]) -> String {
            do {
                _ = try EmbeddingModel(serialized: bytes)
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
        var damaged = model.serialized()
        damaged[damaged.count - 1] ^= 1
        #expect(reason(damaged).contains("checksum"))
    }
}
