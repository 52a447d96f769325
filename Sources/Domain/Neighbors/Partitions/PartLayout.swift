private import LinearAlgebra

/// How a vector of parts lies in memory: each part padded with zeros to whole lanes, which changes no bit of a
/// distance and lets the kernels run without rests.
package struct PartLayout: Sendable, Equatable {
    /// (P): values in each part.
    package let parts: [Int]
    /// (P): end of each padded part.
    let ends: [UInt32]
    /// Values of a vector.
    package let dimension: Int
    /// Floats of a padded row.
    let stride: Int

    /// The layout of parts with these sizes, each at least 1.
    package init(parts: [Int]) {
        precondition(!parts.isEmpty && parts.allSatisfy { $0 > 0 }, "a part without values")
        self.parts = parts
        self.dimension = parts.reduce(0, +)
        precondition(self.dimension <= NeighborLimits.dimensionMaximum, "more values than a vector may have")
        var end = 0
        self.ends = parts.map { count in
            end += (count + distanceLaneCount - 1) / distanceLaneCount * distanceLaneCount
            return UInt32(end)
        }
        self.stride = end
    }

    /// The padded row of a vector, after a check that every distance to it will be finite.
    func row(_ vector: [Float]) throws(NeighborError) -> [Float] {
        guard vector.count == self.dimension else {
            throw .wrongDimension(expected: self.dimension, found: vector.count)
        }
        // A NaN is not at most anything, so it is refused too.
        if let position = vector.firstIndex(where: { !($0.magnitude <= NeighborLimits.magnitudeMaximum) }) {
            throw .unusableValue(position: position)
        }
        var row = [Float]()
        row.reserveCapacity(self.stride)
        var start = 0
        for (count, end) in zip(self.parts, self.ends) {
            row += vector[start..<start + count]
            row += repeatElement(0, count: Int(end) - row.count)
            start += count
        }
        return row
    }

    /// Distances, part by part, from a row to each of several rows.
    ///
    /// - Returns: (N, P).
    func partDistances(from row: Span<Float>, to rows: Span<Float>) -> [Float] {
        var distances = [Float](repeating: 0, count: rows.count / self.stride * self.parts.count)
        var output = distances.mutableSpan
        partSquaredDistances(into: &output, rows: rows, query: row, partEnds: self.ends.span)
        for index in distances.indices {
            distances[index] = distances[index].squareRoot()
        }
        return distances
    }
}
