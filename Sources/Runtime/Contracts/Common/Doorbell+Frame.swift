package import Wire

extension Doorbell {
    /// The frame that is published for an event of this kind. It asks nothing, so it has no request id.
    package func frame(as kind: MessageKind) -> Frame {
        Frame(kind: kind, schema: Self.schema, requestID: .none, body: body)
    }

    /// The frame that a service publishes each second: where its log ends.
    package static func heartbeat(of service: ServiceNumber, logID: Identifier, headSeq: UInt64) -> Frame {
        let bell = Doorbell(logID: logID, seq: headSeq, previousSeq: headSeq, key: "")
        return bell.frame(as: kind.addressed(to: service))
    }
}

extension Frame {
    /// An event that stands in no log, as it is published: with its own body instead of a doorbell's.
    package static func published<Event: WireEvent>(_ event: Event) -> Frame {
        Frame(kind: Event.kind, schema: Event.schema, requestID: .none, body: event.body)
    }
}
