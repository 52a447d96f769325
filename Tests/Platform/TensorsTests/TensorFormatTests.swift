import Tensors
import Testing

@Suite struct TensorFormatTests {
    @Test("sizes, types and places tell formats apart")
    func equality() {
        let plain = TensorFormat.plain([2, 16, 4, 4])
        #expect(plain == .plain([2, 16, 4, 4]))
        #expect(plain != .plain([2, 16, 4, 4], .bfloat16))
        #expect(plain != .plain([2, 4, 16, 4]))
        #expect(plain.byteCount == 4 * 2 * 16 * 16)
        #expect(plain.count == 512 && plain.isPlain)
        #expect(TensorFormat.plain([3, 5], .bfloat16).byteCount == 30)
    }

    @Test("a plain tensor can be seen in parts")
    func views() throws {
        let plain = TensorFormat.plain([2, 6, 3, 3])
        let part = try #require(plain.part([2, 2, 3, 3], from: [0, 4, 0, 0]))
        #expect(part.shape == [2, 2, 3, 3])
        #expect(part != .plain([2, 2, 3, 3]))
    }

    @Test("through blocks, bfloat16 and back: what bfloat16 can hold comes back to the bit")
    func reorder() throws {
        let engine = try ComputeEngine(threadCount: 1)
        let shape = [2, 24, 5, 3]
        let convolution = try engine.convolution(
            ConvolutionFormats(
                source: .any(shape, .bfloat16),
                weights: .any([32, 24, 3, 3], .bfloat16),
                bias: nil,
                result: .any([2, 32, 3, 2], .bfloat16),
                window: Window(side: 3, stride: 2, padding: 1)
            ),
            isTraining: true
        )
        let blocked = convolution.format(.source)
        let memory = TensorMemory(byteCount: 1 << 16)
        let start = TensorPlace(memory, at: 0, format: .plain(shape))
        let middle = TensorPlace(memory, at: 1 << 13, format: blocked)
        let end = TensorPlace(memory, at: 1 << 15, format: .plain(shape))
        start.write { span in for index in span.indices { span[index] = Float(index % 251) - 125 } }
        try BoundKernel(engine.reorder(start.format, to: blocked), [.source(0): start, .result: middle]).run()
        try BoundKernel(engine.reorder(blocked, to: end.format), [.source(0): middle, .result: end]).run()
        let values = end.read { span in span.indices.map { span[$0] } }
        #expect(values == (0..<values.count).map { Float($0 % 251) - 125 })
    }

    @Test("infinities and NaN are found in both types")
    func finiteness() throws {
        let memory = TensorMemory(byteCount: 4_096)
        let place = TensorPlace(memory, at: 0, format: .plain([10]))
        let half = TensorPlace(memory, at: 1_024, format: .plain([10], .bfloat16))
        let engine = try ComputeEngine(threadCount: 1)
        let narrow = try BoundKernel(
            engine.reorder(place.format, to: half.format),
            [.source(0): place, .result: half]
        )
        for (value, isFinite) in [(Float(3), true), (.nan, false), (-.infinity, false)] {
            place.write { span in span[7] = value }
            narrow.run()
            #expect(place.isFinite == isFinite)
            #expect(half.isFinite == isFinite)
        }
    }

    @Test("what cannot be computed is refused with a reason")
    func refusal() throws {
        let engine = try ComputeEngine(threadCount: 1)
        let error = #expect(throws: TensorError.self) {
            // Seven channels do not give twelve.
            try engine.concatenation(
                [.plain([1, 3, 2, 2]), .plain([1, 4, 2, 2])],
                result: .plain([1, 12, 2, 2])
            )
        }
        #expect(error?.description.contains("concatenation: invalid arguments") == true)
    }

    @Test("channels last: of each pixel, all channels behind one another")
    func channelsLast() throws {
        let engine = try ComputeEngine(threadCount: 1)
        let shape = [2, 3, 1, 2]
        let (plain, last) = (TensorFormat.plain(shape), TensorFormat.channelsLast(shape, .float32))
        let (source, result) = (TensorPlace(zeros: shape), TensorPlace(zeros: shape).seen(as: last))
        source.replace(with: (0..<12).map { Float($0) })
        try BoundKernel(engine.reorder(plain, to: last), [.source(0): source, .result: result]).run()
        #expect(result.copied() == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    }

    @Test("how many channels of a pixel are neighbors")
    func channelWidth() throws {
        let shape = [2, 24, 5, 3]
        #expect(TensorFormat.plain(shape).channelWidth == 1)
        #expect(TensorFormat.channelsLast(shape, .bfloat16).channelWidth == 24)
        #expect(TensorFormat.any(shape, .float32).channelWidth == nil)
        #expect(TensorFormat.plain([6, 4]).channelWidth == nil)
        // A part of more channels, or turned around: other items or pixels lie between.
        #expect(TensorFormat.plain([2, 48, 5, 3]).part(shape, from: [0, 0, 0, 0])?.channelWidth == nil)
        // Whatever a kernel likes: its numbers are where the width says.
        let engine = try ComputeEngine(threadCount: 1)
        let convolution = try engine.convolution(
            ConvolutionFormats(
                source: .any(shape, .float32),
                weights: .any([40, 24, 3, 3], .float32),
                bias: nil,
                result: .any([2, 40, 5, 3], .float32),
                window: Window(side: 3, stride: 1, padding: 1)
            ),
            isTraining: true
        )
        let (plain, liked) = (TensorFormat.plain([2, 40, 5, 3]), convolution.format(.result))
        let width = try #require(liked.channelWidth)
        let (source, result) = (TensorPlace(zeros: plain.shape), TensorMemory(byteCount: liked.byteCount))
        source.replace(with: (0..<1_200).map { Float($0) })
        let place = TensorPlace(result, at: 0, format: liked)
        try BoundKernel(engine.reorder(plain, to: liked), [.source(0): source, .result: place]).run()
        let found = place.copied()
        for (index, value) in source.copied().enumerated() {
            let (item, channel, pixel) = (index / 600, index / 15 % 40, index % 15)
            let block = item * ((40 + width - 1) / width) + channel / width
            #expect(found[(block * 15 + pixel) * width + channel % width] == value)
        }
    }

    @Test("the bits of bfloat16 are the upper halves")
    func bits() {
        let place = TensorPlace(TensorMemory(byteCount: 64), at: 0, format: .plain([2], .bfloat16))
        place.writeBits { $0[1] = 0x3F80 }
        #expect(place.readBits { [$0[0], $0[1]] } == [0, 0x3F80] && place.isFinite)
        place.writeBits { $0[0] = 0x7F80 }
        #expect(!place.isFinite)
    }
}
