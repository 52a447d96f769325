import ArgumentParser
import ImageCodecs
import LineProtocol
import Rendering
import Storage

/// `carina label mask`
struct LabelMaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mask",
        abstract: "Shows the lungs that the labeler found in a slice.",
        discussion:
            "Prints the verdict, the area and what is unusual; --output draws the outlines on the slice."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The slice's id.")
    var slice: String

    @Option(help: "PNG file for the slice with its outlines. Default: none.")
    var output: String?

    func run() async throws {
        let client = try await self.gateway.connect()
        let pictures = SlicePictures(client: client)
        let mask = try await pictures.mask(of: self.slice)
        if let output {
            let image = try await pictures.outlined(mask, side: nil)
            let raster = RasterImage(
                width: image.width,
                height: image.height,
                channels: 3,
                pixels: image.pixels
            )
            try PictureFile.write(try PNGCodec.encode(raster), to: output)
        }
        await client.close()
        if self.gateway.json { return try Printing.json(mask) }
        Printing.line("\(mask.containsLung ? "contains lung" : "no usable lung"): \(mask.reason)")
        if !mask.flags.isEmpty { Printing.line("flags: \(mask.flags.joined(separator: ", "))") }
        if let output { Printing.line("picture: \(output)") }
    }
}

/// `carina label explain`
struct LabelExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows why two slices are similar: numbers, and a picture of both.",
        discussion: """
            The picture: both slices with outlines, both laid over each other, and their difference.
            Rank and grade are of the newest data set, where it holds the pair.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The first slice's id.")
    var first: String

    @Argument(help: "The second slice's id.")
    var second: String

    @Option(help: "Where the picture goes (JPEG); 'none' writes none.")
    var output = "explain.jpg"

    struct Report: Encodable {
        let outline: Double
        let detail: Double
        let density: Double?
        let similarity: Double?
        let grade: Int?
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let answer = try await client.ask(["EXPLAIN", self.first, self.second])
        await client.close()
        let report = Report(
            outline: try answer.real("outline"),
            detail: try answer.real("detail"),
            density: answer.reply["density"]?.text.flatMap(Double.init),
            similarity: answer.reply["similarity"]?.text.flatMap(Double.init),
            grade: answer.reply["grade"]?.number.map { Int($0) }
        )
        if self.output != "none" { try PictureFile.write(try answer.bytes("jpeg"), to: self.output) }
        if self.gateway.json { return try Printing.json(report) }
        Printing.line(
            "outline \(SearchSheet.rounded(report.outline))   detail \(SearchSheet.rounded(report.detail))"
        )
        if let rank = report.similarity, let grade = report.grade {
            let density = report.density.map { "   density \(SearchSheet.rounded($0))" } ?? ""
            Printing.line("rank \(SearchSheet.rounded(rank))\(density)   grade \(grade)")
        } else {
            Printing.line("the newest data set does not hold this pair")
        }
        if self.output != "none" { Printing.line("picture: \(self.output)") }
    }
}

/// Files that a command leaves for people.
enum PictureFile {
    /// Writes a file, whole or not at all.
    ///
    /// - Throws: `CommandLineFailure` when it cannot be written there.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try DurableFile.write(bytes, to: path)
        } catch {
            throw CommandLineFailure("\(path) cannot be written: \(error)")
        }
    }
}
