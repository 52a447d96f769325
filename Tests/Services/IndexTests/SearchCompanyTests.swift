import Neighbors
import TestKit
import Testing

@testable import IndexCore

@Suite struct SearchCompanyTests {
    @Test("queries that come together where nothing can be pruned get the answers of their own searches")
    func together() async throws {
        var random = SplitMix64(seed: 5)
        let items = try (0..<10_000).map { number in
            let id = try #require(
                NeighborID((0..<16).map { $0 < 4 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 })
            )
            let vector = (0..<32).map { _ in Float(random.unit()) }
            return NeighborItem(id: id, series: id, patient: id, vector: vector)
        }
        let view = try NeighborIndex(parts: [32], items: items).view
        func query(_ number: Int) -> NeighborQuery {
            // One of them has no answer, and must not keep the others from theirs.
            NeighborQuery(vector: items[number].vector, weights: [1], k: number == 7 ? 0 : 10)
        }
        for number in 20..<60 { _ = try view.search(query(number)) }
        #expect(view.profitsFromCompany)
        let company = SearchCompany()
        let results = await withTaskGroup(of: (Int, Result<NeighborAnswer, NeighborError>).self) { group in
            for number in 0..<80 {
                group.addTask {
                    do throws(NeighborError) {
                        // Two positions of the log: those who know one are not answered with the other.
                        let seq = UInt64(number % 2)
                        return (number, .success(try await company.search(query(number), in: view, seq: seq)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(results.count == 80)
        for (number, result) in results {
            if number == 7 {
                #expect(throws: NeighborError.unusableK(0)) { try result.get() }
            } else {
                let expected = try view.bruteForce(query(number)).neighbors
                #expect(try result.get().neighbors == expected)
            }
        }
    }
}
