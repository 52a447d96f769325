import Dispatch
import Foundation
import Glibc

/// Says something before Ctrl-C ends the program: what goes on without it, and how to stop that.
struct InterruptNotice {
    private let source: any DispatchSourceSignal

    /// Watches from now on.
    init(_ text: String) {
        _ = signal(SIGINT, SIG_IGN)
        self.source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        self.source.setEventHandler {
            FileHandle.standardError.write(Data("\n\(text)\n".utf8))
            // As a shell tells of a program that SIGINT has ended.
            exit(128 + SIGINT)
        }
        // A signal that came before the source listens would be lost.
        let listens = DispatchSemaphore(value: 0)
        self.source.setRegistrationHandler { listens.signal() }
        self.source.resume()
        listens.wait()
    }

    /// Ctrl-C does again what it does elsewhere.
    func end() {
        self.source.cancel()
        _ = signal(SIGINT, SIG_DFL)
    }
}
