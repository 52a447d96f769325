internal import Glibc

/// A file in memory, read-only, for as long as anyone holds this object.
///
/// The file must not be cut short meanwhile: reading beyond its end would end the process. Renaming another
/// file over it or removing it does no harm.
@safe
final class MappedFile: @unchecked Sendable {  // Nothing changes after init, and nobody writes to the memory.
    let base: UnsafeRawPointer
    let byteCount: Int

    private init(base: UnsafeRawPointer, byteCount: Int) {
        unsafe self.base = base
        self.byteCount = byteCount
    }

    /// Maps a whole file; nil when it is absent.
    ///
    /// - Throws: `SnapshotError` of kind `file`, or `truncated` for an empty file, which cannot be mapped.
    static func open(_ path: String) throws(SnapshotError) -> MappedFile? {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("open")
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.failure("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SnapshotError(.file, at: 0, "not a plain file")
        }
        let byteCount = Int(status.st_size)
        guard byteCount > 0 else { throw SnapshotError(.truncated, at: 0, "the file is empty") }
        let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw Self.failure("mmap") }
        // All of it is read soon, from front to back. Only a hint: a failure changes nothing.
        _ = unsafe madvise(address, byteCount, MADV_WILLNEED)
        return unsafe MappedFile(base: UnsafeRawPointer(address), byteCount: byteCount)
    }

    deinit {
        // SAFETY: the range is the one that mmap gave, and whoever reads it holds this object.
        _ = unsafe munmap(UnsafeMutableRawPointer(mutating: self.base), self.byteCount)
    }

    /// Bytes of the file, valid as long as this object lives.
    ///
    /// - Precondition: the range is inside of the file.
    subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.byteCount, "outside of the file")
        // SAFETY: the range was just compared with the mapped bytes.
        return unsafe UnsafeRawBufferPointer(start: self.base + range.lowerBound, count: range.count)
    }

    private static func failure(_ call: String) -> SnapshotError {
        SnapshotError(.file, at: 0, systemError(call).text)
    }
}

/// Bytes of a mapped file. They stay where they are as long as `owner` lives.
@safe
package struct MappedRegion: @unchecked Sendable {  // Read-only memory that the owner keeps.
    /// The first byte; a multiple of 4096.
    package let base: UnsafeRawPointer
    /// How many bytes.
    package let byteCount: Int
    /// Keeps the file mapped.
    package let owner: any AnyObject & Sendable

    init(_ file: MappedFile, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount, "outside of the file")
        // SAFETY: the range was just compared with the mapped bytes.
        unsafe self.base = file.base + range.lowerBound
        self.byteCount = range.count
        self.owner = file
    }
}
