import Contracts
import LineProtocol
import Testing
import Wire

@testable import GatewayCore

@Suite("SEARCH's words")
struct SearchCommandTests {
    let id = "000102030405060708090a0b0c0d0e0f"

    func parse(_ text: String) throws -> SearchCommand {
        var words = Words(text.split(separator: " ").map(String.init))
        return try SearchCommand(words: &words)
    }

    @Test("defaults: ten hits, one a patient, the own patient left out")
    func defaults() throws {
        let command = try self.parse("SLICE \(self.id)")
        #expect(command.subject == .slice(try #require(Identifier(hex: self.id))))
        #expect(command.count == 10 && command.grouping == .patient)
        #expect(!command.allowsSamePatient && !command.allowsSameSeries && !command.isScan)
        #expect(command.weights == nil && command.filters.isEmpty && command.minimumSeq == 0)
    }

    @Test("every option is read")
    func options() throws {
        let command = try self.parse(
            "series \(self.id) k 3 weights outline=1,detail=2.5 group none samepatient filter kernel!=B "
                + "filter thickness<=3 minseq 17 scan"
        )
        #expect(command.count == 3 && command.grouping == .none && command.isScan && command.minimumSeq == 17)
        #expect(command.weights == ["outline": 1, "detail": 2.5])
        #expect(command.filters.map(\.key) == ["kernel", "thickness"])
        #expect(command.filters.map(\.value) == ["B", "3"])
        #expect(command.filters.map(\.comparison) == [.notEqual, .atMost])
        #expect(command.allowsSamePatient && !command.allowsSameSeries)
        #expect(try self.parse("SLICE \(self.id) WEIGHTS density").weights == ["density": 1])
        #expect(try self.parse("SLICE \(self.id) SAMESERIES").allowsSamePatient)
    }

    @Test(
        "what is wrong is said",
        arguments: [
            "", "SLICE", "SLICE 12", "PICTURE x", "SLICE ID K 0", "SLICE ID K 1001", "SLICE ID K x",
            "SLICE ID WEIGHTS outline=-1", "SLICE ID WEIGHTS outline=nan", "SLICE ID WEIGHTS outline=0",
            "SLICE ID WEIGHTS a=1,a=2", "SLICE ID WEIGHTS =", "SLICE ID GROUP study",
            "SLICE ID FILTER kernel",
            "SLICE ID MINSEQ -1", "SLICE ID FOO",
        ]
    )
    func refused(text: String) {
        #expect {
            try self.parse(text.replacing("ID", with: self.id))
        } throws: {
            ($0 as? CommandFailure)?.code == .badArgument
        }
    }
}
