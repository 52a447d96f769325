package import Wire

/// Some pairs of a data set, drawn at random: each has the same chance.
package struct DrawPairs: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x17)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the data set.
    package var dataSetID: Identifier
    /// Of the draw: the same seed draws the same pairs.
    package var seed: UInt64
    /// Most pairs in the reply, 1 to 1,000.
    package var limit: UInt32
    /// Only pairs of this grade, 0 to 3.
    package var grade: UInt8?
    /// Only pairs of this side.
    package var side: DataSetSide?

    /// Takes each field as it is.
    package init(dataSetID: Identifier, seed: UInt64, limit: UInt32, grade: UInt8?, side: DataSetSide?) {
        self.dataSetID = dataSetID
        self.seed = seed
        self.limit = limit
        self.grade = grade
        self.side = side
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        seed = try reader.read("seed")
        limit = try reader.read("limit")
        grade = try reader.read("grade")
        side = try reader.read("side")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(seed)
        writer.write(limit)
        writer.write(grade)
        writer.write(side)
    }

    /// What `DrawPairs` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In the data set's order.
        package var pairs: [LabeledPairRecord]

        /// Takes each field as it is.
        package init(pairs: [LabeledPairRecord]) {
            self.pairs = pairs
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            pairs = try reader.read("pairs")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(pairs)
        }
    }
}
