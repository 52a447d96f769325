import Contracts
import TestKit
import Testing
import Tomography
import Wire

/// W-28: what the code calls things is what the registry calls them, and no number means two things.
@Suite("Registry")
struct RegistryTests {
    private let registry = GoldenVectors.registry

    private func rows(_ section: String) -> [GoldenValue] { registry[section]?.list ?? [] }

    private func active(_ section: String) -> [GoldenValue] {
        rows(section).filter { $0["status"]?.text == "active" }
    }

    private func number(_ text: String?) -> UInt8 {
        UInt8(text?.dropFirst(2) ?? "", radix: 16) ?? 0
    }

    @Test("every operation of the code is in the registry, and the other way around")
    func operations() throws {
        let active = active("messages")
        try #require(active.count > 40)
        let services = Dictionary(
            uniqueKeysWithValues: ServiceNumber.all.map { ($0.name, $0) }
        )
        var found: Set<String> = []
        for row in active {
            let name = "\(row["service"]?.text ?? "").\(row["name"]?.text ?? "")"
            let service = try #require(services[row["service"]?.text ?? ""])
            let kind = MessageKind(service, number(row["operation"]?.text))
            let schema = UInt8(row["schema"]?.integer ?? 0)
            if row["event"] == .bool(true) {
                let event = try #require(MessageCatalog.events[name], "\(name)")
                #expect(event.kind == kind && event.schema == schema, "\(name)")
            } else {
                let request = try #require(MessageCatalog.requests[name], "\(name)")
                #expect(request.kind == kind && request.schema == schema, "\(name)")
                #expect(replySchema(request) == schema, "\(name)")
                #expect(.bool(request.changesState) == row["changesState"], "\(name)")
            }
            found.insert(name)
        }
        #expect(found == Set(MessageCatalog.requests.keys).union(MessageCatalog.events.keys))
    }

    private func replySchema<Request: WireRequest>(_ type: Request.Type) -> UInt8 { Request.Reply.schema }

    @Test("no number means two things, active or retired")
    func unique() {
        let kinds = rows("messages").map { "\($0["service"]?.text ?? "") \($0["operation"]?.text ?? "")" }
        #expect(Set(kinds).count == kinds.count)
        for (section, key) in [("services", "number"), ("tags", "tag"), ("refusals", "code")] {
            let numbers = rows(section).compactMap { $0[key]?.integer }
            #expect(Set(numbers).count == rows(section).count, "\(section)")
        }
    }

    @Test("services, refusals and errors have the registry's names and numbers")
    func names() {
        #expect(
            active("services").map { [$0["number"], $0["name"]] }
                == ServiceNumber.all.map { [.integer(Int128($0.rawValue)), .text($0.name)] }
        )
        #expect(
            active("refusals").map { [$0["code"], $0["name"], $0["usuallyRetriable"]] }
                == RefusalCode.all.map {
                    [.integer(Int128($0.rawValue)), .text($0.description), .bool($0.isUsuallyRetriable)]
                }
        )
        #expect(
            Set(active("errors").compactMap { $0["name"]?.text }) == Set(WireError.Code.all.map(\.rawValue))
        )
    }

    @Test("limits are the registry's")
    func limits() {
        let limits = registry["limits"]
        #expect(limits?["controlFrameBytes"]?.integer == Int128(Limits.controlFrameBytesMaximum))
        #expect(limits?["bulkFrameBytes"]?.integer == Int128(Limits.bulkFrameBytesMaximum))
        #expect(limits?["listElements"]?.integer == Int128(Limits.elementsMaximum))
        #expect(limits?["refusalTextBytes"]?.integer == Int128(Limits.refusalTextBytesMaximum))
        #expect(limits?["sliceSide"]?.integer == Int128(Limits.sliceSideMaximum))
    }

    @Test("choices have the registry's names and numbers")
    func choices() throws {
        let names: [String: @Sendable (UInt8) -> String?] = [
            "StoreOutcome": { StoreOutcome(rawValue: $0).map { "\($0)" } },
            "RemovalScope": { RemovalScope(rawValue: $0).map { "\($0)" } },
            "IntensityScale": { IntensityScale(rawValue: $0).map { "\($0)" } },
            "LabelSource": { LabelSource(rawValue: $0).map(\.name) },
            "DataSetSide": { DataSetSide(rawValue: $0).map(\.name) },
            "JobState": { JobState(rawValue: $0).map(\.name) },
            "ModelState": { ModelState(rawValue: $0).map(\.name) },
            "SearchGrouping": { SearchGrouping(rawValue: $0).map { "\($0)" } },
            "SearchComparison": { SearchFilter.Comparison(rawValue: $0).map { "\($0)" } },
        ]
        #expect(Set(active("choices").compactMap { $0["name"]?.text }) == Set(names.keys))
        for row in active("choices") {
            let name = try #require(names[row["name"]?.text ?? ""])
            let values = try #require(row["values"]?.list)
            for (index, value) in values.enumerated() {
                #expect(value["value"]?.integer == Int128(index))
                #expect(name(UInt8(index)) == value["name"]?.text)
            }
            #expect(name(UInt8(values.count)) == nil)
        }
    }

    // W-13: counts are compared with the fewest bytes of an element: those that an element of zeros takes.
    @Test("elements of lists know their fewest bytes")
    func fewestBytes() throws {
        func check<Element: WireStructure>(_ type: Element.Type) throws {
            var reader = FrameReader(Array(repeating: 0, count: 512), startingAt: 0)
            _ = try Element(from: &reader)
            #expect(reader.offset == Element.byteCountMinimum, "\(Element.self)")
        }
        try check(LoggedEvent.self)
        try check(Job.self)
        try check(StateEntry.self)
        try check(DeadLetter.self)
        try check(SliceMetadata.self)
        try check(QuarantineEntry.self)
        try check(ReasonCount.self)
        try check(DataSetSummary.self)
        try check(DataSetMember.self)
        try check(LabeledPairRecord.self)
        try check(LungOutline.self)
        try check(GradeCount.self)
        try check(MaskRecord.self)
        try check(ModelSummary.self)
        try check(EpochRecord.self)
        try check(EmbeddingPartRecord.self)
        try check(Attribute.self)
        try check(Embedding.self)
        try check(GenerationSummary.self)
        try check(ComparedPart.self)
        try check(SearchFilter.self)
        try check(SearchHit.self)
    }
}
