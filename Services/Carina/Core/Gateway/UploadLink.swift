import LineProtocol
import ServiceKit
import Storage

/// Files that are sent with one command: small ones together, a large one alone.
struct UploadBatch: Sendable {
    /// Their paths.
    let files: [String]
    /// What they hold; nil for one that cannot be read.
    let objects: [[UInt8]?]

    private static let filesMaximum = 8
    private static let bytesMaximum = 6 << 20

    /// Takes the next files off a list; nil when there are none.
    init?(_ files: inout ArraySlice<String>) async {
        let next = Array(files.prefix(Self.filesMaximum))
        guard !next.isEmpty, let objects = try? await offPool({ Self.objects(of: next) }) else { return nil }
        self.files = Array(next.prefix(objects.count))
        self.objects = objects
        files.removeFirst(objects.count)
    }

    /// What the first of some files hold, as far as they may be sent together: of one at least.
    private static func objects(of files: [String]) -> [[UInt8]?] {
        var objects: [[UInt8]?] = []
        var byteCount = 0
        for file in files {
            let bytes = (try? DurableFile.read(file)) ?? nil
            byteCount += bytes?.count ?? 0
            if byteCount > Self.bytesMaximum && !objects.isEmpty { break }
            objects.append(bytes)
        }
        return objects
    }
}

/// One lane of an upload: a connection that is made again when it breaks.
struct UploadLink {
    private let options: GatewayOptions
    private var client: LineClient?

    /// Patience with a gateway or service that restarts.
    private static let attemptsMaximum = 60

    init(options: GatewayOptions) { self.options = options }

    /// Sends files until each is answered, and returns the answers in their order. The same object again changes nothing,
    /// so asking again is safe.
    mutating func store(_ batch: UploadBatch) async throws -> [Reply] {
        let objects = batch.objects.compactMap { $0 }
        let replies = try await self.store(objects)
        var answered = replies.makeIterator()
        return batch.objects.map { object in
            guard object != nil, let reply = answered.next() else {
                return Self.refused("unreadable", "cannot be opened")
            }
            return reply
        }
    }

    private mutating func store(_ objects: [[UInt8]]) async throws -> [Reply] {
        guard !objects.isEmpty else { return [] }
        do {
            let reply = try await self.send(objects)
            return objects.count == 1 ? [reply] : reply.elements
        } catch let failure as CommandFailure where failure.code == .tooBig {
            self.client = nil
            if objects.count == 1 { return [Self.refused("tooLarge", failure.text)] }
            // One of them is too large, or all of them together are.
            var replies: [Reply] = []
            for object in objects { replies += try await self.store([object]) }
            return replies
        }
    }

    private mutating func send(_ objects: [[UInt8]]) async throws -> Reply {
        for attempt in 1... {
            do {
                if self.client == nil { self.client = try await self.options.connect() }
                if let client { return try await client.send([Array("STORE".utf8)] + objects) }
            } catch let failure as CommandFailure where ![.busy, .timeout, .loading].contains(failure.code) {
                throw failure
            } catch {
                if !(error is CommandFailure) { self.client = nil }
                if attempt >= Self.attemptsMaximum { throw error }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        throw CancellationError()
    }

    mutating func close() async {
        await self.client?.close()
        self.client = nil
    }

    private static func refused(_ reason: String, _ detail: String) -> Reply {
        .fields(["outcome": .text("refused"), "reason": .text(reason), "detail": .text(detail)])
    }
}
