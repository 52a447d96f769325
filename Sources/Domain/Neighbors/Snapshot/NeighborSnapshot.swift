/// Kinds of sections in the snapshot of an index; see `Protocols/Snapshots.md`.
package enum NeighborSection: UInt32, CaseIterable, Sendable {
    /// Parts, kernel sizes, bases.
    case layout = 1
    /// One record a partition.
    case directory = 2
    /// The partitions' memory, one behind the other; it has to start at a multiple of 64 bytes.
    case partitions = 3
    /// Series and patients.
    case owners = 4
    /// Attributes and sets of them.
    case attributes = 5
}

/// Why a snapshot is no index: what is wrong, and in which section.
package struct NeighborSnapshotError: Error, Equatable {
    /// For people; holds nothing of a patient.
    package let text: String

    /// An error with its explanation.
    init(_ section: NeighborSection, _ text: String) { self.text = "section \(section): \(text)" }
}

/// Little-endian bytes of a section that is being written.
struct SectionWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number<T: FixedWidthInteger>(_ value: T) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe self.bytes += $0 }
    }

    mutating func number(_ value: Float) { self.number(value.bitPattern) }
    mutating func number(_ value: Double) { self.number(value.bitPattern) }

    mutating func text(_ value: String) {
        let utf8 = Array(value.utf8)
        self.number(UInt32(utf8.count))
        self.bytes += utf8
    }
}

/// Reads a section and cannot run past its end.
struct SectionReader {
    private let section: NeighborSection
    private let memory: NeighborMemory
    private(set) var offset = 0

    init(_ section: NeighborSection, _ memory: NeighborMemory?) throws(NeighborSnapshotError) {
        guard let memory else { throw NeighborSnapshotError(section, "is missing") }
        self.section = section
        self.memory = memory
    }

    func failure(_ text: String) -> NeighborSnapshotError {
        NeighborSnapshotError(self.section, "\(text) (byte \(self.offset))")
    }

    mutating func number<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(NeighborSnapshotError) -> T {
        guard MemoryLayout<T>.size <= self.memory.byteCount - self.offset else {
            throw self.failure("ends early")
        }
        defer { self.offset += MemoryLayout<T>.size }
        // SAFETY: the bytes are there, checked above.
        return unsafe T(littleEndian: self.memory.base.loadUnaligned(fromByteOffset: self.offset, as: T.self))
    }

    /// A count of things that take at least so many bytes each, checked before anything is allocated for them.
    mutating func count(of byteCount: Int) throws(NeighborSnapshotError) -> Int {
        let count = Int(try self.number(UInt32.self))
        guard count <= (self.memory.byteCount - self.offset) / byteCount else {
            throw self.failure("counts more than it holds")
        }
        return count
    }

    mutating func float() throws(NeighborSnapshotError) -> Float {
        Float(bitPattern: try self.number(UInt32.self))
    }

    mutating func text() throws(NeighborSnapshotError) -> String {
        let count = try self.count(of: 1)
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes.append(try self.number(UInt8.self)) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.failure("holds no text") }
        return text
    }

    func requireEnd() throws(NeighborSnapshotError) {
        guard self.offset == self.memory.byteCount else { throw self.failure("is longer than what it holds") }
    }
}
