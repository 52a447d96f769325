import Foundation
import Glibc

/// Progress of long work on standard error: a bar that is redrawn on a terminal, a line at the end elsewhere.
struct ProgressBar: Sendable {
    /// Nothing is shown, for `--json`.
    let isSilent: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(isSilent: Bool = false) { self.isSilent = isSilent }

    /// - Parameter share: 0 to 1.
    func show(_ title: String, share: Double, _ text: String) {
        guard !self.isSilent, self.isTerminal else { return }
        let width = 28
        let filled = Int((min(max(share, 0), 1) * Double(width)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        self.write("\r\u{1B}[2K\(title)  \(bar)  \(Int(share * 100)) %  \(text)")
    }

    /// The work has ended: the bar makes room for one line.
    func finish(_ title: String, _ text: String) {
        guard !self.isSilent else { return }
        self.write("\(self.isTerminal ? "\r\u{1B}[2K" : "")\(title)  \(text)\n")
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
