internal import CNNG
private import Synchronization

extension NNGTransport {
    /// Tells whether nng can still clear connections away, by making and closing one inside this process.
    ///
    /// False means that nng is stuck for good (nng trap 23): requests may still work, but a lost connection
    /// will never be made again. The process should report itself as not alive, so that it is started anew.
    package static func isResponsive(within timeout: Duration = .seconds(5)) async -> Bool {
        let number = probeCount.add(1, ordering: .relaxed).newValue
        let address = "inproc://carina-liveness-\(number)"
        return await isDone(within: timeout) {
            guard let server = try? NNGSocket(.reply, receiveLimit: 1),
                let client = try? NNGSocket(.request, receiveLimit: 1)
            else { return }
            if unsafe nng_listen(server.raw, address, nil, 0) == 0 {
                _ = unsafe nng_dial(client.raw, address, nil, 0)
            }
            client.closeNow()
            server.closeNow()
        }
    }
}

private let probeCount = Atomic<UInt64>(0)
