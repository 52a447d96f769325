import Foundation
import Messaging
import TestKit
import Testing

@Suite("Mutual TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    static let hasOpenSSL = ["/usr/bin/openssl", "/usr/local/bin/openssl"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Two authorities and certificates of theirs, made by the openssl command.
    struct Certificates {
        let folder: String

        /// - Parameter folder: where the files go.
        static func make(in folder: String) async throws -> Certificates {
            let script = """
                set -e
                cd "$1"
                authority() {
                    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \\
                        -subj "/CN=$1" -keyout $1.key -out $1.pem -addext basicConstraints=critical,CA:TRUE
                }
                certificate() { # authority, file, name
                    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$3" \\
                        -keyout $2.key -out $2.csr
                    printf 'subjectAltName=DNS:%s\\n' "$3" > $2.ext
                    openssl x509 -req -in $2.csr -CA $1.pem -CAkey $1.key -CAcreateserial -days 2 \\
                        -extfile $2.ext -out $2.crt
                    cat $2.crt $2.key > $2.both
                }
                authority ours
                authority theirs
                certificate ours index index.test
                certificate ours gateway gateway.test
                certificate theirs stranger index.test
                """
            try await withChildProcess("sh", ["-c", script, "sh", folder]) { child in
                #expect(await child.end(within: .seconds(30)) == .exited(code: 0), "\(child.output)")
            }
            return Certificates(folder: folder)
        }

        func identity(_ name: String, authority: String = "ours", peer: String? = "index.test") -> TLSIdentity
        {
            TLSIdentity(
                authorityFile: "\(folder)/\(authority).pem",
                certificateFile: "\(folder)/\(name).both",
                serverName: peer
            )
        }
    }

    private func withServer(
        _ body: (_ certificates: Certificates, _ listener: any Listener, _ calls: Locked<Int>) async throws ->
            Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let certificates = try await Certificates.make(in: folder)
            let calls = Locked(0)
            let listener = try await NNGTransport(tls: certificates.identity("index")).serve(
                at: try Address("tls+tcp://127.0.0.1:0"),
                concurrency: 4,
                receiveLimit: 9 << 20
            ) { request in
                calls.withLock { $0 += 1 }
                return request
            }
            try await body(certificates, listener, calls)
            await listener.close()
        }
    }

    @Test(
        "peers of one authority talk, also at length",
        .enabled(if: hasOpenSSL, "the openssl command is absent")
    )
    func connects() async throws {
        try await withServer { certificates, listener, _ in
            #expect(try #require(listener.address.port) > 0)
            let transport = NNGTransport(tls: certificates.identity("gateway"))
            let requester = try transport.requester(to: listener.address, receiveLimit: 9 << 20)
            for count in [0, 1, 100_000, 8 << 20] {
                try await expectEcho(of: [UInt8](repeating: 0x5A, count: count), by: requester)
            }
            await requester.close()
        }
    }

    @Test(
        "published messages travel over TLS",
        .enabled(if: hasOpenSSL, "the openssl command is absent")
    )
    func publishes() async throws {
        try await withTemporaryFolder { folder in
            let certificates = try await Certificates.make(in: folder)
            let publisher = try NNGTransport(tls: certificates.identity("index"))
                .publisher(at: try Address("tls+tcp://127.0.0.1:0"))
            let subscriber = try NNGTransport(tls: certificates.identity("gateway"))
                .subscriber(to: publisher.address, topics: [[1]])
            let arrived = try await eventually(within: .seconds(10)) {
                await publisher.publish([1, 2])
                return try await subscriber.next(timeout: .milliseconds(20)) == [1, 2]
            }
            #expect(arrived)
            await subscriber.close()
            await publisher.close()
        }
    }

    @Test(
        "nng trap 19: a wrong name, a foreign authority and a plain connection get no answer",
        .enabled(if: hasOpenSSL, "the openssl command is absent")
    )
    func refusesOthers() async throws {
        try await withServer { certificates, listener, calls in
            let port = try #require(listener.address.port)
            let plain = try Address("tcp://127.0.0.1:\(port)")
            let impostors: [(String, NNGTransport, Address)] = [
                (
                    "wrong name", NNGTransport(tls: certificates.identity("gateway", peer: "trainer.test")),
                    listener.address
                ),
                (
                    "host as name", NNGTransport(tls: certificates.identity("gateway", peer: nil)),
                    listener.address
                ),
                (
                    "we distrust them",
                    NNGTransport(tls: certificates.identity("gateway", authority: "theirs")), listener.address
                ),
                ("they distrust us", NNGTransport(tls: certificates.identity("stranger")), listener.address),
                ("no TLS", NNGTransport(), plain),
            ]
            for (name, transport, address) in impostors {
                let requester = try transport.requester(to: address, receiveLimit: testLimit)
                let kind = await failureKind {
                    _ = try await requester.request([1], timeout: .milliseconds(400))
                }
                #expect(kind == .timeout || kind == .other, "\(name)")
                await requester.close()
            }
            #expect(calls.withLock { $0 } == 0)
        }
    }

    @Test(
        "a client without a certificate gets no answer",
        .enabled(if: hasOpenSSL, "the openssl command is absent")
    )
    func refusesAnonymous() async throws {
        try await withServer { certificates, listener, calls in
            let port = try #require(listener.address.port)
            // The client sends a correct request as soon as the handshake is over.
            let hello =
                "\\000SP\\000\\000\\060\\000\\000\\000\\000\\000\\000\\000\\000\\000\\005\\200\\000\\000\\001A"
            func dial(_ options: String) async throws -> String {
                let command = """
                    (printf '\(hello)'; sleep 1) | openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:\(port) \
                    -servername index.test -CAfile "$1/ours.pem" \(options) | od -An -c
                    """
                return try await withChildProcess("sh", ["-c", command, "sh", certificates.folder]) { child in
                    #expect(await child.end(within: .seconds(20)) != nil)
                    return child.output
                }
            }
            _ = try await dial("")
            #expect(calls.withLock { $0 } == 0)
            _ = try await dial("-cert \"$1/gateway.crt\" -key \"$1/gateway.key\"")
            #expect(await eventually { calls.withLock { $0 } == 1 })
        }
    }

    @Test("an absent identity and absent files are refused at once")
    func refusesAbsentFiles() async throws {
        let address = try Address("tls+tcp://127.0.0.1:0")
        #expect(await failureKind { _ = try NNGTransport().publisher(at: address) } == .refused)
        let absent = NNGTransport(
            tls: TLSIdentity(authorityFile: "/no/ca.pem", certificateFile: "/no/me.pem")
        )
        #expect(await failureKind { _ = try absent.publisher(at: address) } == .refused)
        #expect(
            await failureKind { _ = try absent.requester(to: address, receiveLimit: testLimit) } == .refused
        )
    }
}
