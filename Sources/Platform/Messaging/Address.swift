/// Where a socket listens or dials: a scheme and what follows `://`.
///
/// `tcp://127.0.0.1:0`, `ipc:///run/carina/index.sock`, `tls+tcp://index.local:7405`, `memory://index`.
/// Between processes prefer tcp, on one machine too: over ipc a peer which leaves within the first
/// microseconds makes nng 1.5.2 accept nobody any more (nng trap 24). Host names are kept as written; nng
/// resolves a name to its first address only, so nodes announce addresses of their own.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// How bytes travel.
    package enum Scheme: String, Hashable, Sendable {
        case tcp
        case ipc
        case tls = "tls+tcp"
        case memory
    }

    /// Longest text of an address: nng's `NNG_MAXADDRLEN` less the final zero.
    package static let utf8CountMaximum = 127
    /// Longest path of an ipc address: `sun_path` less the final zero.
    package static let pathUTF8CountMaximum = 107

    package let scheme: Scheme
    /// What follows `://`: host and port, a path, or a name.
    package let location: String

    package var description: String { "\(scheme.rawValue)://\(location)" }

    /// Reads an address.
    ///
    /// - Throws: `MessagingError` of kind `refused` when the scheme is unknown, the text is too long or holds
    ///   a control character, the path of an ipc address is not absolute, or a port is missing or above
    ///   65535.
    package init(_ text: String) throws(MessagingError) {
        guard let separator = text.firstRange(of: "://") else {
            throw MessagingError(.refused, "an address needs a scheme, as in tcp://127.0.0.1:7401")
        }
        guard let scheme = Scheme(rawValue: String(text[..<separator.lowerBound])) else {
            throw MessagingError(.refused, "unknown scheme of an address: use tcp, ipc, tls+tcp or memory")
        }
        let location = String(text[separator.upperBound...])
        guard !location.isEmpty, !text.utf8.contains(where: { $0 < 0x21 || $0 == 0x7F }) else {
            throw MessagingError(.refused, "an address is empty or holds a space or a control character")
        }
        switch scheme {
        case .tcp, .tls:
            guard text.utf8.count <= Self.utf8CountMaximum else {
                throw MessagingError(.refused, "an address is longer than \(Self.utf8CountMaximum) bytes")
            }
            guard Self.hostAndPort(of: location) != nil else {
                throw MessagingError(.refused, "an address needs host:port with a port of 0 to 65535")
            }
        case .ipc:
            guard location.hasPrefix("/"), location.utf8.count <= Self.pathUTF8CountMaximum else {
                throw MessagingError(
                    .refused,
                    "an ipc address needs an absolute path of at most \(Self.pathUTF8CountMaximum) bytes"
                )
            }
        case .memory:
            break
        }
        self.scheme = scheme
        self.location = location
    }

    /// The host of a tcp or tls+tcp address, without the brackets of an IPv6 address.
    package var host: String? {
        guard scheme == .tcp || scheme == .tls, let host = Self.hostAndPort(of: location)?.host else {
            return nil
        }
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    /// The port of a tcp or tls+tcp address; 0 asks the system for one when serving.
    package var port: UInt16? {
        guard scheme == .tcp || scheme == .tls else { return nil }
        return Self.hostAndPort(of: location)?.port
    }

    /// The same host with another port, for the port which the system chose.
    func replacingPort(with port: UInt16) throws(MessagingError) -> Address {
        guard let host = Self.hostAndPort(of: location)?.host else { return self }
        return try Address("\(scheme.rawValue)://\(host):\(port)")
    }

    private static func hostAndPort(of location: String) -> (host: String, port: UInt16)? {
        guard let colon = location.lastIndex(of: ":") else { return nil }
        let host = String(location[..<colon])
        let digits = location[location.index(after: colon)...]
        guard !host.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard isBracketed || !host.contains(":") else { return nil }
        return (host, port)
    }
}
