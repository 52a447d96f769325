private import Glibc
private import Synchronization

/// A spawned program with its own process group, whose output goes to a file.
///
/// Made by `withChildProcess`, which guarantees its end. Spawned with `posix_spawn`: nng does not survive a
/// fork.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum Ending: Equatable, Sendable {
        case exited(code: Int32)
        case killed(signal: Int32)
    }

    /// The process's number, which is its group's too.
    package let processID: Int32
    private let outputPath: String
    private let ending = Mutex<Ending?>(nil)

    fileprivate init(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        output: String
    ) throws {
        outputPath = output
        processID = try Self.spawn(program, arguments, environment, output: output)
    }

    /// What the program wrote so far, both standard output and standard error.
    package var output: String {
        (try? fileBytes(outputPath)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// How the program ended; nil while it runs.
    package var currentEnding: Ending? {
        ending.withLock { ending in
            if ending == nil { ending = Self.reap(processID) }
            return ending
        }
    }

    /// Sends a signal to the program, not to its children.
    package func send(signal: Int32) {
        ending.withLock { ending in
            if ending == nil { _ = kill(processID, signal) }
        }
    }

    /// Waits for the program's end.
    ///
    /// - Returns: nil when the time passed first.
    package func end(within timeout: Duration) async -> Ending? {
        _ = await eventually(within: timeout) { currentEnding != nil }
        return currentEnding
    }

    /// Asks the program to stop, then kills it and whatever it started.
    fileprivate func stop() async {
        send(signal: SIGTERM)
        if await end(within: .seconds(2)) == nil { send(signal: SIGKILL) }
        // The group outlives its leader when the program left children behind.
        _ = kill(-processID, SIGKILL)
        // A killed program cannot refuse to end.
        while currentEnding == nil { try? await Task.sleep(for: .milliseconds(2)) }
    }

    private static func reap(_ processID: Int32) -> Ending? {
        var status: Int32 = 0
        guard unsafe waitpid(processID, &status, WNOHANG) == processID else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: (status >> 8) & 0xFF) : .killed(signal: signal)
    }

    private static func spawn(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        output: String
    ) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Worker threads of Dispatch block signals, and a child would inherit that.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var processID: pid_t = 0
        let code = unsafe withCStrings([program] + arguments) { arguments in
            unsafe withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                unsafe posix_spawnp(&processID, program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SpawnFailure(code: code) }
        return processID
    }
}

/// Says that a program could not be started.
package struct SpawnFailure: Error {
    /// The system's error number.
    package let code: Int32
}

/// Runs a body while a program runs; the program and what it started are gone when this returns or throws.
///
/// - Parameters:
///   - program: a path, or a name looked up in `PATH`.
///   - environment: replaces the environment; nil: the test's own.
package func withChildProcess<Value>(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String]? = nil,
    _ body: (_ child: ChildProcess) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        let child = try ChildProcess(
            program,
            arguments,
            environment ?? ownEnvironment(),
            output: folder + "/output"
        )
        do {
            let value = try await body(child)
            await child.stop()
            return value
        } catch {
            await child.stop()
            throw error
        }
    }
}

/// Calls the body with a null-terminated array of C strings.
private func withCStrings<Value>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array of at least one") }
        return unsafe body(base)
    }
}
