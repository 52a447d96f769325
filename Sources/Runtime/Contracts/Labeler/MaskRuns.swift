private import Wire

/// A mask's labels as runs: count u32 and label u8, row-major, as `FetchMask` carries them.
package enum MaskRuns {
    private static let runByteCount = 5

    /// The runs of these labels; neighbors that are equal share one.
    package static func encode(_ labels: [UInt8]) -> [UInt8] {
        var writer = FrameWriter()
        let values = labels.span
        var start = 0
        while start < values.count {
            let label = values[start]
            var end = start + 1
            // SAFETY: end < values.count.
            while unsafe end < values.count && values[unchecked: end] == label { end += 1 }
            writer.count(end - start)
            writer.integer(label)
            start = end
        }
        return writer.bytes
    }

    /// The labels of these runs; nil unless they are whole, not empty, and exactly `count` labels together.
    package static func decode(_ runs: [UInt8], count: Int) -> [UInt8]? {
        guard runs.count.isMultiple(of: runByteCount), count <= Limits.bulkFrameBytesMaximum else {
            return nil
        }
        var reader = FrameReader(runs, startingAt: 0)
        var labels: [UInt8] = []
        while reader.remaining > 0 {
            guard let length = try? reader.integer("count", as: UInt32.self),
                let label = try? reader.integer("label", as: UInt8.self),
                length > 0, Int(length) <= count - labels.count
            else { return nil }
            labels.append(contentsOf: repeatElement(label, count: Int(length)))
        }
        return labels.count == count ? labels : nil
    }
}
