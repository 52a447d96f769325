import Testing
import Wire

@testable import Contracts

@Suite("When to ask again")
struct RetryScheduleTests {
    // W-22: pauses double up to a bound, and the sum never passes the caller's patience.
    @Test("pauses double, then stay, then it gives up")
    func pauses() {
        var schedule = RetrySchedule(timeout: .seconds(5))
        var elapsed = Duration.zero
        var pauses: [Duration] = []
        while case .pause(let pause) = schedule.afterFailure(elapsed: elapsed) {
            pauses.append(pause)
            elapsed += pause
        }
        #expect(Array(pauses.prefix(6)) == [20, 40, 80, 160, 320, 640].map { Duration.milliseconds($0) })
        #expect(pauses.dropFirst(6).allSatisfy { $0 == Limits.retryPauseMaximum })
        #expect(elapsed < .seconds(5) && elapsed + Limits.retryPauseMaximum >= .seconds(5))
    }

    // W-23: no attempt waits beyond the deadline, and a lost message leaves time for another attempt.
    @Test("attempts take half of what is left, but not less than a reply needs")
    func attempts() {
        let long = RetrySchedule(timeout: .seconds(40))
        #expect(long.attemptWait(elapsed: .zero) == .seconds(20))
        #expect(long.attemptWait(elapsed: .seconds(20)) == .seconds(10))
        #expect(long.attemptWait(elapsed: .seconds(32)) == .seconds(5))
        #expect(long.attemptWait(elapsed: .seconds(38)) == .seconds(2))
        #expect(RetrySchedule(timeout: .seconds(2)).attemptWait(elapsed: .zero) == .seconds(2))
    }
}
