import ArgumentParser
import Evaluation
import Experiments
import Foundation
import Labeling
import Phantom
import TestKit
import Testing
import WSSENet

@testable import CarinaCore

@Suite("carina evaluate")
struct EvaluateTests {
    /// Three phantom patients on disk, the last one of whom is scanned twice.
    private static func write(to folder: String, patients: Int = 3) throws {
        for number in 0..<patients {
            var parameters = PhantomParameters.drawn(seed: UInt64(801 + number), sliceCount: 11, size: 256)
            parameters.slicesBelow = 1
            let series = PhantomSeries(parameters)
            try series.write(to: "\(folder)/Miller-\(number)/a")
            if number == 2 {
                let kernel: PhantomKernel = parameters.imaging.kernel == .soft ? .sharp : .soft
                try series.reconstructed(with: kernel).write(to: "\(folder)/Miller-\(number)/b")
            }
        }
    }

    private static func evaluated(
        _ folder: String,
        truth: String? = nil,
        method: Experiment.Method? = nil
    ) throws -> FolderEvaluation {
        let shipped = Experiment.Method.model(try EmbeddingModel(serialized: ShippedModel.bytes))
        return try FolderEvaluation(
            folder: folder,
            truth: try truth.map { try TruthTable($0) },
            method: method ?? shipped,
            options: .init(patients: 1, phantoms: 0, threads: 2),
            progress: ProgressBar(isSilent: true)
        ) { experiment in
            experiment.agreement = .unwarped
            experiment.lesions = [.solid(radius: 8)]
            experiment.sources = [.unwarped]
        }
    }

