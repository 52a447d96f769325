import Experiments
import Testing

@Suite("Truth tables")
struct TruthTableTests {
    @Test("files and folders, the nearest name decides; other columns and empty fields say nothing")
    func lookUp() throws {
        let table = try TruthTable(
            """
            size,class,file,Patient
            3,normal,healthy/,
            4,"large, cell",healthy/odd/7.dcm,p 1

            5,,b.png,p2
            """
        )
        #expect(table.count == 3)
        #expect(table[path: "healthy/x/1.dcm"] == .init(label: "normal", patient: nil))
        #expect(table[path: "./healthy/odd/7.dcm"] == .init(label: "large, cell", patient: "p 1"))
        #expect(table[path: "b.png"] == .init(label: nil, patient: "p2"))
        #expect(table[path: "healthyish/1.dcm"] == nil)
    }

    @Test(
        "a bad line is named by its number",
        arguments: [
            ("", 1, "empty"), ("file,label\na,b", 1, "'class'"), ("file,class\na,b\nc", 3, "1 fields"),
            ("file,class\na,b\n\na,c", 4, "earlier"), ("file,class\n,b", 2, "no file"),
            ("file,class\n\"a,b", 2, "quote"),
        ]
    )
    func badLines(text: String, line: Int, word: String) {
        let error = #expect(throws: ExperimentError.self) { try TruthTable(text) }
        guard case .badTable(let found, let problem) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found == line && problem.contains(word), "\(problem)")
    }
}
