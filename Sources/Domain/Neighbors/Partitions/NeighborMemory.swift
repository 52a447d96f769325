internal import Glibc

/// A piece of memory that stays valid as long as `owner` lives: allocated, or mapped from a file.
@safe package struct NeighborMemory: @unchecked Sendable {
    // Unchecked: the memory is written only through `PartitionStore`, which says who may write what.
    let base: UnsafeRawPointer
    package let byteCount: Int
    private let owner: any AnyObject & Sendable

    /// Memory that somebody else keeps.
    package init(base: UnsafeRawPointer, byteCount: Int, owner: any AnyObject & Sendable) {
        unsafe self.base = base
        self.byteCount = byteCount
        self.owner = owner
    }

    /// Fresh memory, zeroed, at a multiple of 64 bytes.
    init(zeroed byteCount: Int) {
        let allocation = Allocation(byteCount: byteCount)
        unsafe self.init(base: UnsafeRawPointer(allocation.base), byteCount: byteCount, owner: allocation)
    }

    /// A stretch of this memory, as long-lived.
    func slice(_ range: Range<Int>) -> NeighborMemory {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.byteCount, "beyond the memory")
        return unsafe NeighborMemory(
            base: self.base + range.lowerBound,
            byteCount: range.count,
            owner: self.owner
        )
    }
}

/// Memory from the system.
@safe private final class Allocation: @unchecked Sendable {
    // Unchecked: see `NeighborMemory`.
    let base: UnsafeMutableRawPointer

    /// Large pieces get large pages where the system has them: searches jump about in them.
    private static let largePage = 1 << 21

    init(byteCount: Int) {
        let isLarge = byteCount >= 8 * Self.largePage
        unsafe self.base = .allocate(byteCount: max(byteCount, 64), alignment: isLarge ? Self.largePage : 64)
        // SAFETY: `byteCount` bytes were just allocated; the advice changes no content.
        if isLarge { unsafe madvise(self.base, byteCount, Int32(MADV_HUGEPAGE)) }
        unsafe self.base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    deinit { unsafe self.base.deallocate() }
}