    @Test("a folder of DICOM and the model that came with the program: text, record and page")
    func folder() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(to: folder)
            try Data("no slice".utf8).write(to: URL(filePath: "\(folder)/notes.txt"))
            let table = "file,class\nMiller-0,ill\nMiller-1,well\nMiller-2/a,ill\nMiller-2/b,ill\n"
            let evaluation = try Self.evaluated(folder, truth: table)
            let counts = evaluation.archive.counts
            #expect(counts.patients == 3 && counts.series == 4)
            #expect(evaluation.folder.refused.map(\.reason) == ["unsupported"])
            let titles = evaluation.result.questions.map(\.title)
            for title in ["Level", "Robustness", "Same position", "Class", "Agreement with automatic labels"]
            {
                #expect(titles.contains(title), "\(title)")
            }
            try Self.checkText(EvaluationText(evaluation: evaluation))
            Self.checkPage(EvaluationPage(evaluation: evaluation).html)
        }
    }

    private static func checkText(_ report: EvaluationText) throws {
        let plain = report.text(isColored: false, showsIntervals: true)
        #expect(!plain.contains("\u{1B}") && plain.contains("HOG-PCA96") && plain.contains("untrained"))
        #expect(plain.contains("made-up patients only") && plain.contains("3 patients: 4 whole series"))
        let beats = report.evaluation.result.beatsBaselines
        #expect(plain.contains("DOES NOT BEAT") == !beats)
        #expect(report.text(isColored: true, showsIntervals: false).contains("\u{1B}[31m"))
        let record = report.record
        #expect(record.beatsBaselines == beats && record.values.contains { $0.figure == "level mAP" })
        let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        for text in [plain, json] { #expect(!text.contains("Miller") && !text.contains("PHANTOM")) }
    }

    private static func checkPage(_ html: String) {
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
        for tag in [
            "html", "body", "section", "table", "tr", "td", "ul", "li", "svg", "div", "text", "figure",
        ] {
            let opened = html.ranges(of: "<\(tag)>").count + html.ranges(of: "<\(tag) ").count
            #expect(opened > 0 && opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
        }
        #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("<script"))
        #expect(html.contains("The worst queries") && html.contains("data:image/jpeg;base64,"))
        #expect(html.contains("height of the first hit") && html.contains("level mAP"))
        // Pictures' letters may spell anything.
        let text = html.replacing(/base64,[^"]*/, with: "")
        #expect(!text.contains("Miller") && !text.contains("PHANTOM") && !text.contains("nan"))
    }

    @Test("a recipe is trained without the patients that are left out, so many as are asked for")
    func recipe() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(to: folder)
            let recipe = try WSSENetRecipe(
                WSSENetRecipe(),
                changedBy: #"{"outlineSteps": 4, "detailSteps": 2, "densitySteps": 4, "batchSlices": 8}"#
            )
            let evaluation = try Self.evaluated(folder, method: .recipe(recipe, seeds: 1))
            #expect(evaluation.experiment.folds.count == 1)
            let text = EvaluationText(evaluation: evaluation).text(isColored: false, showsIntervals: false)
            #expect(text.contains("were kept from") && text.contains("\"detailSteps\":2"))
        }
    }

    @Test("the same slice twice counts once; under two patients it is a leak and refused")
    func leak() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(to: folder, patients: 2)
            let copy = "\(folder)/copy.dcm"
            try FileManager.default.copyItem(atPath: "\(folder)/Miller-0/a/0005.dcm", toPath: copy)
            let found = try SliceFolder(
                folder,
                truth: nil,
                limit: 100,
                threads: 2,
                progress: ProgressBar(isSilent: true)
            )
            #expect(found.refused.map(\.reason) == ["duplicate"])
            // The same pixels as an object of its own, said to be another person's.
            var other = try Data(contentsOf: URL(filePath: copy))
            let uid = try #require(other.range(of: Data("2.25.".utf8), in: 300..<other.count))
            other[uid.upperBound] = other[uid.upperBound] == 0x31 ? 0x32 : 0x31
            try other.write(to: URL(filePath: copy))
            let table = "file,class,patient\ncopy.dcm,x,someone else"
            #expect(throws: ExperimentError.sharedSlice("patient 1", "patient 3")) {
                try Self.evaluated(folder, truth: table)
            }
        }
    }

    @Test(
        "a folder that is not there, is empty, holds no CT or one patient is said, as is a table that fits nothing"
    )
    func failures() async throws {
        try await withTemporaryFolder { folder in
            func reason(_ folder: String, truth: String? = nil) -> String {
                do {
                    _ = try Self.evaluated(folder, truth: truth)
                    return "none"
                } catch { return "\(error)" }
            }
            #expect(reason("\(folder)/absent").contains("there is no file or folder"))
            #expect(reason(folder).contains("there is no file in"))
            try Data("no slice".utf8).write(to: URL(filePath: "\(folder)/notes.txt"))
            #expect(
                reason(folder).contains("there is no CT slice in") && reason(folder).contains("unsupported 1")
            )
            try Self.write(to: folder, patients: 1)
            #expect(reason(folder).contains("at least 2 patients; found 1"))
            #expect(reason(folder, truth: "file,class\nelsewhere,x").contains("no line of the truth table"))
            #expect(reason(folder, truth: "file,class\na").contains("line 2"))
        }
    }

    @Test("what cannot be meant is refused before anything is read")
    func options() throws {
        for words in [
            ["x", "--model", "m", "--recipe", "{}"], ["x", "--labels", "liver"], ["x", "--seeds", "0"],
            ["x", "--against", "transformer,liver"], ["x", "--agreement", "height"], ["x", "--limit", "1"],
            [],
        ] {
            #expect(throws: (any Error).self, "\(words)") { try EvaluateCommand.parse(words) }
        }
        let command = try EvaluateCommand.parse(["x", "--recipe", "{}", "--against", "none,transformer"])
        #expect(try command.sources() == [.transformer, .augmentation])
        #expect(try EvaluateCommand.parse(["x", "--against", "nothing"]).sources() == [.transformer])
        #expect(try EvaluateCommand.parse(["x"]).sources().count == 5)
    }
}
