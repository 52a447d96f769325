import Contracts
import LabelerCore
import PhantomArchive
import ServiceKit
import Wire

/// A labeler with one data set of the phantoms, made up as a test needs it.
enum LabelerStandIn {
    static let dataSetID = Identifier(bytes: Array(repeating: 3, count: 16))

    /// - Parameters:
    ///   - isTest: which side a phantom is on.
    ///   - densities: whether the data set says where slices are equally dense.
    static func definition(
        densities: Bool = true,
        isTest: @escaping @Sendable (ArchivedSlice) -> Bool
    ) -> ServiceDefinition {
        let members = Phantoms.slices.map { phantom in
            DataSetMember(
                sliceID: phantom.metadata.sliceID,
                patientID: phantom.metadata.patientID,
                seriesID: phantom.metadata.seriesID,
                isTest: isTest(phantom)
            )
        }
        let pairs = Self.pairs(of: members)
        let summary = DataSetSummary(
            dataSetID: Self.dataSetID,
            hash: Fingerprint(bytes: Array(repeating: 4, count: 32)),
            memberCount: UInt32(members.count),
            pairCount: UInt64(pairs.count),
            trainingPatients: 3,
            testPatients: 1,
            timeMilliseconds: 0
        )
        return ServiceDefinition(
            name: "labeler",
            number: .labeler,
            summary: "has a data set",
            ports: ServicePorts(requests: 7411, events: 7412, health: 7419),
            peers: [.ingest]
        ) { host in
            host.on(ListDataSets.self) { _, _ in ListDataSets.Reply(dataSets: [summary]) }
            host.on(FetchDataSet.self) { _, _ in
                FetchDataSet.Reply(
                    summary: summary,
                    members: members,
                    gradeThresholds: [0.2, 0.5, 0.8],
                    recipe: "{}"
                )
            }
            host.on(FetchPairs.self) { _, _ in
                FetchPairs.Reply(
                    pairs: pairs,
                    next: nil,
                    densities: densities ? pairs.map(\.similarity) : nil
                )
            }
        }
    }

    /// Every pair of each side, the more alike the nearer they are in the list of their series.
    private static func pairs(of members: [DataSetMember]) -> [LabeledPairRecord] {
        members.indices.flatMap { second in
            (0..<second).compactMap { first in
                guard members[first].isTest == members[second].isTest else { return nil }
                let similarity = 1 - Float(abs(first % 10 - second % 10)) / 10
                return LabeledPairRecord(
                    first: UInt32(first),
                    second: UInt32(second),
                    outline: similarity,
                    detail: similarity,
                    similarity: similarity,
                    grade: similarity > 0.7 ? 3 : 0
                )
            }
        }
    }
}
