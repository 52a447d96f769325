import Foundation
import LineProtocol
import Testing

@testable import CarinaCore

@Suite("The report on a data set")
struct ReportTests {
    private func report() throws -> LabelReport {
        let quality = try MaskQualityAnswer(AnswerReader(reply: MadeAnswers.quality, command: "MASKS"))
        func picture(_ row: MaskQualityAnswer.Row) -> LabelReport.MaskPicture {
            .init(row: row, jpeg: [0xFF, 0xD8])
        }
        let pair = try PairRow(
            AnswerReader(
                reply: .fields([
                    "first": .text("1111111122"), "second": .text("3333333344"), "outline": .text("0.5"),
                    "detail": .text("0.25"), "similarity": .text("0.98"), "grade": .integer(3),
                ]),
                command: "PAIRS"
            )
        )
        return LabelReport(
            dataSet: try DataSetDetails(AnswerReader(reply: MadeAnswers.dataSet, command: "DATASET")),
            seed: 5,
            examples: [[], [], [], [.init(pair: pair, jpeg: [1, 2, 3])]],
            quality: quality,
            refused: [("noLung", 17)],
            smallest: quality.smallest.map(picture),
            flagged: quality.flagged.map(picture),
            empty: quality.empty.map(picture)
        )
    }

    @Test("the page is whole, and nothing in it is loaded from anywhere")
    func page() throws {
        let html = ReportPage(report: try self.report()).html
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
        for tag in [
            "html", "head", "body", "section", "table", "tr", "td", "th", "figure", "figcaption", "svg",
            "div",
        ] {
            let opened = html.ranges(of: "<\(tag)>").count + html.ranges(of: "<\(tag) ").count
            #expect(opened > 0 && opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
        }
        #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("<script"))
        #expect(html.contains("default-src 'none'"))
    }

    @Test("grades, thresholds, examples, masks and failures are on it; what comes from outside is escaped")
    func contents() throws {
        let html = ReportPage(report: try self.report()).html
        #expect(
            html.contains(
                "<tr><th>3</th><td>0.9800</td><td>20</td><td>8.0 %</td><td>5</td><td>10.0 %</td></tr>"
            )
        )
        #expect(html.contains("grade 3: 20 pairs") && html.contains("drawn by the seed 5"))
        #expect(html.contains("data:image/jpeg;base64,\(Data([1, 2, 3]).base64EncodedString())"))
        #expect(html.contains("outline 0.50 · detail 0.25 · rank 0.98<br>11111111 · 33333333"))
        #expect(html.contains("oneLung 1") && html.contains("noLung 17"))
        #expect(html.contains("23 cm² to 310 cm², median 150 cm²"))
        #expect(html.contains("a &amp; b") && html.contains("&quot;&lt;script&gt;&quot;"))
        #expect(html.ranges(of: "<p>none</p>").count == 3, "grades without pairs say so")
    }

    @Test("how well the slices were aligned is one sentence, where they were")
    func alignment() throws {
        let recipe = """
            {"labeling": {}, "registrationQuality": {"affineDice": 0.8, "arePatientsUnseen": true, "failureShare": 0.034,
            "foldedShare": 0, "gridDice": 0.85, "identityDice": 0.75, "pairCount": 2000, "smallestDeterminant": 0.3}}
            """
        #expect(
            RegistrationRow.text(ofRecipe: recipe)
                == "Dice of the lungs 0.7500 as they lie, 0.8000 after the affine map, 0.8500 after the grid, in 2000 "
                + "pairs of patients that it did not learn from; 3.4 % agree less than before, 0.0 % fold"
        )
        for other in ["", "[]", "{\"labeling\": {}}", "{\"registrationQuality\": 1}"] {
            #expect(RegistrationRow.text(ofRecipe: other) == nil)
        }
    }

    @Test("bars of grades fill their width; a chart without values is left out")
    func charts() throws {
        let svg = ReportCharts.grades(["training": [1, 1, 0, 2], "test": [0, 0, 0, 0]])
        let widths = svg.matches(of: /width="([0-9.]+)" height="30"/).compactMap { Double($0.1) }
        #expect(widths == [155, 155, 0, 310])
        #expect(ReportCharts.quantiles(["outline": []]).isEmpty)
        #expect(ReportCharts.quantiles(["outline": [0.5, 0.5]]).isEmpty)
        #expect(
            ReportCharts.quantiles(["outline": [0, 1], "detail": [0, 1]]).ranges(of: "<polyline").count == 2
        )
    }
}
