package import Wire

/// What similarity labels are made of.
package enum LabelSource: UInt8, WireValue, CaseIterable {
    /// Outline and detail after alignment by the spatial transformer.
    case transformer = 0
    /// Outline and detail in the canonical frame.
    case unwarped = 1
    /// Neighborhood within a series.
    case adjacency = 2
    /// Relative position within the series alone.
    case height = 3

    /// The choice as the registry calls it.
    package var name: String { "\(self)" }
}

/// Label pairs of the slices there are. The job's result is the data set's id.
package struct BuildDataSet: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Numbers of the tags.
    private enum Tag {
        static let source: UInt16 = 11
    }

    /// Of the random choices: the same seed over the same slices gives the same data set.
    package var seed: UInt64
    /// Most slices; 0: the service's own choice.
    package var memberMaximum: UInt32
    /// Share of patients that test, 0 to 1; 0: the service's own choice.
    package var testShare: Float
    /// What the labels are made of; none: the service's own choice.
    package var source: LabelSource?

    /// Takes each field as it is.
    package init(seed: UInt64, memberMaximum: UInt32, testShare: Float, source: LabelSource? = nil) {
        self.seed = seed
        self.memberMaximum = memberMaximum
        self.testShare = testShare
        self.source = source
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        seed = try reader.read("seed")
        memberMaximum = try reader.read("memberMaximum")
        testShare = try reader.read("testShare")
        source = try TaggedFields(aheadOf: reader).value(Tag.source, "source", as: LabelSource.self)
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(seed)
        writer.write(memberMaximum)
        writer.write(testShare)
    }

    /// Writes the tags that are there.
    package func encodeTagged(into writer: inout FrameWriter) {
        writer.tagged(Tag.source, optional: source)
    }

    /// What `BuildDataSet` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The job that does it.
        package var jobID: Identifier

        /// Takes each field as it is.
        package init(jobID: Identifier) {
            self.jobID = jobID
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            jobID = try reader.read("jobID")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(jobID)
        }
    }
}
