import ArgumentParser
import Storage

/// `carina token`
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes an access token and the line that goes into the gateway's token list."
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
        var random = SystemRandomNumberGenerator()
        let token = Self.hex((0..<24).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        print("token (give it to \(self.name), it is not kept):\n  \(token)")
        print(
            "line for CARINA_GATEWAY_TOKENS_FILE:\n  \(self.name) \(self.role) \(Self.hex(sha256(Array(token.utf8))))"
        )
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
