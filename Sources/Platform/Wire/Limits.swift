/// Every bound of the system. A number elsewhere is a mistake.
package enum Limits {
    // MARK: Frames

    /// Largest frame of the control class: requests and replies without pixels or objects.
    package static let controlFrameBytesMaximum = 1 << 20
    /// Largest frame of the bulk class: one object as it was stored, or a slice of 2,048 x 2,048 x Int16 twice over.
    package static let bulkFrameBytesMaximum = 16 << 20
    /// Largest stored object: a bulk frame less room for its header and fields.
    package static let objectBytesMaximum = bulkFrameBytesMaximum - 4_096
    /// Most elements of a list whose elements are structures, texts or lists. Arrays of plain numbers are bounded
    /// by their bytes; a list of absent structures would grow a hundredfold in memory without this.
    package static let elementsMaximum = 65_536
    /// Longest text of a refusal, bytes of UTF-8.
    package static let refusalTextBytesMaximum = 256

    // MARK: Requests

    /// Most identifiers in one request.
    package static let identifiersMaximum = 1_000
    /// Most neighbors of one search.
    package static let neighborsMaximum = 1_000
    /// Most filters of one search.
    package static let filtersMaximum = 32
    /// Most rows of a list in one reply.
    package static let pageRowsMaximum = 1_000
    /// Most pairs of a data set in one reply: 21 bytes each, so below the control class.
    package static let pagePairsMaximum = 20_000
    /// Most events in one reply.
    package static let eventsMaximum = 1_000
    /// Bytes of event bodies after which a reply takes no further event.
    package static let eventsBytesMaximum = 1 << 20
    /// Longest side of a slice, pixels.
    package static let sliceSideMaximum = 2_048
    /// Longest side of a preview, pixels.
    package static let previewSideMaximum = 2_048

    // MARK: Time

    /// How long a caller waits for a reply unless it says otherwise.
    package static let replyWait = Duration.seconds(5)
    /// How long one attempt of a request waits before it is repeated with the same request id.
    package static let attemptWait = Duration.seconds(5)
    /// First pause between two attempts; it doubles up to `retryPauseMaximum`.
    package static let retryPause = Duration.milliseconds(20)
    /// Longest pause between two attempts.
    package static let retryPauseMaximum = Duration.seconds(1)
    /// Longest time for which a fetch of events may wait for a new one.
    package static let eventsWaitMaximum = Duration.seconds(10)
    /// Time from one heartbeat to the next.
    package static let heartbeatInterval = Duration.seconds(1)
    /// Least time from one doorbell to the next: what happens meanwhile is told of together.
    package static let doorbellPause = Duration.milliseconds(20)
    /// The same while at least `doorbellEventsMaximum` events happen in one such pause.
    package static let doorbellPauseMaximum = Duration.milliseconds(150)
    /// Events in one pause between two doorbells after which the next pause is a long one.
    package static let doorbellEventsMaximum: UInt64 = 4
    /// Silence after which a peer counts as gone.
    package static let silenceMaximum = Duration.seconds(5)
    /// How long the reply to a changing request is remembered.
    package static let replyMemory = Duration.seconds(24 * 3_600)
    /// How long a service drains after SIGTERM.
    package static let drainMaximum = Duration.seconds(10)

    // MARK: The gateway

    /// Longest line of the gateway's protocol.
    package static let gatewayLineBytesMaximum = 64 << 10
    /// Longest bulk string of the gateway's protocol.
    package static let gatewayBulkBytesMaximum = 64 << 20
}
