import Glibc

/// A child process, started with posix_spawn: a fork after nng was used panics (nng trap 13).
///
/// A value that names the process; whoever starts one ends it with ``stop(within:)`` or waits for it.
package struct SpawnedProcess: Sendable, Hashable {
    /// The process's number.
    package let identifier: Int32

    /// Names a process that runs already.
    package init(identifier: Int32) { self.identifier = identifier }

    /// Why a program was not started.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The program's path.
        package let program: String
        /// What `errno` said.
        package let code: Int32

        /// - Parameter code: what `errno` said.
        package init(program: String, code: Int32) {
            self.program = program
            self.code = code
        }

        /// Program and error, in words.
        package var description: String {
            unsafe "cannot start \(self.program): \(String(cString: strerror(self.code)))"
        }
    }

    /// Where the child's standard streams lead.
    package struct Streams: Sendable {
        /// Descriptors of this process; nil: /dev/null.
        package var input: Int32?
        /// Standard output.
        package var output: Int32?
        /// Standard error.
        package var error: Int32?
        /// What the child finds as its descriptor `shared`, beside the three; nil: nothing.
        package var shared: Int32?

        /// The number under which a child finds what is shared with it.
        package static let shared: Int32 = 3

        /// Streams that are not given lead nowhere.
        package init(
            input: Int32? = nil,
            output: Int32? = nil,
            error: Int32? = nil,
            shared: Int32? = nil
        ) {
            self.input = input
            self.output = output
            self.error = error
            self.shared = shared
        }
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path; PATH is not searched.
    ///   - environment: set beside what this process has.
    ///   - isDetached: in a session of its own: it outlives the terminal.
    package static func start(
        _ program: String,
        arguments: [String],
        environment: [String: String] = [:],
        streams: Streams,
        isDetached: Bool = false
    ) throws(Failure) -> SpawnedProcess {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        let targets = [
            (streams.input, STDIN_FILENO), (streams.output, STDOUT_FILENO), (streams.error, STDERR_FILENO),
        ]
        for (source, target) in targets {
            if let source {
                unsafe posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                unsafe posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        if let shared = streams.shared {
            unsafe posix_spawn_file_actions_adddup2(&actions, shared, Streams.shared)
        }
        // The child starts with default handling of signals, whatever this process ignores.
        var defaults = sigset_t()
        unsafe sigfillset(&defaults)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (isDetached ? Self.newSession : 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var identifier = pid_t()
        let result = unsafe withCStrings([program] + arguments) { words in
            unsafe withCStrings(Self.environment(adding: environment)) { variables in
                unsafe posix_spawn(&identifier, program, &actions, &attributes, words, variables)
            }
        }
        guard result == 0 else { throw Failure(program: program, code: result) }
        return SpawnedProcess(identifier: identifier)
    }

    /// POSIX_SPAWN_SETSID of <spawn.h>, which glibc shows to GNU sources only.
    private static let newSession: Int32 = 0x80

    /// `NAME=value` lines of this process's environment with `more` replacing.
    private static func environment(adding more: [String: String]) -> [String] {
        var lines: [String] = []
        var place = unsafe environ
        // SAFETY: environ is a list of C strings that a null ends.
        while let line = unsafe place.pointee {
            let text = unsafe String(cString: line)
            if more[String(text.prefix { $0 != "=" })] == nil { lines.append(text) }
            unsafe place += 1
        }
        return lines + more.map { "\($0.key)=\($0.value)" }
    }
}

/// Calls `body` with a list of C strings that a null ends.
private func withCStrings<R>(
    _ texts: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    // SAFETY: the copies live until `body` has returned; posix_spawn copies them again before it does.
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the list holds at least the null") }
        return unsafe body(base)
    }
}
