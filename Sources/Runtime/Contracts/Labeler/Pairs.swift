package import Wire

/// How similar two members are, found without a human.
package struct LabeledPairRecord: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4 + 4 + 4 + 4 + 1

    /// Place of one member.
    package var first: UInt32
    /// Place of the other.
    package var second: UInt32
    /// Similarity of the lungs' outlines, 0 to 1.
    package var outline: Float
    /// Similarity of what is inside, 0 to 1.
    package var detail: Float
    /// Both together, 0 to 1.
    package var similarity: Float
    /// Coarse label, 0 (unlike) to 3 (alike).
    package var grade: UInt8

    /// Takes each field as it is.
    package init(
        first: UInt32,
        second: UInt32,
        outline: Float,
        detail: Float,
        similarity: Float,
        grade: UInt8
    ) {
        self.first = first
        self.second = second
        self.outline = outline
        self.detail = detail
        self.similarity = similarity
        self.grade = grade
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        first = try reader.read("first")
        second = try reader.read("second")
        outline = try reader.read("outline")
        detail = try reader.read("detail")
        similarity = try reader.read("similarity")
        grade = try reader.read("grade")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(first)
        writer.write(second)
        writer.write(outline)
        writer.write(detail)
        writer.write(similarity)
        writer.write(grade)
    }
}

/// The pairs of a data set, page by page.
package struct FetchPairs: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x13)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Numbers of the tags.
    private enum Tag {
        static let grade: UInt16 = 11
        static let side: UInt16 = 13
    }

    /// Names the data set.
    package var dataSetID: Identifier
    /// Pairs to pass over: 0, or `next` of the page before.
    package var after: UInt64
    /// Most pairs in the reply, 1 to 20,000.
    package var limit: UInt32
    /// Only pairs of this grade, 0 to 3; `after` and `next` go on counting all pairs.
    package var grade: UInt8?
    /// Only pairs of this side.
    package var side: DataSetSide?

    /// Takes each field as it is.
    package init(
        dataSetID: Identifier,
        after: UInt64,
        limit: UInt32,
        grade: UInt8? = nil,
        side: DataSetSide? = nil
    ) {
        self.dataSetID = dataSetID
        self.after = after
        self.limit = limit
        self.grade = grade
        self.side = side
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        after = try reader.read("after")
        limit = try reader.read("limit")
        let tags = try TaggedFields(aheadOf: reader)
        grade = try tags.value(Tag.grade, "grade", as: UInt8.self)
        side = try tags.value(Tag.side, "side", as: DataSetSide.self)
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(after)
        writer.write(limit)
    }

    /// Writes the tags that are there.
    package func encodeTagged(into writer: inout FrameWriter) {
        writer.tagged(Tag.grade, optional: grade)
        writer.tagged(Tag.side, optional: side)
    }

    /// What `FetchPairs` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Numbers of the tags.
        private enum Tag {
            static let densities: UInt16 = 11
        }

        /// In the data set's order.
        package var pairs: [LabeledPairRecord]
        /// Where to go on; absent at the end.
        package var next: UInt64?
        /// Similarity of where the lungs are brighter than the average, 0 to 1, one for each pair; none: the data set is an
        /// older one.
        package var densities: [Float]?

        /// Takes each field as it is.
        package init(pairs: [LabeledPairRecord], next: UInt64?, densities: [Float]? = nil) {
            self.pairs = pairs
            self.next = next
            self.densities = densities
        }

        /// Reads the fields in their order, then the tags up to the end of the body.
        package init(from reader: inout FrameReader) throws(WireError) {
            pairs = try reader.read("pairs")
            next = try reader.read("next")
            densities = try TaggedFields(from: &reader).whole(Tag.densities, "densities", as: [Float].self)
        }

        /// Writes the fields in their order, then the tags that are there.
        package func encode(into writer: inout FrameWriter) {
            writer.write(pairs)
            writer.write(next)
            writer.tagged(Tag.densities, optional: densities)
        }
    }
}

/// Why are these two slices similar?
package struct ExplainPair: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x15)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names one slice.
    package var first: Identifier
    /// Names the other.
    package var second: Identifier

    /// Takes each field as it is.
    package init(first: Identifier, second: Identifier) {
        self.first = first
        self.second = second
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        first = try reader.read("first")
        second = try reader.read("second")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(first)
        writer.write(second)
    }

    /// What `ExplainPair` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Numbers of the tags.
        private enum Tag {
            static let density: UInt16 = 11
            static let overlay: UInt16 = 13
        }

        /// Similarity of the outlines, 0 to 1.
        package var outline: Float
        /// Similarity of what is inside, 0 to 1.
        package var detail: Float
        /// Both together, where the newest data set holds both.
        package var similarity: Float?
        /// Coarse label, where the newest data set holds both.
        package var grade: UInt8?
        /// A picture of both, as a JPEG file.
        package var jpeg: [UInt8]
        /// Similarity of where the lungs are brighter than the average, 0 to 1, where the newest data set holds both.
        package var density: Float?
        /// Both laid over each other after alignment, as a JPEG file; it is in the picture of both too.
        package var overlay: [UInt8]?

        /// Takes each field as it is.
        package init(
            outline: Float,
            detail: Float,
            similarity: Float?,
            grade: UInt8?,
            jpeg: [UInt8],
            density: Float? = nil,
            overlay: [UInt8]? = nil
        ) {
            self.outline = outline
            self.detail = detail
            self.similarity = similarity
            self.grade = grade
            self.jpeg = jpeg
            self.density = density
            self.overlay = overlay
        }

        /// Reads the fields in their order, then the tags up to the end of the body.
        package init(from reader: inout FrameReader) throws(WireError) {
            outline = try reader.read("outline")
            detail = try reader.read("detail")
            similarity = try reader.read("similarity")
            grade = try reader.read("grade")
            jpeg = try reader.read("jpeg")
            let tags = try TaggedFields(from: &reader)
            density = try tags.value(Tag.density, "density", as: Float.self)
            overlay = try tags.whole(Tag.overlay, "overlay", as: [UInt8].self)
        }

        /// Writes the fields in their order, then the tags that are there.
        package func encode(into writer: inout FrameWriter) {
            writer.write(outline)
            writer.write(detail)
            writer.write(similarity)
            writer.write(grade)
            writer.write(jpeg)
            writer.tagged(Tag.density, optional: density)
            writer.tagged(Tag.overlay, optional: overlay)
        }
    }
}
