package import Wire

/// The verdict on one slice.
package struct MaskRecord: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 8 + 4 + 4

    /// Names the slice.
    package var sliceID: Identifier
    /// Area of both lungs.
    package var areaSquareCentimeters: Double
    /// The verdict in words.
    package var reason: String
    /// What is unusual about the mask.
    package var flags: [String]

    /// Takes each field as it is.
    package init(sliceID: Identifier, areaSquareCentimeters: Double, reason: String, flags: [String]) {
        self.sliceID = sliceID
        self.areaSquareCentimeters = areaSquareCentimeters
        self.reason = reason
        self.flags = flags
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        areaSquareCentimeters = try reader.read("areaSquareCentimeters")
        reason = try reader.read("reason")
        flags = try reader.read("flags")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(areaSquareCentimeters)
        writer.write(reason)
        writer.write(flags)
    }
}

/// How good are the masks of all slices?
package struct FetchMaskQuality: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x18)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Most rows of each list in the reply, 1 to 1,000.
    package var limit: UInt32

    /// Takes each field as it is.
    package init(limit: UInt32) {
        self.limit = limit
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        limit = try reader.read("limit")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(limit)
    }

    /// What `FetchMaskQuality` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Slices that ingest has told of.
        package var slices: UInt64
        /// Segmented, with enough lung to be compared.
        package var withLung: UInt64
        /// Segmented, with too little lung.
        package var withoutLung: UInt64
        /// Not segmented yet.
        package var waiting: UInt64
        /// Given up.
        package var failed: UInt64
        /// Lung area of the slices with lung, square centimeters: least, then each twentieth, to the greatest; 21 values, none without slices.
        package var areaQuantiles: [Double]
        /// How many slices with lung bear each flag.
        package var flags: [ReasonCount]
        /// Slices with lung, the smallest area first.
        package var smallest: [MaskRecord]
        /// Slices with lung that bear a flag, the smallest area first.
        package var flagged: [MaskRecord]
        /// Slices with too little lung, the largest area first.
        package var empty: [MaskRecord]
        /// Slices that were given up, the newest first.
        package var failures: [DeadLetter]

        /// Takes each field as it is.
        package init(
            slices: UInt64,
            withLung: UInt64,
            withoutLung: UInt64,
            waiting: UInt64,
            failed: UInt64,
            areaQuantiles: [Double],
            flags: [ReasonCount],
            smallest: [MaskRecord],
            flagged: [MaskRecord],
            empty: [MaskRecord],
            failures: [DeadLetter]
        ) {
            self.slices = slices
            self.withLung = withLung
            self.withoutLung = withoutLung
            self.waiting = waiting
            self.failed = failed
            self.areaQuantiles = areaQuantiles
            self.flags = flags
            self.smallest = smallest
            self.flagged = flagged
            self.empty = empty
            self.failures = failures
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            slices = try reader.read("slices")
            withLung = try reader.read("withLung")
            withoutLung = try reader.read("withoutLung")
            waiting = try reader.read("waiting")
            failed = try reader.read("failed")
            areaQuantiles = try reader.read("areaQuantiles")
            flags = try reader.read("flags")
            smallest = try reader.read("smallest")
            flagged = try reader.read("flagged")
            empty = try reader.read("empty")
            failures = try reader.read("failures")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(slices)
            writer.write(withLung)
            writer.write(withoutLung)
            writer.write(waiting)
            writer.write(failed)
            writer.write(areaQuantiles)
            writer.write(flags)
            writer.write(smallest)
            writer.write(flagged)
            writer.write(empty)
            writer.write(failures)
        }
    }
}
