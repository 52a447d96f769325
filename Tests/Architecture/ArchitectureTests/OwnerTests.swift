import Testing

/// Each C library, and SQLite's Swift layer, is touched by exactly one module.
@Suite("Owners")
struct OwnerTests {
    static let owners = [
        ("CNNG", "Sources/Platform/Messaging/"),
        ("COpenBLAS", "Sources/Platform/LinearAlgebra/"),
        ("COneDNN", "Sources/Platform/Tensors/"),
        ("CChecksum", "Sources/Platform/Wire/"),
        ("CProcess", "Sources/Platform/Processes/"),
        ("CFiles", "Sources/Platform/Storage/"),
        ("CKernels", "Sources/Platform/LinearAlgebra/"),
        ("CJPEG", "Sources/Platform/ImageCodecs/"),
        ("CPNG", "Sources/Platform/ImageCodecs/"),
        ("CDCMTK", "Sources/Platform/ImageCodecs/"),
        ("CShippedModel", "Sources/Domain/WSSENet/"),
        ("GRDB", "Sources/Platform/Storage/"),
    ]

    @Test("one owner for each library", arguments: owners)
    func oneOwner(library: String, folder: String) throws {
        var importers: [String] = []
        for top in ["Sources", "Services", "Tests"] {
            for file in try Repository.files(below: top, suffix: ".swift")
            where Repository.imports(of: file.text).contains(library) {
                importers.append(file.path)
            }
        }
        #expect(!importers.isEmpty, "nobody imports \(library)")
        for importer in importers {
            #expect(importer.hasPrefix(folder), "\(importer) imports \(library)")
        }
    }

    @Test("no file is longer than 400 lines")
    func filesAreShort() throws {
        for top in ["Sources", "Services", "Tests"] {
            for file in try Repository.files(below: top, suffix: ".swift") {
                let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
                #expect(count <= 401, "\(file.path) has \(count) lines")
            }
        }
    }
}
