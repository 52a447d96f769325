import Contracts
import ServiceKit
import Wire

/// What the gateway knows how to do: it asks the services and puts their answers together. It owns no data but the
/// access tokens and the audit trail.
struct GatewayService: Sendable {
    let ingest: ServiceClient
    let labeler: ServiceClient
    let trainer: ServiceClient
    let embedder: ServiceClient
    let search: SearchService
    let bulkByteCountMaximum: Int

    /// The services that STATUS asks, by name.
    var services: KeyValuePairs<String, ServiceClient> {
        ["ingest": self.ingest, "labeler": self.labeler, "trainer": self.trainer, "embedder": self.embedder]
    }
}
