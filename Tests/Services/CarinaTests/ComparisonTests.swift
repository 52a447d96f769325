import Contracts
import LineProtocol
import Rendering
import Testing
import Wire

@testable import CarinaCore
@testable import GatewayCore

@Suite("A comparison, read and drawn by the tool")
struct ComparisonTests {
    private static let compared = CompareSlices.Reply(
        fingerprint: Fingerprint(bytes: Array(repeating: 3, count: 32)),
        parts: [
            ComparedPart(name: "outline", weight: 0.25, squaredDistance: 0.04, share: 0.1),
            ComparedPart(name: "detail", weight: 0.75, squaredDistance: 0.12, share: 0.9),
        ],
        agreement: [1, -1, 0, 0.5],
        lungShares: [1, 1, 0.5, 0],
        image: Array(repeating: 64, count: 16)
    )

    private static func answer(_ reply: Reply) throws -> ComparisonAnswer {
        try ComparisonAnswer(AnswerReader(reply: reply, command: "COMPARE"))
    }

    @Test("G-19: the gateway's own writing is read back", arguments: [nil, [UInt8(0xFF), 13, 10]])
    func reading(overlay: [UInt8]?) throws {
        let found = try Self.answer(CompareReply.describe(Self.compared, overlay: overlay))
        #expect(found.generation == String(repeating: "03", count: 32))
        #expect(Float(found.distance) == (Float(0.25) * 0.04 + 0.75 * 0.12).squareRoot())
        #expect(found.parts.map(\.name) == ["outline", "detail"] && found.parts.map(\.share) == [0.1, 0.9])
        #expect(
            found.parts.map(\.weight) == [0.25, 0.75]
                && Float(found.parts[0].distance) == Float(0.04).squareRoot()
        )
        #expect(found.agreement == [1, -1, 0, 0.5] && found.lungShares == [1, 1, 0.5, 0])
        #expect(found.image == Self.compared.image && found.overlay == overlay)
        #expect(found.meanAgreement == 0)
        let lines = found.table.split(separator: "\n")
        #expect(lines.count == 4 && lines[1] == "outline  0.2000    0.2500  10 %")
        #expect(lines[3] == "whole    0.3162")
        #expect(CompareSheet.title(found) == "distance 0.3162   outline 10 %   detail 90 %")
    }

    @Test("an answer without one of its fields is an error")
    func missingFields() {
        let whole = CompareReply.describe(Self.compared, overlay: nil).elements
        for name in [
            "generation", "distance", "parts", "weights", "shares", "agreement", "lung-shares", "image",
        ] {
            var fields: [Reply] = []
            for index in stride(from: 0, to: whole.count, by: 2) where whole[index].text != name {
                fields += [whole[index], whole[index + 1]]
            }
            #expect(throws: CommandLineFailure.self) { try Self.answer(.list(fields)) }
        }
    }

    @Test("red where both agree, blue where they differ, gray outside the lungs")
    func colors() throws {
        let picture = try AgreementPicture(
            agreement: [1, -1, -1, 1],
            lungShares: [1, 1, 0, 0],
            image: Array(repeating: 64, count: 16)
        ).drawn(side: 120)
        let (agrees, differs) = (picture[20, 10], picture[100, 10])
        #expect(agrees.red > 180 && agrees.blue < 120)
        #expect(differs.blue > 180 && differs.red < 120)
        // The square root of a quarter, and nothing on it; the legend lies below.
        let outside = picture[2, 95]
        #expect(
            outside.red == outside.blue && outside.red == outside.green && abs(Int(outside.red) - 127) < 2
        )
    }

    @Test(
        "what is no square is refused",
        arguments: [(3, 3, 16), (4, 3, 16), (4, 4, 15), (0, 0, 16), (4, 4, 0)]
    )
    func noSquare(cells: Int, shares: Int, pixels: Int) {
        let picture = AgreementPicture(
            agreement: Array(repeating: 0, count: cells),
            lungShares: Array(repeating: 1, count: shares),
            image: Array(repeating: 0, count: pixels)
        )
        #expect(throws: CommandLineFailure.self) { try picture.drawn(side: 100) }
    }
}
