private import CProcess
import Glibc

/// Memory that this process shares with a child of it: what one writes the other reads, without a system call.
///
/// Who reads gets a copy, for the other side may go on writing. Sendable although it holds a pointer: the two sides agree
/// elsewhere whose turn it is, and a side that breaks the rule spoils only what is read.
@safe package final class SharedMemory: @unchecked Sendable {
    /// What `SpawnedProcess.Streams` takes.
    package let descriptor: Int32
    /// Its size.
    package let byteCount: Int
    private let start: UnsafeMutableRawPointer

    /// Makes memory to share.
    ///
    /// - Returns: nil where the system gives none; `errno` tells why.
    package convenience init?(byteCount: Int) {
        let descriptor = carina_shared_memory(byteCount)
        guard descriptor >= 0 else { return nil }
        self.init(attaching: descriptor)
    }

    /// Takes memory that the parent of this process has made.
    ///
    /// - Parameter descriptor: belongs to this object from now on.
    /// - Returns: nil, with the descriptor closed, where it is no memory.
    package init?(attaching descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
            let mapped = unsafe mmap(
                nil,
                Int(status.st_size),
                PROT_READ | PROT_WRITE,
                MAP_SHARED,
                descriptor,
                0
            ), unsafe mapped != MAP_FAILED
        else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.byteCount = Int(status.st_size)
        unsafe self.start = mapped
    }

    deinit {
        unsafe munmap(self.start, self.byteCount)
        close(self.descriptor)
    }

    /// Copies bytes to a place, which must have room for all of them.
    package func write(_ bytes: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset <= self.byteCount - bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress else { return }
            // SAFETY: the range was just compared with the size of the mapping.
            unsafe (self.start + offset).copyMemory(from: from, byteCount: source.count)
        }
    }

    /// Copies bytes from a place, where there must be so many.
    package func read(_ count: Int, at offset: Int) -> [UInt8] {
        precondition(count >= 0 && offset >= 0 && offset <= self.byteCount - count)
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: the range was just compared with the size of the mapping, and the buffer has room for it.
            if count > 0, let target = buffer.baseAddress {
                unsafe UnsafeMutableRawPointer(target).copyMemory(from: self.start + offset, byteCount: count)
            }
            initialized = count
        }
    }
}
