internal import Glibc

/// Says that this process alone works with a data folder, until it is released or the process ends.
package final class FolderLock: Sendable {
    private let descriptor: CInt

    /// Locks a folder which exists, through the file `lock` in it.
    ///
    /// - Throws: `StorageError` of kind `locked` when another process (or another lock of this one) holds it.
    package init(folder: String) throws(StorageError) {
        let descriptor = unsafe open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemError("open") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let error = systemError("flock")
            _ = close(descriptor)
            throw isHeld
                ? StorageError(
                    .locked,
                    "another process uses the data folder \(folder); stop it or choose another"
                )
                : error
        }
        self.descriptor = descriptor
    }

    deinit {
        _ = close(descriptor)
    }
}
