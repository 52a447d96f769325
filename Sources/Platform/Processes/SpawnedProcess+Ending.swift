import Glibc

extension SpawnedProcess {
    /// How a process ended.
    package enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signaled(Int32)
    }

    /// Sends a signal; nothing happens when the process is gone.
    package func send(_ signal: Int32) { kill(self.identifier, signal) }

    /// Whether the process is there (a zombie that nobody has waited for counts).
    package var isRunning: Bool { kill(self.identifier, 0) == 0 }

    /// The path of the program that the process runs, or nil when it is gone or another user's.
    package var program: String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        // SAFETY: readlink writes at most the count it is given, one less than the buffer holds.
        let count = unsafe readlink("/proc/\(self.identifier)/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The ending of a child of ours, or nil while it runs.
    package func endingIfEnded() -> Ending? { self.wait(options: WNOHANG) }

    /// Waits for the end of a child of ours. Blocks: not for the cooperative pool.
    @discardableResult
    package func waitForEnd() -> Ending? { self.wait(options: 0) }

    private func wait(options: Int32) -> Ending? {
        var status: Int32 = 0
        var result: pid_t
        repeat {
            result = unsafe waitpid(self.identifier, &status, options)
        } while result < 0 && errno == EINTR
        guard result == self.identifier else { return nil }
        // The macros WIFEXITED and WTERMSIG, which Swift does not import.
        return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signaled(status & 0x7F)
    }
}
