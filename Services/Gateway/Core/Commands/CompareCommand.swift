import Contracts
import LineProtocol
import ServiceKit
import Wire

/// Why two slices are as near or far as they are.
extension GatewayService {
    /// `COMPARE id id` (G-19)
    func compare(_ words: inout Words) async throws -> Reply {
        let first = try words.identifier("first slice id")
        let second = try words.identifier("second slice id")
        try words.end()
        let generation = try self.search.nodes.plan().generation
        async let overlay = self.overlay(of: first, second)
        let compared = try await self.embedder.call(
            CompareSlices(first: first, second: second),
            timeout: .seconds(30),
            fingerprint: generation
        )
        guard compared.fingerprint == generation else {
            throw Refusal(.modelMismatch, "the slices were compared with another generation")
        }
        return CompareReply.describe(compared, overlay: await overlay)
    }

    /// Both slices laid over each other; nil where the labeler does not answer: the rest is worth having without it.
    private func overlay(of first: Identifier, _ second: Identifier) async -> [UInt8]? {
        let request = ExplainPair(first: first, second: second)
        // It takes a fraction of a second; whoever asks shall not wait long for a labeler that is away.
        return try? await self.labeler.call(request, timeout: .seconds(5)).overlay
    }
}

/// A comparison's answer as the line protocol writes it (G-19).
enum CompareReply {
    static func describe(_ compared: CompareSlices.Reply, overlay: [UInt8]?) -> Reply {
        let sum = compared.parts.reduce(0) { $0 + $1.weight * $1.squaredDistance }
        return .fields([
            "generation": .text(compared.fingerprint.description),
            "distance": .number(Double(sum.squareRoot())),
            "parts": Self.parts(compared.parts) { $0.squaredDistance.squareRoot() },
            "weights": Self.parts(compared.parts, \.weight),
            "shares": Self.parts(compared.parts, \.share),
            "agreement": GatewayService.numbers(compared.agreement),
            "lung-shares": GatewayService.numbers(compared.lungShares),
            "image": .bytes(compared.image),
            "overlay": overlay.map { .bytes($0) } ?? .none,
        ])
    }

    /// `outline=0.1,detail=0.42,density=0.2`
    private static func parts(_ parts: [ComparedPart], _ number: (ComparedPart) -> Float) -> Reply {
        .text(
            parts.map { "\($0.name)=\(NumberText.shortest(Double(number($0))))" }.joined(separator: ",")
        )
    }
}
