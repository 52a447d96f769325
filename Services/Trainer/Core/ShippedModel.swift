import Contracts
import ServiceKit
import Storage
import WSSENet
import Wire

extension ShippedModel {
    /// All zeros: no training and no data set of here.
    static let nowhere = Identifier(bytes: Array(repeating: 0, count: 16))
}

extension TrainerService {
    /// Takes the model that came with the program into use where there is no model yet: at the first start.
    ///
    /// - Returns: its name; nil where there are models.
    /// - Throws: `ModelFileError` where this release cannot read it.
    func takeShippedModel() async throws -> Fingerprint? {
        let isNew = try await self.database.read { try TrainerStore.modelCount(in: $0) == 0 }
        guard isNew else { return nil }
        let bytes = ShippedModel.bytes
        let model = try EmbeddingModel(serialized: bytes)
        let summary = ModelSummary(
            fingerprint: Fingerprint(bytes: model.fingerprint),
            card: model.card,
            dataSetID: ShippedModel.nowhere,
            timeMilliseconds: self.clock.now(),
            epochs: 0
        )
        try await self.database.write { transaction in
            try TrainerStore.insert(summary, bytes: bytes, jobID: ShippedModel.nowhere, in: transaction)
            try self.promote(summary.fingerprint, in: transaction)
        }
        return summary.fingerprint
    }
}
