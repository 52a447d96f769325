internal import Hummingbird
internal import Logging
internal import NIOCore

/// `/livez`, `/readyz` and `/metrics` over HTTP.
///
/// Live means that the process answers and its links can still be made. Ready means that it takes work; else the reasons are the body, one a line.
struct HealthServer: Sendable {
    private let task: Task<Void, any Error>
    /// The port, also when the system chose it.
    let port: Int

    /// Binds and answers until `stop`.
    ///
    /// - Throws: the system's error when the port is taken.
    static func start(
        host: String,
        port: Int,
        metrics: Metrics,
        liveness: Liveness,
        reasons: @escaping @Sendable () async -> [String]
    ) async throws -> HealthServer {
        let (ports, continuation) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            router: router(metrics: metrics, liveness: liveness, reasons: reasons),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? port)
                continuation.finish()
            },
            logger: Logger(label: "health") { _ in SwiftLogNoOpLogHandler() }
        )
        let task = Task {
            do {
                try await application.run()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
                throw error
            }
        }
        for try await bound in ports { return HealthServer(task: task, port: bound) }
        throw CancellationError()
    }

    /// Closes the port.
    func stop() async {
        task.cancel()
        _ = await task.result
    }

    private static func router(
        metrics: Metrics,
        liveness: Liveness,
        reasons: @escaping @Sendable () async -> [String]
    ) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/livez") { _, _ in
            await liveness.isAlive()
                ? text(.ok, "live\n")
                : text(.serviceUnavailable, "the links between services are stuck; start anew\n")
        }
        router.get("/readyz") { _, _ in
            let reasons = await reasons()
            return reasons.isEmpty
                ? text(.ok, "ready\n")
                : text(.serviceUnavailable, reasons.map { "\($0)\n" }.joined())
        }
        router.get("/metrics") { _, _ in
            text(.ok, metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        return router
    }

    private static func text(
        _ status: HTTPResponse.Status,
        _ body: String,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
