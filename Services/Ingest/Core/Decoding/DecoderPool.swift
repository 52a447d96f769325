import Glibc
import ImageCodecs
import ServiceKit

/// Turns an object's bytes into pixels and facts.
protocol ObjectDecoder: Sendable {
    /// - Throws: `DecodingRefusal` with the reason why the object is not taken.
    func decode(_ bytes: [UInt8]) async throws -> DecodedObject
    /// Ends what the decoder has started.
    func stop() async
}

/// A few decoding processes, each for one object at a time; a dead one is replaced by the next object's.
actor DecoderPool: ObjectDecoder {
    private let program: String
    private let limits: DecoderLimits
    private let processesMaximum: Int
    private var idle: [DecoderProcess] = []
    private var startedCount = 0
    private var isStopped = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter program: the ingest program itself.
    init(program: String, processesMaximum: Int, limits: DecoderLimits) {
        self.program = program
        self.processesMaximum = processesMaximum
        self.limits = limits
        // A write to a decoder that has died must be an error, not the end of the service.
        signal(SIGPIPE, SIG_IGN)
    }

    func decode(_ bytes: [UInt8]) async throws -> DecodedObject {
        let process = try await self.take()
        let limits = self.limits
        let result: (answer: DecodingAnswer, isUsable: Bool)
        do {
            result = try await offPool { process.decode(bytes, limits: limits) }
        } catch {
            self.give(back: process, isUsable: false)
            throw error
        }
        self.give(back: process, isUsable: result.isUsable)
        switch result.answer {
        case .decoded(let object): return object
        case .refused(let refusal): throw refusal
        }
    }

    func stop() {
        self.isStopped = true
        for process in self.idle { process.stop() }
        self.startedCount -= self.idle.count
        self.idle = []
    }

    private func take() async throws -> DecoderProcess {
        while self.idle.isEmpty && self.startedCount >= self.processesMaximum {
            await withCheckedContinuation { self.waiting.append($0) }
        }
        if let process = self.idle.popLast() { return process }
        self.startedCount += 1
        do {
            return try DecoderProcess.start(program: self.program, limits: self.limits)
        } catch {
            self.startedCount -= 1
            self.wakeOne()
            throw error
        }
    }

    private func give(back process: DecoderProcess, isUsable: Bool) {
        if isUsable && !self.isStopped {
            self.idle.append(process)
        } else {
            process.stop()
            self.startedCount -= 1
        }
        self.wakeOne()
    }

    private func wakeOne() {
        if !self.waiting.isEmpty { self.waiting.removeFirst().resume() }
    }
}
