import ArgumentParser
import Foundation
import LineProtocol

/// Where the gateway is and who we are to it.
struct GatewayOptions: ParsableArguments {
    @Option(help: "Gateway as host:port. Default: CARINA_GATEWAY, else what `carina up` started in --data.")
    var gateway: String?

    @Option(help: "File that holds the access token. Default: the environment's CARINA_TOKEN.")
    var tokenFile: String?

    @Option(help: "PEM file of the authority that signed the gateway's certificate: connects with TLS.")
    var authority: String?

    @Option(help: "Folder of `carina up`.")
    var data = LocalDeployment.defaultFolder

    @Flag(help: "Print JSON for machines.")
    var json = false

    /// An open connection, authenticated when there is a token.
    ///
    /// - Throws: `CommandLineFailure` when nothing answers there.
    func connect() async throws -> LineClient {
        let (host, port) = try self.address()
        let client: LineClient
        do {
            client = try await LineClient(host: host, port: port, authorityFile: self.authority)
        } catch {
            throw CommandLineFailure("no gateway answers at \(host):\(port); is it running? (carina up)")
        }
        if let token = try self.token() { _ = try await client.send("AUTH", token) }
        return client
    }

    /// Host and port that the options and the environment name.
    func address() throws -> (host: String, port: Int) {
        let environment = ProcessInfo.processInfo.environment
        guard let text = self.gateway ?? environment["CARINA_GATEWAY"] else {
            return (
                "127.0.0.1", LocalDeployment(folder: self.data).runningPort ?? LocalDeployment.defaultPort
            )
        }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { throw ValidationError("--gateway looks like host:port, not '\(text)'") }
        // An IPv6 address stands in brackets: [::1]:7450.
        let host = text[..<colon]
        return (
            host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host),
            port
        )
    }

    private func token() throws -> String? {
        guard let file = self.tokenFile else { return ProcessInfo.processInfo.environment["CARINA_TOKEN"] }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw CommandLineFailure("the token file \(file) cannot be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// What went wrong, in words for the person at the terminal.
struct CommandLineFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
