import Messaging
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "reads what it writes",
        arguments: [
            "tcp://127.0.0.1:0", "tcp://*:7401", "tcp://index.local:65535", "tls+tcp://[::1]:7405",
            "ipc:///run/a b".replacing(" ", with: "_"),
            "memory://index",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try Address(text).description == text)
        #expect(try Address(text) == Address(text))
    }

    @Test(
        "refuses what cannot be dialed",
        arguments: [
            "", "index", "127.0.0.1:7401", "udp://127.0.0.1:1", "tcp://", "tcp://host", "tcp://host:",
            "tcp://:7401",
            "tcp://host:65536", "tcp://host:-1", "tcp://host:+1", "tcp://host:1 ", "tcp://ho st:1",
            "tcp://::1:7401", "tcp://host:1\n",
            "ipc://relative/path", "ipc://", "memory://", "ipc:///" + String(repeating: "a", count: 107),
            "tcp://" + String(repeating: "a", count: 130) + ":1", "TCP://host:1",
        ]
    )
    func refuses(text: String) {
        #expect(throws: MessagingError.self) { try Address(text) }
    }

    @Test("host and port are those of tcp and tls+tcp")
    func parts() throws {
        #expect(try Address("tcp://index.local:7405").host == "index.local")
        #expect(try Address("tcp://index.local:7405").port == 7405)
        #expect(try Address("tls+tcp://[::1]:1").host == "::1")
        #expect(try Address("ipc:///run/s").port == nil)
        #expect(try Address("memory://a").host == nil)
    }

    @Test("nng refuses a memory address")
    func memoryNeedsTwin() throws {
        let address = try Address("memory://a")
        #expect(throws: MessagingError.self) { try NNGTransport().publisher(at: address) }
    }
}
