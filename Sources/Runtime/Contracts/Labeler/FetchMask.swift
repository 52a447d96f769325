package import Wire

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

        /// Rows of the mask.
        package var rows: UInt32
        /// Columns of the mask.
        package var columns: UInt32
        /// Runs of count u32 and label u8 (0 none, 1 the lung on the image's left, 2 the other), row-major.
        package var labels: [UInt8]
        /// Area of both lungs.
        package var areaSquareCentimeters: Double

        /// Takes each field as it is.
        package init(rows: UInt32, columns: UInt32, labels: [UInt8], areaSquareCentimeters: Double) {
            self.rows = rows
            self.columns = columns
            self.labels = labels
            self.areaSquareCentimeters = areaSquareCentimeters
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            rows = try reader.read("rows")
            columns = try reader.read("columns")
            labels = try reader.read("labels")
            areaSquareCentimeters = try reader.read("areaSquareCentimeters")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(rows)
            writer.write(columns)
            writer.write(labels)
            writer.write(areaSquareCentimeters)
        }
    }
}
