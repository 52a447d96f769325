import Foundation
import Messaging
import Synchronization
import TestKit
import Testing

/// The transports which must keep the same promises.
enum Carrier: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case tcp
    case ipc
    case memory

    var testDescription: String { rawValue }

    /// Runs a body with a transport and an address nobody else uses.
    func run(_ body: (_ transport: any Transport, _ address: Address) async throws -> Void) async throws {
        switch self {
        case .tcp:
            try await body(NNGTransport(), try Address("tcp://127.0.0.1:0"))
        case .ipc:
            try await withTemporaryFolder { folder in
                try await body(NNGTransport(), try Address("ipc://\(folder)/s"))
            }
        case .memory:
            try await body(MemoryTransport(), try Address("memory://tested"))
        }
    }
}

/// 64 KiB: enough for every test which is not about size.
let testLimit = 1 << 16

/// Runs the body and returns the kind of the MessagingError which it throws, nil if it throws none.
func failureKind(_ body: () async throws -> Void) async -> MessagingError.Kind? {
    do {
        try await body()
        return nil
    } catch let error as MessagingError {
        return error.kind
    } catch {
        Issue.record("unexpected error \(error)")
        return nil
    }
}

/// Asks a listener which answers with the request itself.
func expectEcho(of bytes: [UInt8], by requester: any Requester, location: SourceLocation = #_sourceLocation)
    async throws
{
    let reply = try await requester.request(bytes, timeout: .seconds(20))
    #expect(reply == bytes, sourceLocation: location)
}

/// The open files and sockets of this process.
func openDescriptorCount() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
}

/// Takes the next message of a subscriber.
func expectNext(
    _ expected: [UInt8]?,
    from subscriber: any Subscriber,
    within timeout: Duration = .seconds(10),
    location: SourceLocation = #_sourceLocation
) async throws {
    let message = try await subscriber.next(timeout: timeout)
    #expect(message == expected, sourceLocation: location)
}

/// A value which several tasks of a test share.
final class Locked<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func withLock<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try value.withLock { value in try body(&value) }
    }
}
