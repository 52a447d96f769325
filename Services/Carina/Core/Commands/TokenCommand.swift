import ArgumentParser
import Storage

/// `carina token`
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes an access token and the line that goes into the gateway's token list.",
        discussion: """
            The gateway is told the token's SHA-256 only. Clients send AUTH token; carina takes it from --token-file or CARINA_TOKEN.
            """
    )

    @Argument(help: "Whose token: a name for the audit trail.")
    var name: String

    @Argument(help: "reader, writer or admin.")
    var role: String

    func validate() throws {
        guard ["reader", "writer", "admin"].contains(self.role) else {
            throw ValidationError("the role is reader, writer or admin")
        }
        guard !self.name.isEmpty,
            self.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else {
            throw ValidationError("the name holds letters, digits and hyphens")
        }
    }

    func run() throws {
        let (token, line) = self.made()
        Printing.line("token (give it to \(self.name), it is not kept):\n  \(token)")
        Printing.line("line for the file that CARINA_GATEWAY_TOKENS_FILE names:\n  \(line)")
    }

    /// A new token of 192 random bits, and what the gateway is told of it.
    func made() -> (token: String, line: String) {
        var random = SystemRandomNumberGenerator()
        let token = Self.hex((0..<24).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        return (token, "\(self.name) \(self.role) \(Self.hex(sha256(Array(token.utf8))))")
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
