/// Working memory of one search: for each partition of a wave, what is to be looked at and with which factors.
@safe final class SearchScratch {
    /// Partitions that are open at once.
    static let waveSize = 8

    /// (W, B), lanes of the open partitions' blocks that are still to be looked at.
    private let masks: UnsafeMutableBufferPointer<UInt16>
    /// (W, C), the query as the open partitions' codes meet it.
    private let factors: UnsafeMutableBufferPointer<Int16>
    private let blockCount: Int
    private let positionCount: Int

    init(blockCount: Int, positionCount: Int) {
        self.blockCount = max(1, blockCount)
        self.positionCount = positionCount
        unsafe self.masks = .allocate(capacity: Self.waveSize * self.blockCount)
        unsafe self.factors = .allocate(capacity: Self.waveSize * positionCount)
        unsafe self.masks.initialize(repeating: 0)
        unsafe self.factors.initialize(repeating: 0)
    }

    deinit {
        unsafe self.masks.deallocate()
        unsafe self.factors.deallocate()
    }

    /// (B) of a place in the wave.
    func masks(_ place: Int) -> UnsafeMutableBufferPointer<UInt16> {
        precondition(place < Self.waveSize, "beyond the wave")
        // SAFETY: W times B were allocated.
        return unsafe UnsafeMutableBufferPointer(
            rebasing: self.masks[place * self.blockCount..<(place + 1) * self.blockCount]
        )
    }

    /// (C) of a place in the wave.
    func factors(_ place: Int) -> UnsafeMutableBufferPointer<Int16> {
        precondition(place < Self.waveSize, "beyond the wave")
        // SAFETY: W times C were allocated.
        return unsafe UnsafeMutableBufferPointer(
            rebasing: self.factors[place * self.positionCount..<(place + 1) * self.positionCount]
        )
    }
}
