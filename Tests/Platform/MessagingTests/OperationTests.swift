import TestKit
import Testing

@testable import Messaging

@Suite("Operations of nng", .timeLimit(.minutes(1)))
struct OperationTests {
    /// Runs a body with a context on which no request will ever arrive.
    private func withSilentContext(_ body: (_ step: NNGOperation.Step) async throws -> Void) async throws {
        let socket = try NNGSocket(.reply, receiveLimit: testLimit)
        try await body(.receive(try socket.openContext()))
        await socket.close()
    }

    @Test("nng trap 11: an operation which was interrupted before its start ends at once")
    func endsInterrupted() async throws {
        try await withSilentContext { step in
            let operation = try NNGOperation()
            operation.interrupt()
            let time = await ContinuousClock().measure {
                #expect(await operation.perform(step, milliseconds: 30_000) != 0)
            }
            #expect(time < .seconds(10), "\(time)")
        }
    }

    @Test("nng trap 11: an operation whose task was cancelled before its start ends at once")
    func endsCancelled() async throws {
        try await withSilentContext { step in
            let operation = try NNGOperation()
            let time = await ContinuousClock().measure {
                await withTaskGroup(of: Int32.self) { group in
                    group.cancelAll()
                    group.addTask { await operation.perform(step, milliseconds: 30_000) }
                    #expect(await group.next() != 0)
                }
            }
            #expect(time < .seconds(10), "\(time)")
        }
    }

    @Test("an operation can run again after it timed out")
    func runsAgain() async throws {
        try await withSilentContext { step in
            let operation = try NNGOperation()
            for _ in 0..<3 {
                let time = await ContinuousClock().measure {
                    _ = await operation.perform(step, milliseconds: 20)
                }
                #expect(time >= .milliseconds(20) && time < .seconds(10), "\(time)")
            }
        }
    }

    @Test("a closed group interrupts what runs, waits for it, and starts nothing more")
    func closesGroup() async throws {
        try await withSilentContext { step in
            let group = OperationGroup()
            let operation = try group.begin()
            let running = Task {
                let code = await operation.perform(step)
                group.end(operation)
                return code
            }
            await group.close()
            #expect(await running.value != 0)
            #expect(throws: MessagingError.self) { try group.begin() }
            await group.close()
        }
    }

    @Test(
        "nng counts whole milliseconds, at least one",
        arguments: [
            (Duration.zero, Int32(1)), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2),
            (.seconds(5), 5000), (.seconds(10_000_000), Int32.max),
        ]
    )
    func roundsUp(duration: Duration, milliseconds: Int32) {
        #expect(duration.nngMilliseconds == milliseconds)
    }
}

@Suite("Mailboxes")
struct MailboxTests {
    @Test("keeps order, and drops the oldest beyond its capacity")
    func dropsOldest() async throws {
        let mailbox = Mailbox()
        let count = Mailbox.capacity + 100
        for number in 0..<count { mailbox.offer(bigEndian(UInt32(number))) }
        for number in 100..<count {
            let message = try await mailbox.next(timeout: .seconds(5))
            #expect(message == bigEndian(UInt32(number)))
        }
        let nothing = try await mailbox.next(timeout: .zero)
        #expect(nothing == nil)
    }

    @Test("what lies in a closed mailbox can still be taken, then it is closed")
    func closes() async throws {
        let mailbox = Mailbox()
        mailbox.offer([1])
        mailbox.close()
        mailbox.offer([2])
        let message = try await mailbox.next(timeout: .seconds(5))
        #expect(message == [1])
        #expect(await failureKind { _ = try await mailbox.next(timeout: .seconds(5)) } == .closed)
    }
}
