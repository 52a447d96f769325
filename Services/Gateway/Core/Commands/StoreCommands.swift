import Contracts
import LineProtocol
import Tomography
import Wire

/// Commands about single slices.
extension GatewayService {
    /// Most objects of one `STORE`.
    private static let objectsMaximum = 64

    /// `STORE bytes [bytes …]`
    func store(_ words: inout Words) async throws -> Reply {
        guard words.count > 1 else {
            let bytes = try words.bytes("the object's bytes")
            let stored = try await self.ingest.call(StoreObject(bytes: bytes), timeout: .seconds(30))
            return Self.describe(StoredObject(stored))
        }
        guard words.count <= Self.objectsMaximum else {
            throw CommandFailure(.badArgument, "STORE takes at most \(Self.objectsMaximum) objects")
        }
        var objects: [[UInt8]] = []
        while !words.isEmpty { objects.append(try words.bytes("the object's bytes")) }
        guard objects.reduce(4 * objects.count, { $0 + $1.count }) <= self.bulkByteCountMaximum else {
            throw CommandFailure(.tooBig, "these objects are more than one message takes; send fewer at once")
        }
        let stored = try await self.ingest.call(StoreObjects(objects: objects), timeout: .seconds(60))
        return .list(stored.results.map(Self.describe))
    }

    private static func describe(_ stored: StoredObject) -> Reply {
        .fields([
            "outcome": .text("\(stored.outcome)"),
            "slice": stored.sliceID.map { .text($0.description) } ?? .none,
            "series": stored.seriesID.map { .text($0.description) } ?? .none,
            "reason": .text(stored.reason),
            "detail": .text(stored.detail),
        ])
    }

    /// `SLICE id`
    func slice(_ words: inout Words) async throws -> Reply {
        let sliceID = try words.identifier("slice id")
        try words.end()
        guard let slice = try await self.ingest.call(FetchMetadata(sliceIDs: [sliceID])).slices.first ?? nil
        else {
            throw CommandFailure(.notFound, "no slice has the id \(sliceID)")
        }
        return .fields([
            "slice": .text(slice.sliceID.description),
            "series": .text(slice.seriesID.description),
            "study": .text(slice.studyID.description),
            "patient": .text(slice.patientID.description),
            "scale": .text(slice.scale == .hounsfield ? "hounsfield" : "grey8"),
            "rows": .integer(Int64(slice.rows)),
            "columns": .integer(Int64(slice.columns)),
            "offset": slice.offsetMillimeters.map { .number($0) } ?? .none,
            "thickness": slice.thicknessMillimeters.map { .number($0) } ?? .none,
            "kernel": slice.kernel.map { .text($0) } ?? .none,
            "date": slice.studyDate.map { .integer(Int64($0)) } ?? .none,
            "lung-area": .number(slice.lungAreaSquareCentimeters),
        ])
    }

    /// `PREVIEW id [SIDE n] [OUTLINE]`
    func preview(_ words: inout Words) async throws -> Reply {
        let sliceID = try words.identifier("slice id")
        var side = 512
        var drawsOutline = false
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "SIDE": side = try words.integer("SIDE", in: 32...2048)
            case "OUTLINE": drawsOutline = true
            default: throw CommandFailure(.badArgument, "PREVIEW takes SIDE and OUTLINE")
            }
        }
        let preview = try await self.ingest.call(
            Preview(sliceID: sliceID, side: UInt32(side), drawOutline: drawsOutline)
        )
        return .bytes(preview.jpeg)
    }

    /// `DELETE SLICE|SERIES|STUDY|PATIENT id`
    func delete(_ words: inout Words) async throws -> Reply {
        let scope: RemovalScope
        switch try words.keyword("SLICE, SERIES, STUDY or PATIENT") {
        case "SLICE": scope = .slice
        case "SERIES": scope = .series
        case "STUDY": scope = .study
        case "PATIENT": scope = .patient
        default: throw CommandFailure(.badArgument, "DELETE takes SLICE, SERIES, STUDY or PATIENT")
        }
        let id = try words.identifier("id")
        try words.end()
        let removed = try await self.ingest.call(Remove(scope: scope, id: id), timeout: .seconds(30))
        guard removed.count > 0 else { throw CommandFailure(.notFound, "nothing has the id \(id)") }
        return .integer(Int64(removed.count))
    }

    /// `QUARANTINE [FROM number] [COUNT n]`
    func quarantine(_ words: inout Words) async throws -> Reply {
        var after = 0
        var limit = 20
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "FROM": after = try words.integer("FROM", in: 0...Int.max)
            case "COUNT": limit = try words.integer("COUNT", in: 1...1000)
            default: throw CommandFailure(.badArgument, "QUARANTINE takes FROM and COUNT")
            }
        }
        let list = try await self.ingest.call(ListQuarantine(after: UInt64(after), limit: UInt32(limit)))
        return .fields([
            "counts": .list(list.counts.flatMap { [.text($0.reason), .integer(Int64($0.count))] }),
            "entries": .list(
                list.entries.map {
                    .fields([
                        "number": .integer(Int64($0.number)), "digest": .text($0.digest.description),
                        "reason": .text($0.reason), "detail": .text($0.detail),
                        "time": .integer(Int64($0.timeMilliseconds)),
                    ])
                }
            ),
        ])
    }
}
