package import Wire

/// A closed curve between one lung and what is not that lung; the lung lies on its right.
package struct LungOutline: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 1 + 4

    /// 1 the lung on the image's left, 2 the other.
    package var label: UInt8
    /// x and y in turn, pixels of the slice with centers at whole numbers; the last point is joined to the first.
    package var points: [Float]

    /// Takes each field as it is.
    package init(label: UInt8, points: [Float]) {
        self.label = label
        self.points = points
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        label = try reader.read("label")
        points = try reader.read("points")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(label)
        writer.write(points)
    }
}

/// The lungs of a slice.
package struct FetchMask: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x14)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the slice.
    package var sliceID: Identifier

    /// Takes each field as it is.
    package init(sliceID: Identifier) {
        self.sliceID = sliceID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
    }

    /// What `FetchMask` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Numbers of the tags.
        private enum Tag {
            static let containsLung: UInt16 = 11
            static let reason: UInt16 = 13
            static let flags: UInt16 = 15
            static let outlines: UInt16 = 17
        }

        /// Rows of the mask.
        package var rows: UInt32
        /// Columns of the mask.
        package var columns: UInt32
        /// Runs of count u32 and label u8 (0 none, 1 the lung on the image's left, 2 the other), row-major.
        package var labels: [UInt8]
        /// Area of both lungs.
        package var areaSquareCentimeters: Double
        /// Whether the slice shows enough lung to be compared; none: the labeler is an older one.
        package var containsLung: Bool?
        /// Why, in words; none: the labeler is an older one.
        package var reason: String?
        /// What is unusual about the mask, an open set; none: the labeler is an older one.
        package var flags: [String]?
        /// Closed curves around both lungs and their holes; none: the labeler is an older one.
        package var outlines: [LungOutline]?

        /// Takes each field as it is.
        package init(
            rows: UInt32,
            columns: UInt32,
            labels: [UInt8],
            areaSquareCentimeters: Double,
            containsLung: Bool?,
            reason: String?,
            flags: [String]?,
            outlines: [LungOutline]?
        ) {
            self.rows = rows
            self.columns = columns
            self.labels = labels
            self.areaSquareCentimeters = areaSquareCentimeters
            self.containsLung = containsLung
            self.reason = reason
            self.flags = flags
            self.outlines = outlines
        }

        /// Reads the fields in their order, then the tags up to the end of the body.
        package init(from reader: inout FrameReader) throws(WireError) {
            rows = try reader.read("rows")
            columns = try reader.read("columns")
            labels = try reader.read("labels")
            areaSquareCentimeters = try reader.read("areaSquareCentimeters")
            let tags = try TaggedFields(from: &reader)
            containsLung = try tags.value(Tag.containsLung, "containsLung", as: Bool.self)
            reason = try tags.whole(Tag.reason, "reason", as: String.self)
            flags = try tags.whole(Tag.flags, "flags", as: [String].self)
            outlines = try tags.whole(Tag.outlines, "outlines", as: [LungOutline].self)
        }

        /// Writes the fields in their order, then the tags that are there.
        package func encode(into writer: inout FrameWriter) {
            writer.write(rows)
            writer.write(columns)
            writer.write(labels)
            writer.write(areaSquareCentimeters)
            writer.tagged(Tag.containsLung, optional: containsLung)
            writer.tagged(Tag.reason, optional: reason)
            writer.tagged(Tag.flags, optional: flags)
            writer.tagged(Tag.outlines, optional: outlines)
        }
    }
}
