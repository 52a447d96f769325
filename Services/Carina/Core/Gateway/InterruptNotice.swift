import Dispatch
import Foundation
import Glibc

/// Says something before Ctrl-C, or another signal that asks to stop, ends the program: what goes on without it, and how to
/// stop that.
struct InterruptNotice {
    private let sources: [any DispatchSourceSignal]
    private let signals: [Int32]

    /// Watches from now on.
    init(_ text: String, signals: [Int32] = [SIGINT]) {
        self.signals = signals
        self.sources = signals.map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                FileHandle.standardError.write(Data("\n\(text)\n".utf8))
                // As a shell tells of a program that the signal has ended. At once: libraries' cleaning up at an
                // exit would take from under other threads what they compute with.
                _exit(128 + number)
            }
            // A signal that came before the source listens would be lost.
            let listens = DispatchSemaphore(value: 0)
            source.setRegistrationHandler { listens.signal() }
            source.resume()
            listens.wait()
            return source
        }
    }

    /// The signals do again what they do elsewhere.
    func end() {
        for source in self.sources { source.cancel() }
        for number in self.signals { _ = signal(number, SIG_DFL) }
    }
}
