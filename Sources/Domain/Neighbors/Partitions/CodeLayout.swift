internal import LinearAlgebra

/// How the codes of vectors of parts are arranged: which sizes, not which values.
struct CodeLayout: Sendable, Equatable {
    /// Which arrangement of codes and partitions this is; raised whenever one changes, for snapshots hold them as they are.
    static let arrangement: UInt32 = 1

    let partCount: Int
    /// Values of a vector.
    let dimension: Int
    /// Floats of a padded row.
    let stride: Int
    /// 16-bit words of a tail, four positions each.
    let words: Int
    /// Code positions, those without a value included; a multiple of 16.
    let positionCount: Int
    /// Bytes of a block of codes.
    let blockBytes: Int
    /// Bytes from one tail to the next.
    let tailBytes: Int

    init(_ layout: PartLayout) {
        self.partCount = layout.parts.count
        self.dimension = layout.dimension
        self.stride = layout.stride
        self.words = (max(0, layout.dimension - CodeShape.headPositions) + 3) / 4
        self.positionCount = CodeShape.headPositions + 4 * CodeShape.paddedWords(self.words)
        self.blockBytes = CodeShape.blockBytes(partCount: layout.parts.count)
        self.tailBytes = (2 * self.words + 4 * (layout.parts.count + 1) + 15) / 16 * 16
    }

    /// Where the value of a rank (0: the one that varies most) is coded.
    func position(ofRank rank: Int) -> Int {
        guard rank >= CodeShape.headPositions else { return rank }
        let behind = rank - CodeShape.headPositions
        return CodeShape.headPositions + behind / self.words * CodeShape.paddedWords(self.words)
            + behind % self.words
    }

    /// The share by which sums over all positions may be off, in units that cover the kernels' and ours.
    var roundingShare: Float { Float(self.positionCount + 16) * 0x1p-22 }
}
