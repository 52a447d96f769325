import Testing

/// A numbered rule of a protocol document is a promise: some test names it.
@Suite("Numbered rules")
struct RuleTests {
    @Test("every numbered rule is named by a test", arguments: ["Wire.md", "Gateway.md"])
    func rulesHaveTests(document: String) throws {
        let documents = try Repository.files(below: "Protocols", suffix: document)
        let text = try #require(documents.first { $0.path == "Protocols/\(document)" }?.text)
        let rules = Set(text.matches(of: /\b[WG]-\d\d\b/).map { String($0.0) })
        #expect(rules.count >= 5, "\(document) has hardly a rule")
        let tests = try Repository.files(below: "Tests", suffix: ".swift").map(\.text).joined()
        for rule in rules.sorted() {
            #expect(tests.contains(rule), "\(rule) of \(document) has no test that names it")
        }
    }

    @Test("every trap of nng that code can fall into is named by a test")
    func trapsHaveTests() throws {
        let tests = try Repository.files(below: "Tests/Platform/MessagingTests", suffix: ".swift")
        let text = tests.map(\.text).joined()
        // 21 is about what Debian's package lacks: nothing to test.
        for trap in 1...22 where trap != 21 {
            let isNamed = text.contains(try Regex("trap \(trap)\\b"))
            #expect(isNamed, "trap \(trap) has no test that names it")
        }
    }
}
