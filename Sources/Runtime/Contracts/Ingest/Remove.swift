package import Wire

/// How much a removal takes away.
package enum RemovalScope: UInt8, WireValue {
    /// One slice.
    case slice = 0
    /// All slices of a series.
    case series = 1
    /// All slices of a study.
    case study = 2
    /// All slices of a patient.
    case patient = 3
}

/// Take slices away for good.
package struct Remove: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x14)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// How much.
    package var scope: RemovalScope
    /// Names the slice, series, study or patient.
    package var id: Identifier

    /// Takes each field as it is.
    package init(scope: RemovalScope, id: Identifier) {
        self.scope = scope
        self.id = id
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        scope = try reader.read("scope")
        id = try reader.read("id")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(scope)
        writer.write(id)
    }

    /// What `Remove` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Slices that were there and are gone.
        package var count: UInt32

        /// Takes each field as it is.
        package init(count: UInt32) {
            self.count = count
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            count = try reader.read("count")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(count)
        }
    }
}
