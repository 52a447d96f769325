import ImageCodecs
import Storage
import Wire

/// Names slices, series, studies and patients without telling who they are: HMAC-SHA-256 of the identifiers with a key
/// that never leaves this service, cut to 128 bits. The same key gives the same names for ever.
struct Pseudonyms: Sendable {
    private static let keyByteCount = 32
    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// The key in `folder`, made at random when there is none yet; only this user may read the file.
    ///
    /// - Parameter isInUse: slices are named already: with another key the same objects would get other names.
    /// - Throws: `StorageError` when there is a file that cannot be the key, or none where one is in use.
    static func keeping(in folder: String, isInUse: Bool) throws -> Pseudonyms {
        let path = "\(folder)/pseudonym.key"
        if let key = try DurableFile.read(path) {
            guard key.count == Self.keyByteCount else {
                throw StorageError(.corrupt, "pseudonym.key is not \(Self.keyByteCount) bytes: restore it")
            }
            return Pseudonyms(key: key)
        }
        guard !isInUse else {
            throw StorageError(.corrupt, "pseudonym.key is missing, and slices are named by it: restore it")
        }
        var random = SystemRandomNumberGenerator()
        let key = (0..<Self.keyByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try DurableFile.write(key, to: path)
        return Pseudonyms(key: key)
    }

    /// Names of one object.
    ///
    /// - Parameter digest: SHA-256 of the object's bytes: what names a picture, and a DICOM object that lacks a UID.
    func names(of identity: ObjectIdentity?, digest: [UInt8]) -> SliceNames {
        let content = digest.map { String($0, radix: 16) }.joined(separator: ".")
        let sop = identity?.sopUID ?? content
        let series = identity?.seriesUID ?? sop
        let study = identity?.studyUID ?? series
        // Without a patient id the study is all that holds its slices together.
        let patient = identity?.patientID.flatMap { $0.isEmpty ? nil : $0 } ?? study
        return SliceNames(
            slice: self.name("slice", sop),
            series: self.name("series", series),
            study: self.name("study", study),
            patient: self.name("patient", patient)
        )
    }

    private func name(_ kind: String, _ identifier: String) -> Identifier {
        let code = hmacSHA256(key: self.key, message: Array("\(kind)\u{0}\(identifier)".utf8))
        return Identifier(bytes: Array(code.prefix(Identifier.byteCount)))
    }
}

/// The pseudonyms of one slice and of what it belongs to.
struct SliceNames: Sendable, Equatable {
    let slice: Identifier
    let series: Identifier
    let study: Identifier
    let patient: Identifier
}
