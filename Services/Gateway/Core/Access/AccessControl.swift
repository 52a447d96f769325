import Storage
import Wire

/// Who a connection speaks for.
package struct Client: Sendable, Equatable {
    package let name: String
    package let role: Role

    /// Everybody, where no tokens are configured: the gateway then listens on loopback only.
    package static let local = Client(name: "local", role: .admin)
}

/// The tokens that open the gateway, stored as hashes.
///
/// The setting holds one token a line: `name role sha256-in-hex`. `carina token` makes such a line.
package struct AccessControl: Sendable {
    private let clients: [[UInt8]: Client]

    /// Nobody must authenticate.
    package var isOpen: Bool { self.clients.isEmpty }

    /// - Throws: ``AccessError`` with the number of the line that cannot be read. The line itself may hold a secret
    ///   and is not repeated.
    package init(tokenLines: String) throws(AccessError) {
        var clients: [[UInt8]: Client] = [:]
        for (index, line) in tokenLines.split(whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            guard words.count == 3, let role = Role(rawValue: String(words[1])),
                let digest = Fingerprint(hex: String(words[2]))
            else { throw AccessError(lineNumber: index + 1) }
            clients[digest.bytes] = Client(name: String(words[0]), role: role)
        }
        self.clients = clients
    }

    /// The client that a token belongs to. The comparison is of hashes: its time tells nothing about a token.
    package func client(token: [UInt8]) -> Client? { self.clients[sha256(token)] }
}

/// A line of the token list is not `name role sha256`.
package struct AccessError: Error, Equatable, CustomStringConvertible {
    package let lineNumber: Int
    package var description: String {
        "token list, line \(self.lineNumber): expected a name, reader|writer|admin and a SHA-256 in hex"
    }
}
