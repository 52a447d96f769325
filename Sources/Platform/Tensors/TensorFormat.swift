internal import COneDNN

/// What a tensor's numbers are.
package enum ElementType: Sendable, Hashable {
    case float32
    /// The upper half of a float32: its range with 8 bits of precision.
    case bfloat16
    /// Bytes that only the kernels which write them understand.
    case opaque

    /// Bytes of a number.
    package var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16: 2
        case .opaque: 1
        }
    }

    var code: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .opaque: dnnl_u8
        }
    }
}

/// Shape and type of a tensor, and how its numbers lie in memory: row after row, in oneDNN's blocks, or left to a kernel.
package struct TensorFormat: @unchecked Sendable, Equatable {
    // Unchecked: the descriptor is a plain value of numbers.
    let descriptor: dnnl_memory_desc_t
    /// Sizes, slowest first: (batch, channels, height, width), (batch, count), or those of weights.
    package let shape: [Int]
    /// What the numbers are.
    package let type: ElementType

    init(descriptor: dnnl_memory_desc_t) {
        self.descriptor = descriptor
        let dims = unsafe withUnsafeBytes(of: descriptor.dims) {
            unsafe Array($0.bindMemory(to: dnnl_dim_t.self))
        }
        self.shape = dims.prefix(Int(descriptor.ndims)).map { Int($0) }
        self.type =
            switch descriptor.data_type {
            case dnnl_f32: .float32
            case dnnl_bf16: .bfloat16
            default: .opaque
            }
    }

    private init(_ shape: [Int], _ type: ElementType, _ tag: dnnl_format_tag_t) {
        var descriptor = dnnl_memory_desc_t()
        let dims = shape.map { dnnl_dim_t($0) }
        // SAFETY: as many sizes as are announced; oneDNN copies them.
        let status = unsafe dnnl_memory_desc_init_by_tag(&descriptor, Int32(dims.count), dims, type.code, tag)
        precondition(status == dnnl_success, "a tensor of shape \(shape)")
        self.descriptor = descriptor
        self.shape = shape
        self.type = type
    }

    /// Row after row, the last size fastest.
    package static func plain(_ shape: [Int], _ type: ElementType = .float32) -> TensorFormat {
        let tags = [dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde]
        precondition((1...tags.count).contains(shape.count), "a tensor of shape \(shape)")
        return TensorFormat(shape, type, tags[shape.count - 1])
    }

    /// As the kernel likes it which is made with this.
    package static func any(_ shape: [Int], _ type: ElementType) -> TensorFormat {
        TensorFormat(shape, type, dnnl_format_tag_any)
    }

    /// (batch, channels, height, width) as (batch, height, width, channels).
    package static func channelsLast(_ shape: [Int], _ type: ElementType) -> TensorFormat {
        precondition(shape.count == 4, "no channels in \(shape)")
        return TensorFormat(shape, type, dnnl_acdb)
    }

    /// How many channels of a pixel lie side by side, in a tensor (batch, channels, height, width): one if it is plain,
    /// all if they come last, else as many as a block has. Pixels lie behind one another, then blocks, then items; nil
    /// where it is not so.
    package var channelWidth: Int? {
        guard self.shape.count == 4 else { return nil }
        if self.isPlain { return 1 }
        if self == .channelsLast(self.shape, self.type) { return self.shape[1] }
        let blocks = [(16, dnnl_aBcd16b), (8, dnnl_aBcd8b), (4, dnnl_aBcd4b)]
        return blocks.first { self == TensorFormat(self.shape, self.type, $0.1) }?.0
    }

    /// A part of this tensor where it lies; nil where the blocks do not allow it.
    package func part(_ shape: [Int], from offsets: [Int]) -> TensorFormat? {
        var descriptor = dnnl_memory_desc_t()
        let (dims, starts) = (shape.map { dnnl_dim_t($0) }, offsets.map { dnnl_dim_t($0) })
        precondition(dims.count == self.shape.count && starts.count == dims.count, "a part of another shape")
        // SAFETY: as many sizes and offsets as the tensor has.
        let status = unsafe withUnsafePointer(to: self.descriptor) {
            unsafe dnnl_memory_desc_init_submemory(&descriptor, $0, dims, starts)
        }
        return status == dnnl_success ? TensorFormat(descriptor: descriptor) : nil
    }

    /// Bytes of memory, the blocks' padding included.
    package var byteCount: Int {
        unsafe withUnsafePointer(to: self.descriptor) { unsafe dnnl_memory_desc_get_size($0) }
    }

    /// Whether the numbers lie row after row.
    package var isPlain: Bool { self == .plain(self.shape, self.type) }

    /// How many numbers.
    package var count: Int { self.shape.reduce(1, *) }

    /// Same shape, type and places.
    package static func == (a: TensorFormat, b: TensorFormat) -> Bool {
        unsafe withUnsafePointer(to: a.descriptor) { first in
            unsafe withUnsafePointer(to: b.descriptor) { second in
                unsafe dnnl_memory_desc_equal(first, second) != 0
            }
        }
    }
}
