import Contracts
import ServiceKit
import Synchronization
import Wire

/// A data set of four slices of two patients, one of whom tests, and what a stand-in for the labeler says of it.
enum MadeDataSet {
    static let id = Sample.identifier(8, 1)
    static let members = ([0, 1, 4, 5] as [UInt8]).map { number in
        let sample = Sample(number: number)
        return DataSetMember(
            sliceID: sample.sliceID,
            patientID: sample.patientID,
            seriesID: sample.seriesID,
            isTest: number >= 4
        )
    }
    static let pairs = [
        LabeledPairRecord(first: 0, second: 1, outline: 0.5, detail: 0.25, similarity: 0.75, grade: 2),
        LabeledPairRecord(first: 2, second: 3, outline: 0.1, detail: 0.2, similarity: 0.3, grade: 0),
    ]
    static let summary = DataSetSummary(
        dataSetID: id,
        hash: fingerprint(8),
        memberCount: 4,
        pairCount: 2,
        trainingPatients: 1,
        testPatients: 1,
        timeMilliseconds: 1_800_000_000_000
    )
    /// Neither of a slice that there is.
    static let outline = LungOutline(label: 2, points: [1.5, 2, 3.25, 4])
    static let record = MaskRecord(
        sliceID: Sample(number: 1).sliceID,
        areaSquareCentimeters: 30.5,
        reason: "lung area 30.5 cm²",
        flags: ["oneLung"]
    )

    static func serve(on host: ServiceHost, archive: Archive) {
        host.on(FetchDataSet.self) { request, _ in
            guard request.dataSetID == Self.id else { throw Refusal(.notFound, "no data set has this id") }
            return FetchDataSet.Reply(
                summary: Self.summary,
                members: Self.members,
                gradeThresholds: [0.65, 0.9, 0.98],
                recipe: "{\"seed\":1}"
            )
        }
        host.on(FetchStatistics.self) { _, _ in
            FetchStatistics.Reply(
                grades: [
                    GradeCount(side: .training, grade: 2, count: 1),
                    GradeCount(side: .test, grade: 0, count: 1),
                ],
                outlineQuantiles: [0.1, 0.5],
                detailQuantiles: [0.2, 0.25],
                similarityQuantiles: [0.3, 0.75]
            )
        }
        host.on(FetchPairs.self) { request, _ in
            archive.state.withLock { $0.pages.append(request) }
            return FetchPairs.Reply(
                pairs: [Self.pairs[Int(request.after)]],
                next: request.after == 0 ? 1 : nil
            )
        }
        host.on(DrawPairs.self) { request, _ in
            archive.state.withLock { $0.draws.append(request) }
            return DrawPairs.Reply(pairs: Self.pairs)
        }
        host.on(FetchMask.self) { request, _ in
            guard request.sliceID == Sample(number: 1).sliceID else {
                throw Refusal(.notFound, "no such slice")
            }
            return FetchMask.Reply(
                rows: 1,
                columns: 2,
                labels: [2, 0, 0, 0, 1],
                areaSquareCentimeters: 30.5,
                containsLung: true,
                reason: Self.record.reason,
                flags: Self.record.flags,
                outlines: [Self.outline]
            )
        }
        host.on(FetchMaskQuality.self) { request, _ in Self.quality(rows: Int(request.limit)) }
        host.on(ExplainPair.self) { request, _ in
            let isKnown = request.second == Sample(number: 1).sliceID
            return ExplainPair.Reply(
                outline: 0.5,
                detail: 0.25,
                similarity: isKnown ? 0.75 : nil,
                grade: isKnown ? 2 : nil,
                jpeg: [0xFF, 0xD8, 0x0D, 0x0A, 0xFF, 0xD9],
                overlay: [0xFF, 0xD8, 0x0A, 0x0D, 0xFF, 0xD9]
            )
        }
    }

    private static func quality(rows: Int) -> FetchMaskQuality.Reply {
        FetchMaskQuality.Reply(
            slices: 9,
            withLung: 5,
            withoutLung: 2,
            waiting: 1,
            failed: 1,
            areaQuantiles: [30.5, 200],
            flags: [ReasonCount(reason: "oneLung", count: 1)],
            smallest: Array(repeating: Self.record, count: min(rows, 5)),
            flagged: [Self.record],
            empty: [],
            failures: [
                DeadLetter(
                    key: Sample(number: 7).sliceID.description,
                    kind: "segment",
                    attempts: 5,
                    reason: "out of memory",
                    timeMilliseconds: 7
                )
            ]
        )
    }
}
