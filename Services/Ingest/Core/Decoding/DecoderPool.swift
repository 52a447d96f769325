import Glibc
package import ImageCodecs
import ServiceKit
import Wire

/// Turns an object's bytes into pixels and facts.
package protocol ObjectDecoder: Sendable {
    /// Decodes one object.
    ///
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
    private var busy: [Int32: DecoderProcess] = [:]
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
        // The object is not to blame when the decoder was ended under it.
        if self.isStopped && !result.isUsable { throw Self.stopping }
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
        // Whoever waits for one of these gives it back, and with that it is waited for.
        for process in self.busy.values { process.interrupt() }
    }

    private static let stopping = Refusal(.busy, "the service is stopping", isRetriable: true)

    private func take() async throws -> DecoderProcess {
        while self.idle.isEmpty && self.startedCount >= self.processesMaximum {
            await withCheckedContinuation { self.waiting.append($0) }
        }
        guard !self.isStopped else {
            self.wakeOne()
            throw Self.stopping
        }
        if let process = self.idle.popLast() {
            self.busy[process.identifier] = process
            return process
        }
        self.startedCount += 1
        do {
            let process = try DecoderProcess.start(program: self.program, limits: self.limits)
            self.busy[process.identifier] = process
            return process
        } catch {
            self.startedCount -= 1
            self.wakeOne()
            throw error
        }
    }

    private func give(back process: DecoderProcess, isUsable: Bool) {
        self.busy[process.identifier] = nil
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
