import ArgumentParser
import Foundation
import ImageCodecs
import LineProtocol
import Lungs
import Rendering
import Tomography

/// `carina search`
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Finds the slices most similar to a file or a stored slice.",
        discussion: """
            carina search slice.dcm --k 5 --filter kernel=B30f
            The file need not be stored. Hits are of other patients unless --same-patient or --same-series says otherwise.
            """
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var options: SearchOptions

    @Argument(help: "A DICOM, JPEG or PNG file, or the id of a stored slice.")
    var query: String

    @Option(help: "Where the contact sheet goes (JPEG); 'none' writes none.")
    var sheet = "search.jpg"

    func run() async throws {
        let (subject, file) = try Self.subject(self.query)
        let client = try await self.gateway.connect()
        let words = [Array("SEARCH".utf8)] + subject + self.options.words.map { Array($0.utf8) }
        let result = try SearchResult(try await client.send(words))
        if self.sheet != "none" {
            let picture = try file.map { try QueryPicture.render($0) }
            let jpeg = try await SearchSheet.make(
                result,
                queryImage: picture,
                title: "Carina   \(result.hits.count) most similar slices",
                client: client
            )
            try Data(jpeg).write(to: URL(filePath: self.sheet))
        }
        await client.close()
        if self.gateway.json { return try Printing.json(result) }
        Printing.line(result.hits.isEmpty ? "no slice of another patient is stored" : result.table)
        if self.sheet != "none" { Printing.line("contact sheet: \(self.sheet)") }
    }
}

extension SearchCommand {
    /// What a query means in the words of the line protocol, and the file's bytes where it is a file.
    ///
    /// - Throws: `CommandLineFailure` for a folder and for a file that is not there or cannot be read.
    static func subject(_ query: String) throws -> (words: [[UInt8]], file: [UInt8]?) {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: query, isDirectory: &isFolder) else {
            guard query.count == 32, query.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                throw CommandLineFailure(
                    "there is no file '\(query)', and a slice's id has 32 hexadecimal digits"
                )
            }
            return ([Array("SLICE".utf8), Array(query.utf8)], nil)
        }
        guard !isFolder.boolValue else {
            throw CommandLineFailure(
                "'\(query)' is a folder; a search takes one file (carina ingest takes folders)"
            )
        }
        guard let data = try? Data(contentsOf: URL(filePath: query)) else {
            throw CommandLineFailure("'\(query)' cannot be read")
        }
        return ([Array("IMAGE".utf8), Array(data)], Array(data))
    }
}

/// What narrows a search; the same words as the line protocol's.
struct SearchOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How many hits.")
    var k = 10

    @Option(help: "Weights of the parts, as outline=1,detail=2,density=0.5; default: the model's.")
    var weights: String?

    @Option(help: "One hit a patient, a series, or none of both.")
    var group = "patient"

    @Flag(help: "The query's own patient may be among the hits (not its own series).")
    var samePatient = false

    @Flag(help: "The query's own series may be among the hits.")
    var sameSeries = false

    @Option(
        help: "name=value, with =, !=, <= or >=: kernel, thickness, date, offset, scale. May be repeated."
    )
    var filter: [String] = []

    @Flag(help: "Look at every vector: proves the fast answer.")
    var scan = false

    var words: [String] {
        var words = ["K", "\(self.k)", "GROUP", self.group]
        if let weights = self.weights { words += ["WEIGHTS", weights] }
        if self.samePatient { words.append("SAMEPATIENT") }
        if self.sameSeries { words.append("SAMESERIES") }
        for filter in self.filter { words += ["FILTER", filter] }
        if self.scan { words.append("SCAN") }
        return words
    }
}

extension SearchResult {
    /// The hits for people.
    var table: String {
        var table = TextTable(header: ["rank", "distance", "parts", "slice", "patient"])
        for (rank, hit) in self.hits.enumerated() {
            table.add([
                "\(rank + 1)", SearchSheet.rounded(hit.distance), SearchSheet.roundedParts(hit.parts),
                hit.slice,
                String(hit.patient.prefix(8)),
            ])
        }
        return table.text
    }
}

/// The query's own picture: a file need not be stored.
enum QueryPicture {
    /// - Throws: `CommandLineFailure` when the file is no picture; then the search has failed before.
    static func render(_ bytes: [UInt8]) throws -> RGBImage {
        let decoded = try decodeObject(bytes)
        let spacing = decoded.spacing.map {
            PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        }
        guard
            let slice = CTSlice(
                rows: decoded.rows,
                columns: decoded.columns,
                scale: decoded.scale == .hounsfield ? .hounsfield : .grey8,
                spacing: spacing,
                values: decoded.values
            )
        else { throw CommandLineFailure("the query's size does not fit its pixels") }
        return renderPreview(
            slice: slice,
            mask: LungSegmenter().segment(slice).mask,
            side: SearchSheet.tileSide
        )
    }
}
