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
        abstract: "Finds the slices most similar to a file or a stored slice."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var options: SearchOptions

    @Argument(help: "A DICOM, JPEG or PNG file, or the id of a stored slice.")
    var query: String

    @Option(help: "Where the contact sheet goes (JPEG); 'none' writes none.")
    var sheet = "search.jpg"

    func run() async throws {
        let client = try await self.gateway.connect()
        let file = try? Data(contentsOf: URL(filePath: self.query))
        let subject: [[UInt8]]
        if let file {
            subject = [Array("IMAGE".utf8), Array(file)]
        } else if self.query.count == 32, self.query.allSatisfy(\.isHexDigit) {
            subject = [Array("SLICE".utf8), Array(self.query.utf8)]
        } else {
            throw ValidationError("'\(self.query)' is neither a file nor a slice id of 32 hexadecimal digits")
        }
        let words = [Array("SEARCH".utf8)] + subject + self.options.words.map { Array($0.utf8) }
        let result = try SearchResult(try await client.send(words))
        if self.sheet != "none" {
            let picture = try file.map { try QueryPicture.render(Array($0)) }
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
        print(result.table)
        if self.sheet != "none" { print("contact sheet: \(self.sheet)") }
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
                "\(rank + 1)", SearchSheet.rounded(hit.distance), hit.parts, hit.slice,
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
