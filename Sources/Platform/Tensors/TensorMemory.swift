private import Glibc

/// Memory for many tensors, at multiples of 64 bytes, zeroed.
@safe package final class TensorMemory: @unchecked Sendable {
    // Unchecked: whoever shares it between threads takes turns, as with the engine.
    let base: UnsafeMutableRawPointer
    /// How much there is.
    package let byteCount: Int

    /// Bytes of a large page.
    private static let largePage = 2 << 20

    /// Allocates it.
    package init(byteCount: Int) {
        self.byteCount = max(64, byteCount)
        let whole = self.byteCount / Self.largePage * Self.largePage
        unsafe self.base = .allocate(
            byteCount: self.byteCount,
            alignment: whole > 0 ? Self.largePage : 4_096
        )
        // Where a batch's inputs are megabytes, looking up addresses of small pages takes a share of the time.
        // A wish that the system need not fulfill, so its answer does not matter.
        // SAFETY: whole pages within what was just allocated.
        if whole > 0 { unsafe _ = madvise(self.base, whole, MADV_HUGEPAGE) }
        unsafe self.base.initializeMemory(as: UInt8.self, repeating: 0, count: self.byteCount)
    }

    deinit { unsafe self.base.deallocate() }
}

/// A place in memory that holds a tensor.
@safe package struct TensorPlace: Sendable {
    let memory: TensorMemory
    let offset: Int
    /// How its numbers lie there.
    package let format: TensorFormat

    /// A tensor at an offset, in bytes.
    package init(_ memory: TensorMemory, at offset: Int, format: TensorFormat) {
        precondition(offset >= 0 && offset + format.byteCount <= memory.byteCount, "beyond the memory")
        self.memory = memory
        self.offset = offset
        self.format = format
    }

    /// A plain tensor in memory of its own, zeroed.
    package init(zeros shape: [Int]) {
        let format = TensorFormat.plain(shape)
        self.init(TensorMemory(byteCount: format.byteCount), at: 0, format: format)
    }

    /// Some of the items of a plain tensor, (batch, …).
    package func items(_ range: Range<Int>) -> TensorPlace {
        let (count, others) = (self.format.shape[0], self.format.shape.dropFirst())
        precondition(self.format.isPlain && range.upperBound <= count, "no items \(range) of \(count)")
        let width = others.reduce(1, *) * self.format.type.byteCount
        return TensorPlace(
            self.memory,
            at: self.offset + range.lowerBound * width,
            format: .plain([range.count] + others, self.format.type)
        )
    }

    /// The same numbers seen in another way.
    package func seen(as format: TensorFormat) -> TensorPlace {
        TensorPlace(self.memory, at: self.offset, format: format)
    }

    /// The memory that it lies in, from its beginning.
    package func whole(as format: TensorFormat) -> TensorPlace {
        TensorPlace(self.memory, at: 0, format: format)
    }

    var start: UnsafeMutableRawPointer { unsafe self.memory.base + self.offset }

    /// The numbers of a float32 tensor, as they lie.
    package func read<T>(_ body: (Span<Float>) throws -> T) rethrows -> T {
        precondition(self.format.type == .float32, "not float32")
        // SAFETY: within the memory, which this keeps alive; checked when the place was made.
        return try unsafe body(
            Span(
                _unsafeStart: self.start.assumingMemoryBound(to: Float.self),
                count: self.format.byteCount / 4
            )
        )
    }

    /// A copy of the numbers of a float32 tensor, as they lie.
    package func copied() -> [Float] { self.read { span in span.indices.map { span[$0] } } }

    /// Overwrites the numbers of a float32 tensor, as they lie, with as many from a place on.
    package func replace(with values: [Float], from start: Int = 0) {
        self.write { span in
            precondition(start >= 0 && values.count >= start + span.count, "too few numbers")
            let source = values.span
            for index in span.indices { span[index] = source[start + index] }
        }
    }

    /// Whether no number is infinite or NaN; of blocks, padding included.
    package var isFinite: Bool {
        switch self.format.type {
        case .float32: return self.read { span in span.indices.allSatisfy { span[$0].isFinite } }
        case .bfloat16:
            return self.readBits { bits in bits.indices.allSatisfy { bits[$0] & 0x7F80 != 0x7F80 } }
        case .opaque: return true
        }
    }

    /// The numbers of a float32 tensor as they lie, to be changed.
    package func write<T>(_ body: (inout MutableSpan<Float>) throws -> T) rethrows -> T {
        precondition(self.format.type == .float32, "not float32")
        // SAFETY: as in `read`; programs run one at a time.
        var span = unsafe MutableSpan<Float>(
            _unsafeStart: self.start.assumingMemoryBound(to: Float.self),
            count: self.format.byteCount / 4
        )
        return try body(&span)
    }

    /// An opaque tensor's bytes as numbers of double precision.
    package func readDoubles<T>(_ body: (Span<Double>) throws -> T) rethrows -> T {
        precondition(self.format.type == .opaque && self.offset % 8 == 0, "no room for doubles")
        // SAFETY: as in `read`.
        return try unsafe body(
            Span(
                _unsafeStart: self.start.assumingMemoryBound(to: Double.self),
                count: self.format.byteCount / 8
            )
        )
    }

    /// Some of an opaque tensor's numbers of double precision, to be changed: several threads may each write theirs.
    package func writeDoubles<T>(
        _ range: Range<Int>,
        _ body: (inout MutableSpan<Double>) throws -> T
    ) rethrows -> T {
        precondition(self.format.type == .opaque && self.offset % 8 == 0, "no room for doubles")
        precondition(
            range.lowerBound >= 0 && range.upperBound <= self.format.byteCount / 8,
            "beyond the tensor"
        )
        // SAFETY: within the memory, as in `read`.
        var span = unsafe MutableSpan<Double>(
            _unsafeStart: self.start.assumingMemoryBound(to: Double.self) + range.lowerBound,
            count: range.count
        )
        return try body(&span)
    }

    /// The bytes of an item, (batch, …), padding included.
    package func readItem<T>(_ item: Int, _ body: (RawSpan) throws -> T) rethrows -> T {
        let bytes = self.bytes(of: item)
        // SAFETY: within the tensor, and so the memory, which this keeps alive; here and below.
        return try unsafe body(RawSpan(_unsafeStart: self.start + bytes.lowerBound, byteCount: bytes.count))
    }

    /// The bytes of an item, to be changed: several threads may each write theirs.
    package func writeItem<T>(_ item: Int, _ body: (inout MutableRawSpan) throws -> T) rethrows -> T {
        let bytes = self.bytes(of: item)
        var span = unsafe MutableRawSpan(
            _unsafeStart: self.start + bytes.lowerBound,
            byteCount: bytes.count
        )
        return try body(&span)
    }

    private func bytes(of item: Int) -> Range<Int> {
        precondition((0..<self.format.shape[0]).contains(item), "no item \(item)")
        let width = self.format.byteCount / self.format.shape[0]
        return item * width..<(item + 1) * width
    }

    /// The bits of a bfloat16 tensor's numbers, as they lie: the upper halves of those of a float32.
    package func readBits<T>(_ body: (Span<UInt16>) throws -> T) rethrows -> T {
        precondition(self.format.type == .bfloat16, "not bfloat16")
        // SAFETY: as in `read`.
        return try unsafe body(
            Span(
                _unsafeStart: self.start.assumingMemoryBound(to: UInt16.self),
                count: self.format.byteCount / 2
            )
        )
    }

    /// The bits of a bfloat16 tensor's numbers, to be changed.
    package func writeBits<T>(_ body: (inout MutableSpan<UInt16>) throws -> T) rethrows -> T {
        precondition(self.format.type == .bfloat16, "not bfloat16")
        // SAFETY: as in `read`; programs run one at a time.
        var span = unsafe MutableSpan<UInt16>(
            _unsafeStart: self.start.assumingMemoryBound(to: UInt16.self),
            count: self.format.byteCount / 2
        )
        return try body(&span)
    }
}
