import Contracts
import Testing
import Wire

/// The event as a reader from before its tagged fields knows it.
private struct OlderRunProgressed: WireEvent, Equatable {
    static let kind = RunProgressed.kind
    static let schema = RunProgressed.schema

    let jobID: Identifier
    let epoch: UInt32
    let epochs: UInt32
    let losses: [Float]
    let secondsLeft: Float

    init(_ event: RunProgressed) {
        jobID = event.jobID
        epoch = event.epoch
        epochs = event.epochs
        losses = [event.trainingLoss, event.testLoss]
        secondsLeft = event.secondsLeft
    }

    init(from reader: inout FrameReader) throws(WireError) {
        jobID = try reader.read("jobID")
        epoch = try reader.read("epoch")
        epochs = try reader.read("epochs")
        losses = [try reader.read("trainingLoss"), try reader.read("testLoss")]
        secondsLeft = try reader.read("secondsLeft")
    }

    func encode(into writer: inout FrameWriter) {
        writer.write(jobID)
        writer.write(epoch)
        writer.write(epochs)
        for loss in losses { writer.write(loss) }
        writer.write(secondsLeft)
    }
}

/// W-28, W-29: a field that was added is an odd tag.
@Suite("An event with fields that were added")
struct RunProgressedTests {
    private let event = RunProgressed(
        jobID: Identifier(bytes: Array(0..<16)),
        epoch: 3,
        epochs: 60,
        trainingLoss: 1.5,
        testLoss: 2.5,
        secondsLeft: 90,
        step: 120,
        rate: 0.0018,
        stage: "detail"
    )

    @Test("is read whole, with one of them, and without")
    func reading() throws {
        #expect(try RunProgressed(decoding: event.body) == event)
        for (step, rate) in [(120, nil), (nil, 0.0018), (nil, nil)] as [(UInt32?, Float?)] {
            var less = event
            (less.step, less.rate) = (step, rate)
            #expect(try RunProgressed(decoding: less.body) == less)
            less.stage = nil
            #expect(try RunProgressed(decoding: less.body) == less)
        }
    }

    @Test("is read by a reader from before them, and the other way around")
    func growth() throws {
        let older = OlderRunProgressed(event)
        #expect(try OlderRunProgressed(decoding: event.body) == older)
        #expect(event.body.starts(with: older.body))
        let read = try RunProgressed(decoding: older.body)
        #expect(OlderRunProgressed(read) == older)
        #expect(read.step == nil && read.rate == nil && read.stage == nil)
    }

    @Test("is refused where one of them has another length or is no number")
    func refusing() {
        let older = OlderRunProgressed(event).body
        func body(_ tag: UInt16, _ value: [UInt8]) -> [UInt8] {
            var writer = FrameWriter()
            writer.tagged(tag, value)
            return older + writer.bytes
        }
        #expect(throws: WireError(.badTagLength, at: 74, reading: "step")) {
            _ = try RunProgressed(decoding: body(11, [1, 2, 3]))
        }
        #expect(throws: WireError(.badTagLength, at: 74, reading: "rate")) {
            _ = try RunProgressed(decoding: body(13, [1, 2, 3, 4, 5]))
        }
        #expect(throws: WireError(.badTagLength, at: 74, reading: "stage")) {
            _ = try RunProgressed(decoding: body(15, [0, 0, 0, 0, 0]))
        }
        #expect(throws: WireError(.notFinite, at: 74, reading: "rate")) {
            _ = try RunProgressed(decoding: body(13, [0, 0, 0x80, 0x7F]))
        }
    }
}
