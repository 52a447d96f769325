/// How 16-bit cells hold pixels: what Bits Stored, High Bit and Pixel Representation say.
struct StoredForm: Hashable, Sendable {
    let bitsStored: Int
    let highBit: Int
    let isSigned: Bool

    /// Nil when the bits do not fit a cell.
    init?(bitsStored: Int, highBit: Int, isSigned: Bool) {
        guard (1...16).contains(bitsStored), highBit >= bitsStored - 1, highBit <= 15 else { return nil }
        self.bitsStored = bitsStored
        self.highBit = highBit
        self.isSigned = isSigned
    }

    /// Smallest and largest number that can be stored.
    var range: ClosedRange<Int32> {
        isSigned ? -(1 << (bitsStored - 1))...(1 << (bitsStored - 1)) - 1 : 0...(1 << bitsStored) - 1
    }

    /// The number in a cell: other bits are masked away (old writers keep overlays there), the sign is
    /// extended.
    func stored(_ cell: UInt16) -> Int32 {
        let bits = (Int32(cell) >> Int32(highBit + 1 - bitsStored)) & ((1 << bitsStored) - 1)
        return isSigned && bits >> (bitsStored - 1) == 1 ? bits - (1 << bitsStored) : bits
    }
}

/// The padding attributes of a slice, as numbers in its stored form.
///
/// Writers confuse the sign here: −2000 comes as 63536 (US) beside signed pixels, or in the bits of 12.
struct PaddingRule: Hashable, Sendable {
    let word: UInt16
    /// The padding value; nil when it is no number of the stored form.
    let number: Int32?
    let range: ClosedRange<Int32>?

    /// - Parameters:
    ///   - word: the bits of Pixel Padding Value.
    ///   - limitWord: the bits of Pixel Padding Range Limit: all values between the two are padding, both
    ///     included.
    init(word: UInt16, limitWord: UInt16?, form: StoredForm) {
        func read(_ word: UInt16) -> Int32? {
            let whole = form.isSigned ? Int32(Int16(bitPattern: word)) : Int32(word)
            if form.range.contains(whole) { return whole }
            return form.isSigned ? form.stored(word) : nil
        }
        self.word = word
        let first = read(word)
        self.number = first
        let second = limitWord.flatMap(read) ?? first
        range = first.flatMap { first in second.map { min(first, $0)...max(first, $0) } }
    }

    /// Whether a cell is padding: its bits are exactly those of the attribute, or its number is in the range.
    func covers(cell: UInt16, stored: Int32) -> Bool {
        cell == word || (range?.contains(stored) ?? false)
    }
}

/// Turns the cells of one slice into Hounsfield units.
struct HounsfieldScale: Sendable {
    /// What padding becomes: as air outside the body, so that no algorithm above sees a step below air.
    static let padding: Int16 = -1_024

    let form: StoredForm
    let slope: Double
    let intercept: Double
    let paddingRule: PaddingRule?
    /// Below this many Hounsfield units a pixel is padding too; nil where padding is exact.
    ///
    /// Lossy compression smears padding, which lies far below air: what is nearer to it than to air belongs
    /// to it.
    let smearedPaddingBelow: Double?

    init(form: StoredForm, slope: Double, intercept: Double, padding: PaddingRule?, isLossy: Bool) {
        self.form = form
        self.slope = slope
        self.intercept = intercept
        paddingRule = padding
        let level = padding?.number.map { slope * Double($0) + intercept } ?? 0
        let air = Double(Self.padding)
        smearedPaddingBelow = isLossy && level < air ? (level + air) / 2 : nil
    }

    /// Slope × stored + intercept, rounded, limited to what Int16 holds.
    func hounsfield(_ stored: Int32) -> Int16 {
        let value = (slope * Double(stored) + intercept).rounded()
        return Int16(min(max(value, Double(Int16.min)), Double(Int16.max)))
    }

    /// Converts (rows, columns) cells.
    ///
    /// - Parameter isInverted: whether stored values run backward (MONOCHROME1 of some writers).
    /// - Returns: Hounsfield units, and how many cells were padding.
    func convert(_ cells: [UInt16], isInverted: Bool) -> (values: [Int16], paddingCount: Int) {
        guard let scale = WholeScale(self, isInverted: isInverted) else {
            return CellTable(self, isInverted: isInverted).look(up: cells)
        }
        return scale.convert(cells)
    }

    /// Whether MONOCHROME1 pixels have to be inverted before rescaling.
    ///
    /// The standard says that MONOCHROME1 changes only the display, not the Hounsfield units; some writers
    /// invert the stored values with it. The edge of an axial slice is air outside the body: whichever
    /// reading puts the edge's median nearer to air is right.
    func runsBackward(_ cells: [UInt16], rows: Int, columns: Int) -> Bool {
        var edge: [UInt16] = []
        for column in 0..<columns { edge += [cells[column], cells[(rows - 1) * columns + column]] }
        for row in 0..<rows { edge += [cells[row * columns], cells[row * columns + columns - 1]] }
        let stored = edge.compactMap { cell in
            let stored = form.stored(cell)
            return paddingRule?.covers(cell: cell, stored: stored) == true ? nil : stored
        }
        guard !stored.isEmpty else { return false }
        let median = stored.sorted()[stored.count / 2]
        let sum = form.range.lowerBound + form.range.upperBound
        return distanceToAir(sum - median) < distanceToAir(median)
    }

    private func distanceToAir(_ stored: Int32) -> Double {
        abs(slope * Double(stored) + intercept + 1_000)
    }
}
