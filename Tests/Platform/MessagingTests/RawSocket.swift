import Foundation
import Glibc
import Messaging

/// A plain TCP socket on the loopback, to look at nng's bytes and to send it bad ones.
final class RawSocket: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        // No call may hang a test for ever.
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(descriptor) }

    /// Connects to a port.
    ///
    /// - Parameter receiveBuffer: how much the kernel keeps for us, roughly; nil: as much as it likes.
    static func connected(to port: UInt16, receiveBuffer: Int32? = nil) throws -> RawSocket {
        let raw = RawSocket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        if var receiveBuffer {
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(raw.descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, size)
        }
        try raw.withAddress(port: port, "connect") { connect(raw.descriptor, $0, $1) }
        return raw
    }

    /// Connects to a socket file.
    static func connected(toFile path: String) throws -> RawSocket {
        let raw = RawSocket(descriptor: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw Failure(call: "connect", code: errno) }
        return raw
    }

    /// Makes the coming close a reset instead of an end of file.
    func resetWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Listens on a port of the system's choice.
    static func listening() throws -> (socket: RawSocket, port: UInt16) {
        let raw = RawSocket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        try raw.withAddress(port: 0, "bind") { bind(raw.descriptor, $0, $1) }
        guard listen(raw.descriptor, 16) == 0 else { throw Failure(call: "listen", code: errno) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw.descriptor, $0, &size) }
        }
        return (raw, UInt16(bigEndian: address.sin_port))
    }

    /// Waits for a connection; nil when none comes in time.
    func accepted(within milliseconds: Int32 = 10_000) async -> RawSocket? {
        await offPool {
            guard self.isReadable(within: milliseconds) else { return nil }
            let accepted = accept(self.descriptor, nil, nil)
            return accepted < 0 ? nil : RawSocket(descriptor: accepted)
        }
    }

    /// Sends all bytes.
    func send(_ bytes: [UInt8]) async {
        await offPool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Receives exactly so many bytes, or fewer when the peer closes or time passes.
    func receive(_ count: Int, within milliseconds: Int32 = 10_000) async -> [UInt8] {
        await offPool {
            var bytes: [UInt8] = []
            while bytes.count < count, self.isReadable(within: milliseconds) {
                var chunk = [UInt8](repeating: 0, count: count - bytes.count)
                let received = recv(self.descriptor, &chunk, chunk.count, 0)
                guard received > 0 else { break }
                bytes += chunk.prefix(received)
            }
            return bytes
        }
    }

    /// True when the peer closes the connection in time; reads and forgets what comes before.
    func isClosedByPeer(within milliseconds: Int32) async -> Bool {
        await offPool {
            while self.isReadable(within: milliseconds) {
                var chunk = [UInt8](repeating: 0, count: 4096)
                if recv(self.descriptor, &chunk, chunk.count, 0) <= 0 { return true }
            }
            return false
        }
    }

    /// True when the peer hangs up in time; reads nothing, so that a full connection stays full.
    func isHungUp(within milliseconds: Int32) async -> Bool {
        await offPool {
            // POLLRDHUP, which the C library hides from Swift.
            var poll = pollfd(fd: self.descriptor, events: 0x2000, revents: 0)
            return Glibc.poll(&poll, 1, milliseconds) > 0
        }
    }

    private func isReadable(within milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, milliseconds) > 0
    }

    private func withAddress(
        port: UInt16,
        _ call: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure(call: call, code: errno) }
    }

    /// Keeps blocking calls away from the threads which run tasks.
    private func offPool<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}

/// nng's first eight bytes on a TCP connection.
enum Hello {
    static let request: [UInt8] = [0x00, 0x53, 0x50, 0x00, 0x00, 0x30, 0x00, 0x00]
    static let reply: [UInt8] = [0x00, 0x53, 0x50, 0x00, 0x00, 0x31, 0x00, 0x00]
    static let publish: [UInt8] = [0x00, 0x53, 0x50, 0x00, 0x00, 0x20, 0x00, 0x00]
    static let subscribe: [UInt8] = [0x00, 0x53, 0x50, 0x00, 0x00, 0x21, 0x00, 0x00]
}

/// The bytes of an integer, most significant first.
func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
