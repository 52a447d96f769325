import Learning
import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("A training that goes on later", .serialized)
struct ResumedTrainingTests {
    @Test("from its state in the middle of any stage gives a model of the same bytes")
    func resumed() throws {
        let run = try TrainingRun()
        var whole = try run.start()
        let bytes = try TrainingRun.finish(&whole).serialized()
        // The stages have 12, 8 and 12 steps, an epoch two: middles of epochs, epochs' ends, stages' ends, and all done.
        for stop in [0, 5, 10, 12, 17, 20, 29, 32] {
            var first = try run.start()
            for _ in 0..<stop { _ = try first.step() }
            let state = TrainingState(files: try first.state().files)
            var second = try run.start(resuming: state)
            #expect(second.stage == first.stage && second.reports == first.reports)
            #expect(try second.state() == state)
            #expect(try TrainingRun.finish(&second).serialized() == bytes, "stopped after \(stop) steps")
            #expect(second.reports == whole.reports)
        }
    }

    @Test("is refused with another recipe or other data")
    func others() throws {
        var run = try TrainingRun()
        var training = try run.start()
        _ = try training.step()
        let state = try training.state()
        run.recipe.decay = 2e-3
        #expect(throws: WSSENetError.otherTraining("it has another recipe or other data")) {
            try run.start(resuming: state)
        }
        run = try TrainingRun()
        run.dataSetHash = "0c"
        #expect(throws: WSSENetError.otherTraining("it has another recipe or other data")) {
            try run.start(resuming: state)
        }
    }

    @Test(
        "is refused when a file is missing or damaged",
        arguments: ["progress", "current", "best", "outline"]
    )
    func damaged(name: String) throws {
        let run = try TrainingRun()
        var training = try run.start()
        // In the second half of the detail stage, where something is the best already.
        for _ in 0..<19 { _ = try training.step() }
        var files = try training.state().files
        let bytes = try #require(files[name])
        for count in [0, 40, bytes.count - 1] {
            files[name] = Array(bytes.prefix(count))
            #expect(throws: (any Error).self) { try run.start(resuming: TrainingState(files: files)) }
        }
        var damaged = bytes
        damaged[bytes.count / 2] ^= 0x40
        files[name] = damaged
        #expect(throws: (any Error).self) { try run.start(resuming: TrainingState(files: files)) }
        files[name] = nil
        #expect(throws: WSSENetError.self) { try run.start(resuming: TrainingState(files: files)) }
    }

    @Test("is refused with files of two moments")
    func mixed() throws {
        let run = try TrainingRun()
        var training = try run.start()
        for _ in 0..<3 { _ = try training.step() }
        var files = try training.state().files
        _ = try training.step()
        files["current"] = try training.state().files["current"]
        #expect(throws: WSSENetError.otherTraining("its files are not of one moment")) {
            try run.start(resuming: TrainingState(files: files))
        }
    }
}
