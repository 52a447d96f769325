import Testing

/// A numbered rule of a protocol document is a promise: some test names it.
@Suite("Numbered rules")
struct RuleTests {
    @Test("every numbered rule is named by a test", arguments: ["Wire.md", "Gateway.md", "Snapshots.md"])
    func rulesHaveTests(document: String) throws {
        let documents = try Repository.files(below: "Protocols", suffix: document)
        let text = try #require(documents.first { $0.path == "Protocols/\(document)" }?.text)
        let rules = Set(text.matches(of: /\b[WGS]-\d\d\b/).map { String($0.0) })
        #expect(rules.count >= 5, "\(document) has hardly a rule")
        let tests = try Repository.files(below: "Tests", suffix: ".swift").map(\.text).joined()
        for rule in rules.sorted() {
            #expect(tests.contains(rule), "\(rule) of \(document) has no test that names it")
        }
    }

    @Test("every trap of nng that code can fall into is named by a test")
    func trapsHaveTests() throws {
        let tests = try Repository.files(below: "Tests", suffix: ".swift")
        let text = tests.map(\.text).joined()
        // 12 says what a callback may do and 18 what an operator configures; 21 is about what Debian's package lacks.
        for trap in Set(1...22).subtracting([12, 18, 21]) {
            let isNamed = [" ", ":", ",", "\"", ")", "."].contains { end in
                text.contains("trap \(trap)\(end)") || text.contains("traps \(trap)\(end)")
            }
            #expect(isNamed, "trap \(trap) has no test that names it")
        }
    }
}
