import Foundation
import Storage
import Testing

@Suite("Durable files")
struct DurableFileTests {
    @Test("content is stored once under its digest and comes back until removed")
    func contentStore() throws {
        let folder = try TemporaryFolder()
        let store = try ContentStore(folder: folder.path + "/content")
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let digest = try store.put(bytes)
        #expect(try store.put(bytes) == digest)
        #expect(digest == Digest(of: bytes))
        #expect(try store.get(digest) == bytes)
        #expect(try ContentStore(folder: folder.path + "/content").get(digest) == bytes)

        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        #expect(files.filter { $0.hasSuffix(digest.hex) }.count == 1)
        try store.remove(digest)
        try store.remove(digest)
        #expect(try store.get(digest) == nil)
        #expect(!store.contains(digest))
    }

    @Test("content which the disk changed is an error, not an answer")
    func corruptContent() throws {
        let folder = try TemporaryFolder()
        let store = try ContentStore(folder: folder.path)
        let digest = try store.put([1, 2, 3, 4])
        let hex = digest.hex
        let path = "\(folder.path)/\(hex.prefix(2))/\(hex)"
        try Data([1, 2, 3, 5]).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try store.get(digest) }
        #expect(error?.kind == .corrupt)
    }

    @Test("what an earlier release stored, two folders deep, is found, kept once and removed")
    func olderLayout() throws {
        let folder = try TemporaryFolder()
        let store = try ContentStore(folder: folder.path)
        let bytes: [UInt8] = [7, 7, 7]
        let hex = Digest(of: bytes).hex
        let older = "\(folder.path)/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))"
        try FileManager.default.createDirectory(atPath: older, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(older)/\(hex)"))
        #expect(try store.get(Digest(of: bytes)) == bytes)
        #expect(store.contains(Digest(of: bytes)))
        #expect(try store.put(bytes) == Digest(of: bytes))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(hex.prefix(2))/\(hex)"))
        try store.remove(Digest(of: bytes))
        #expect(try !store.contains(Digest(of: bytes)) && store.get(Digest(of: bytes)) == nil)
    }

    @Test(
        "files of all sizes are written whole, past the page cache or through it",
        arguments: [0, 1, 4_095, 4_096, 4_097, 524_321, 1 << 20, (1 << 20) + 1, (3 << 20) + 4_096]
    )
    func sizes(count: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 12) }
        try DurableFile.write(bytes, to: folder.path + "/file")
        #expect(try DurableFile.read(folder.path + "/file") == bytes)
    }

    @Test("leftovers of an unfinished put vanish at the next opening")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        _ = try ContentStore(folder: folder.path)
        let leftover = folder.path + "/temporary/half"
        try Data([1]).write(to: URL(fileURLWithPath: leftover))
        _ = try ContentStore(folder: folder.path)
        #expect(!FileManager.default.fileExists(atPath: leftover))
    }

    @Test("a file is replaced as a whole and leaves nothing beside it")
    func durableFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/endpoints.json"
        #expect(try DurableFile.read(path) == nil)
        try DurableFile.write([1, 2, 3], to: path)
        try DurableFile.write([], to: path)
        #expect(try DurableFile.read(path) == [])
        try DurableFile.write([9], to: path)
        #expect(try DurableFile.read(path) == [9])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["endpoints.json"])
        #expect(throws: StorageError.self) { try DurableFile.write([1], to: folder.path + "/absent/file") }
        #expect(throws: StorageError.self) { try DurableFile.read(folder.path) }
    }

    @Test("a locked folder is refused until the lock is gone")
    func folderLock() throws {
        let folder = try TemporaryFolder()
        var lock: FolderLock? = try FolderLock(folder: folder.path)
        let error = #expect(throws: StorageError.self) { try FolderLock(folder: folder.path) }
        #expect(error?.kind == .locked)
        #expect(lock != nil)
        lock = nil
        _ = try FolderLock(folder: folder.path)
    }

    // Expected values: FIPS 180-4's "abc" and RFC 4231's test case 2.
    @Test("SHA-256 and HMAC-SHA-256 match the published examples")
    func digests() {
        #expect(
            Digest(of: Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        let code = hmacSHA256(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
        #expect(
            Digest(bytes: code)?.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(Digest(bytes: [1]) == nil)
    }
}
