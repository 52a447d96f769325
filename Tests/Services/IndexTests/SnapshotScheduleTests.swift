import ServiceKit
import Testing
import Wire

@testable import IndexCore

// S-18: when a node writes.
@Suite("When a snapshot is due")
struct SnapshotScheduleTests {
    private let other = Identifier(bytes: Array(repeating: 9, count: Identifier.byteCount))

    private func schedule() -> SnapshotSchedule {
        SnapshotSchedule(eventCount: 100, interval: .seconds(60), now: .seconds(5))
    }

    @Test("enough events and enough time, both")
    func due() {
        var schedule = self.schedule()
        #expect(!schedule.isDue(nil, now: .seconds(1_000)))
        #expect(!schedule.isDue(EmbedderLog.place(500), now: .seconds(64)))
        #expect(!schedule.isDue(EmbedderLog.place(99), now: .seconds(65)))
        #expect(schedule.isDue(EmbedderLog.place(100), now: .seconds(65)))
        schedule.began(now: .seconds(70))
        #expect(!schedule.isDue(EmbedderLog.place(100), now: .seconds(129)), "a failed one waits too")
        #expect(schedule.isDue(EmbedderLog.place(100), now: .seconds(130)))
        schedule.stands(at: EmbedderLog.place(100))
        #expect(!schedule.isDue(EmbedderLog.place(199), now: .seconds(500)))
        #expect(schedule.isDue(EmbedderLog.place(200), now: .seconds(500)))
    }

    @Test("a node that stops writes when it knows more, of this log or of another")
    func stopping() {
        var schedule = self.schedule()
        #expect(!schedule.isBehind(nil) && !schedule.isBehind(EmbedderLog.place(0)))
        #expect(schedule.isBehind(EmbedderLog.place(1)))
        schedule.stands(at: EmbedderLog.place(40))
        #expect(!schedule.isBehind(EmbedderLog.place(40)) && schedule.isBehind(EmbedderLog.place(41)))
        #expect(schedule.isBehind(LogPosition(logID: self.other, seq: 40)))
        #expect(schedule.isBehind(EmbedderLog.place(39)), "the log was set back")
        schedule.stands(at: nil)
        #expect(schedule.isBehind(EmbedderLog.place(40)))
    }
}
