/// What each of the 65,536 cells that there can be means in Hounsfield units, and which of them are padding.
struct CellTable: Sendable {
    private let values: [Int16]
    /// 1 for a cell that is padding.
    private let padded: [UInt8]
    private let hasPadding: Bool

    init(_ scale: HounsfieldScale, isInverted: Bool) {
        let form = scale.form
        let sum = form.range.lowerBound + form.range.upperBound
        var values = [Int16](repeating: 0, count: 1 << 16)
        var padded = [UInt8](repeating: 0, count: 1 << 16)
        for index in values.indices {
            let cell = UInt16(index)
            let stored = form.stored(cell)
            let value = scale.hounsfield(isInverted ? sum - stored : stored)
            let isPadding =
                scale.paddingRule?.covers(cell: cell, stored: stored) ?? false
                || Double(value) < scale.smearedPaddingBelow ?? -.infinity
            padded[index] = isPadding ? 1 : 0
            values[index] = isPadding ? HounsfieldScale.padding : value
        }
        self.values = values
        self.padded = padded
        hasPadding = padded.contains(1)
    }

    /// The meaning of (rows, columns) cells, and how many were padding.
    func look(up cells: [UInt16]) -> (values: [Int16], paddingCount: Int) {
        let (table, source) = (values.span, cells.span)
        let found = unsafe [Int16](unsafeUninitializedCapacity: cells.count) { output, count in
            // SAFETY: i < cells.count, which the buffer has room for, and a cell is below 65,536 = table.count.
            for i in 0..<source.count {
                unsafe output.initializeElement(at: i, to: table[unchecked: Int(source[unchecked: i])])
            }
            count = source.count
        }
        return (found, hasPadding ? paddingCount(cells) : 0)
    }

    private func paddingCount(_ cells: [UInt16]) -> Int {
        let (table, source) = (padded.span, cells.span)
        var count = 0
        // SAFETY: as above.
        for i in 0..<source.count { unsafe count &+= Int(table[unchecked: Int(source[unchecked: i])]) }
        return count
    }
}
