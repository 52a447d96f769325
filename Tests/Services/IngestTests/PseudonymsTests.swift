import Foundation
import ImageCodecs
import Storage
import TestKit
import Testing

@testable import IngestCore

/// Names that tell nothing.
@Suite("Pseudonyms")
struct PseudonymsTests {
    private let identity = ObjectIdentity(
        patientID: "p",
        studyUID: "1.2",
        seriesUID: "1.2.3",
        sopUID: "1.2.3.4"
    )
    private let digest = [UInt8](repeating: 9, count: 32)

    @Test("a key always gives the same names, another key others, and each kind of name is its own")
    func keys() {
        let one = Pseudonyms(key: Array(repeating: 1, count: 32)).names(
            of: self.identity,
            digest: self.digest
        )
        let again = Pseudonyms(key: Array(repeating: 1, count: 32)).names(
            of: self.identity,
            digest: self.digest
        )
        let two = Pseudonyms(key: Array(repeating: 2, count: 32)).names(
            of: self.identity,
            digest: self.digest
        )
        #expect(one == again)
        let names = [one, two].flatMap { [$0.slice, $0.series, $0.study, $0.patient] }
        #expect(Set(names).count == 8)
        // The same text as another kind of identifier is another name.
        let same = ObjectIdentity(patientID: "1", studyUID: "1", seriesUID: "1", sopUID: "1")
        let equal = Pseudonyms(key: Array(repeating: 1, count: 32)).names(of: same, digest: self.digest)
        #expect(Set([equal.slice, equal.series, equal.study, equal.patient]).count == 4)
    }

    @Test("only what identifies a level decides its name")
    func levels() {
        let pseudonyms = Pseudonyms(key: Array(repeating: 1, count: 32))
        let first = pseudonyms.names(of: self.identity, digest: self.digest)
        var other = self.identity
        other.sopUID = "1.2.3.5"
        other.seriesUID = "1.2.9"
        let second = pseudonyms.names(of: other, digest: Array(repeating: 8, count: 32))
        #expect(first.slice != second.slice && first.series != second.series)
        #expect(first.study == second.study && first.patient == second.patient)
    }

    @Test("what an object lacks is made of what it has, down to its bytes")
    func missing() {
        let pseudonyms = Pseudonyms(key: Array(repeating: 1, count: 32))
        let nameless = ObjectIdentity(patientID: "", studyUID: "1.2", seriesUID: nil, sopUID: "1.2.3.4")
        let names = pseudonyms.names(of: nameless, digest: self.digest)
        #expect(names.slice == pseudonyms.names(of: self.identity, digest: self.digest).slice)
        #expect(names.study == pseudonyms.names(of: self.identity, digest: self.digest).study)
        #expect(names.patient != pseudonyms.names(of: self.identity, digest: self.digest).patient)
        let picture = pseudonyms.names(of: nil, digest: self.digest)
        #expect(picture == pseudonyms.names(of: nil, digest: self.digest))
        #expect(picture.slice != pseudonyms.names(of: nil, digest: Array(repeating: 8, count: 32)).slice)
    }

    @Test("the key is made once, for its owner's eyes only, and never replaced in silence")
    func keeping() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/pseudonym.key"
            let made = try Pseudonyms.keeping(in: folder, isInUse: false)
            let read = try Pseudonyms.keeping(in: folder, isInUse: true)
            let names = made.names(of: self.identity, digest: self.digest)
            #expect(read.names(of: self.identity, digest: self.digest) == names)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            #expect(throws: StorageError.self) { try Pseudonyms.keeping(in: folder, isInUse: false) }
            try FileManager.default.removeItem(atPath: path)
            #expect(throws: StorageError.self) { try Pseudonyms.keeping(in: folder, isInUse: true) }
            let other = try Pseudonyms.keeping(in: folder, isInUse: false)
            #expect(other.names(of: self.identity, digest: self.digest) != names)
        }
    }
}
