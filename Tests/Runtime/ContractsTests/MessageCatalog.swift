import Contracts
import TestKit
import Wire

/// Every message of ours, by the name that the registry gives it.
enum MessageCatalog {
    static let requests: [String: any WireRequest.Type] = [
        "common.Hello": Hello.self, "common.FetchEvents": FetchEvents.self,
        "common.JobStatus": JobStatus.self,
        "common.CancelJob": CancelJob.self, "common.ListJobs": ListJobs.self, "common.State": State.self,
        "common.DeadLetters": DeadLetters.self, "common.RetryDeadLetters": RetryDeadLetters.self,
        "ingest.StoreObject": StoreObject.self, "ingest.FetchPixels": FetchPixels.self,
        "ingest.FetchMetadata": FetchMetadata.self, "ingest.FetchSeries": FetchSeries.self,
        "ingest.Remove": Remove.self, "ingest.ImportFolder": ImportFolder.self,
        "ingest.ListQuarantine": ListQuarantine.self, "ingest.Preview": Preview.self,
        "ingest.DecodeObject": DecodeObject.self, "ingest.ListSlices": ListSlices.self,
        "ingest.FetchLungs": FetchLungs.self, "ingest.FindLungs": FindLungs.self,
        "ingest.StoreObjects": StoreObjects.self,
        "labeler.BuildDataSet": BuildDataSet.self, "labeler.ListDataSets": ListDataSets.self,
        "labeler.FetchDataSet": FetchDataSet.self, "labeler.FetchPairs": FetchPairs.self,
        "labeler.FetchMask": FetchMask.self, "labeler.ExplainPair": ExplainPair.self,
        "labeler.FetchStatistics": FetchStatistics.self, "labeler.DrawPairs": DrawPairs.self,
        "labeler.FetchMaskQuality": FetchMaskQuality.self,
        "trainer.StartTraining": StartTraining.self, "trainer.FetchModel": FetchModel.self,
        "trainer.ListModels": ListModels.self, "trainer.Promote": Promote.self,
        "trainer.RollBack": RollBack.self, "trainer.RunHistory": RunHistory.self,
        "embedder.EmbedPixels": EmbedPixels.self, "embedder.FetchEmbeddings": FetchEmbeddings.self,
        "embedder.FetchGenerations": FetchGenerations.self, "embedder.EmbedCrop": EmbedCrop.self,
        "embedder.CompareSlices": CompareSlices.self,
        "index.Search": Search.self, "index.NodeState": NodeState.self,
    ]

    static let events: [String: any WireEvent.Type] = [
        "common.Doorbell": Doorbell.self,
        "ingest.SliceStored": SliceStored.self, "ingest.SliceRemoved": SliceRemoved.self,
        "ingest.SeriesCompleted": SeriesCompleted.self, "labeler.DataSetBuilt": DataSetBuilt.self,
        "trainer.ModelPromoted": ModelPromoted.self, "trainer.RunProgressed": RunProgressed.self,
        "embedder.EmbeddingCreated": EmbeddingCreated.self,
        "embedder.EmbeddingRemoved": EmbeddingRemoved.self,
        "embedder.ModelReady": ModelReady.self, "embedder.GenerationStarted": GenerationStarted.self,
        "embedder.GenerationRetired": GenerationRetired.self,
        "index.NodeStateChanged": NodeStateChanged.self,
    ]

    /// What bytes were read as: the value, the options that followed it, and the bytes that it writes.
    struct Reading {
        let value: any WireBody
        let options: RequestOptions
        let written: [UInt8]
    }

    /// Reads a body as the part of the message that a golden vector says it is.
    static func read(_ body: [UInt8], of vector: GoldenVector) throws(WireError) -> Reading? {
        func plain<Body: WireBody>(_ type: Body.Type) throws(WireError) -> Reading {
            let value = try Body(decoding: body)
            return Reading(value: value, options: RequestOptions(), written: value.body)
        }
        func request<Request: WireRequest>(_ type: Request.Type) throws(WireError) -> Reading {
            let (value, options) = try Request.decode(body)
            return Reading(value: value, options: options, written: value.body(with: options))
        }
        func reply<Request: WireRequest>(_ type: Request.Type) throws(WireError) -> Reading {
            try plain(Request.Reply.self)
        }
        switch vector.part {
        case "request":
            return try requests[vector.message].map { type throws(WireError) in try request(type) }
        case "reply": return try requests[vector.message].map { type throws(WireError) in try reply(type) }
        case "fields": return try events[vector.message].map { type throws(WireError) in try plain(type) }
        case "refusal": return try plain(Refusal.self)
        default: return nil
        }
    }
}
