import Labeling
import Wire

/// The members of a plan as bytes.
enum LabelingMemberBytes {
    static func encode(_ members: [LabelingMember]) -> [UInt8] {
        var writer = FrameWriter(reserving: 64 * members.count)
        for member in members {
            writer.write(Identifier(bytes: member.id))
            writer.write(Identifier(bytes: member.patient))
            writer.write(Identifier(bytes: member.series))
            writer.write(member.offsetMillimeters)
        }
        return writer.bytes
    }

    /// Nil for anything but bytes that `encode` wrote.
    static func decode(_ bytes: [UInt8]) -> [LabelingMember]? {
        var reader = FrameReader(bytes, startingAt: 0)
        var members: [LabelingMember] = []
        do throws(WireError) {
            while reader.remaining > 0 {
                let id: Identifier = try reader.read("slice")
                let patient: Identifier = try reader.read("patient")
                let series: Identifier = try reader.read("series")
                let offset: Double? = try reader.read("offset")
                members.append(
                    LabelingMember(
                        id: id.bytes,
                        patient: patient.bytes,
                        series: series.bytes,
                        offsetMillimeters: offset
                    )
                )
            }
        } catch { return nil }
        return members
    }
}
