package import Wire

/// The numbers of a stored slice.
package struct FetchPixels: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x11)
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

    /// What `FetchPixels` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Its numbers.
        package var slice: SlicePixels

        /// Takes each field as it is.
        package init(slice: SlicePixels) {
            self.slice = slice
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            slice = try reader.read("slice")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(slice)
        }
    }
}

/// Read a query image without keeping it. Refused with badArgument where it is no usable slice.
package struct DecodeObject: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x18)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The object as it is.
    package var bytes: [UInt8]

    /// Takes each field as it is.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        bytes = try reader.read("bytes")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(bytes)
    }

    /// What `DecodeObject` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Its numbers.
        package var slice: SlicePixels
        /// What the slice is or would be called.
        package var sliceID: Identifier
        /// What its series is or would be called.
        package var seriesID: Identifier
        /// The patient's pseudonym.
        package var patientID: Identifier
        /// What its study is or would be called.
        package var studyID: Identifier
        /// Whether this slice is stored.
        package var isStored: Bool
        /// Area of both lungs on it.
        package var lungAreaSquareCentimeters: Double

        /// Takes each field as it is.
        package init(
            slice: SlicePixels,
            sliceID: Identifier,
            seriesID: Identifier,
            patientID: Identifier,
            studyID: Identifier,
            isStored: Bool,
            lungAreaSquareCentimeters: Double
        ) {
            self.slice = slice
            self.sliceID = sliceID
            self.seriesID = seriesID
            self.patientID = patientID
            self.studyID = studyID
            self.isStored = isStored
            self.lungAreaSquareCentimeters = lungAreaSquareCentimeters
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            slice = try reader.read("slice")
            sliceID = try reader.read("sliceID")
            seriesID = try reader.read("seriesID")
            patientID = try reader.read("patientID")
            studyID = try reader.read("studyID")
            isStored = try reader.read("isStored")
            lungAreaSquareCentimeters = try reader.read("lungAreaSquareCentimeters")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(slice)
            writer.write(sliceID)
            writer.write(seriesID)
            writer.write(patientID)
            writer.write(studyID)
            writer.write(isStored)
            writer.write(lungAreaSquareCentimeters)
        }
    }
}

/// A picture of a slice in a lung window.
package struct Preview: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x17)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the slice.
    package var sliceID: Identifier
    /// Longest side in pixels, 1 to 2,048.
    package var side: UInt32
    /// Whether the lungs' outline is drawn on it.
    package var drawOutline: Bool

    /// Takes each field as it is.
    package init(sliceID: Identifier, side: UInt32, drawOutline: Bool) {
        self.sliceID = sliceID
        self.side = side
        self.drawOutline = drawOutline
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        side = try reader.read("side")
        drawOutline = try reader.read("drawOutline")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(side)
        writer.write(drawOutline)
    }

    /// What `Preview` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// A JPEG file.
        package var jpeg: [UInt8]

        /// Takes each field as it is.
        package init(jpeg: [UInt8]) {
            self.jpeg = jpeg
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            jpeg = try reader.read("jpeg")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(jpeg)
        }
    }
}
