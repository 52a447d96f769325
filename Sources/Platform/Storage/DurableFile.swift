private import CFiles
internal import Glibc

/// Small files which are whole or absent, also after a crash.
package enum DurableFile {
    /// Writes a file beside its place, syncs it, renames it over the old one and syncs the folder.
    ///
    /// - Throws: `StorageError` of kind `file`; the old content is then still there.
    package static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        let temporary = temporaryPath(beside: path)
        try writeNew(bytes, to: temporary)
        do throws(StorageError) {
            try move(temporary, to: path)
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    /// Reads a whole file; nil when it is absent.
    package static func read(_ path: String) throws(StorageError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw systemError("open")
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw systemError("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StorageError(.file, "not a plain file") }
        var failure: StorageError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            do throws(StorageError) {
                // SAFETY: `fill` writes only within the buffer and tells how much of it, from the start.
                try unsafe fill(UnsafeMutableRawBufferPointer(buffer), count: &count, from: descriptor)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        count: inout Int,
        from descriptor: CInt
    ) throws(StorageError) {
        while count < buffer.count {
            // SAFETY: count < count of the buffer, and read writes at most the count which remains.
            let got = unsafe Glibc.read(
                descriptor,
                buffer.baseAddress.map { unsafe $0 + count },
                buffer.count - count
            )
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw systemError("read") }
            guard got > 0 else { throw StorageError(.file, "a file became shorter while it was read") }
            count += got
        }
    }

    /// Reads to the end of whatever a path names, also where a size is not known: a pipe, `/proc`, a mounted secret.
    package static func readStream(_ path: String) throws(StorageError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError("open") }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { buffer in
                // SAFETY: read writes at most the count of the buffer.
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw systemError("read") }
            guard count > 0 else { return bytes }
            bytes += part.prefix(count)
        }
    }

    /// Removes a file; an absent one is no error.
    package static func remove(_ path: String) throws(StorageError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw systemError("unlink") }
    }

    /// Creates a folder, readable by its owner only, and those above it; existing ones are left as they are.
    package static func createFolder(_ path: String) throws(StorageError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw StorageError(.file, "not a folder") }
            return
        }
        let parent = folder(of: path)
        if parent != path { try createFolder(parent) }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw systemError("mkdir") }
        try syncFolder(parent)
    }

    /// Creates folders of one parent, which must exist, readable by their owner only; existing ones are left as they are.
    static func createFolders(_ paths: [String]) throws(StorageError) {
        var isNew = false
        for path in paths {
            if unsafe mkdir(path, 0o700) == 0 {
                isNew = true
            } else if errno != EEXIST {
                throw systemError("mkdir")
            }
        }
        if isNew, let first = paths.first { try syncFolder(folder(of: first)) }
    }

    /// Whether a path names anything.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// A name that no other writer of this file has, in the same folder.
    static func temporaryPath(beside path: String) -> String {
        "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max)).new"
    }

    /// Writes and syncs a file which must not exist yet; a half-written one is removed.
    static func writeNew(_ bytes: [UInt8], to path: String) throws(StorageError) {
        // SAFETY: C reads exactly `count` bytes from the start of the buffer.
        let descriptor = unsafe bytes.withUnsafeBytes { source in
            unsafe carina_create_file(path, source.baseAddress, source.count)
        }
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            let error = systemError("create")
            if !isThere { _ = unsafe unlink(path) }
            throw error
        }
        do throws(StorageError) {
            defer { _ = close(descriptor) }
            guard fsync(descriptor) == 0 else { throw systemError("fsync") }
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Renames a file over another of the same file system and syncs the folder.
    package static func move(_ source: String, to path: String) throws(StorageError) {
        guard unsafe rename(source, path) == 0 else { throw systemError("rename") }
        try syncFolder(folder(of: path))
    }

    /// Makes renames and new entries of a folder durable.
    static func syncFolder(_ path: String) throws(StorageError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError("open") }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError("fsync") }
    }

    /// Writes bytes at the place where the descriptor stands.
    static func writeAll(_ bytes: [UInt8], to descriptor: CInt) throws(StorageError) {
        try unsafe writeAll(bytes.span.bytes, to: descriptor)  // A byte has no padding.
    }

    /// Writes bytes at the place where the descriptor stands.
    static func writeAll(_ bytes: RawSpan, to descriptor: CInt) throws(StorageError) {
        var offset = 0
        while offset < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                // SAFETY: offset < count of the buffer, and write reads at most the count which remains.
                unsafe Glibc.write(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + offset },
                    buffer.count - offset
                )
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw systemError("write") }
            offset += count
        }
    }

    /// The folder in which a path stands; "." for a bare name.
    static func folder(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}

/// The error of the system call which just failed, without the path: file names of patients stay out of logs.
func systemError(_ call: String) -> StorageError {
    let code = errno
    // SAFETY: strerror returns a zero-terminated string which is copied before the next call.
    let text = unsafe String(cString: strerror(code))
    return StorageError(.file, "\(call): \(text)")
}
