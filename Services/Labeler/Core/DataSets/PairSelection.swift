import Contracts
import Labeling
import LinearAlgebra
import Wire

/// How the pairs of a data set were bounded; part of its recipe.
struct PairRule: Sendable, Codable, Equatable {
    /// Most pairs that are kept.
    let maximum: Int
    /// Pairs that were labeled.
    let labeled: Int
    /// Pairs that were kept.
    let kept: Int
    /// Most similar pairs of each member that were kept; nil: all pairs.
    let bestOfEachMember: Int?

    /// Whether some pairs were left out.
    var isThinned: Bool { self.kept < self.labeled }
}

/// Bounds the pairs of a data set: all of N members are N² / 2.
///
/// When there are too many, each member keeps its most similar pairs, which teach most, for three quarters of the room;
/// the rest is drawn from all others by the seed, so that unlike slices are still seen.
///
/// - Returns: the kept pairs in their order, and the rule.
func selectedPairs(
    _ pairs: [LabeledPair],
    memberCount: Int,
    maximum: Int,
    seed: UInt64
) -> (pairs: [LabeledPair], rule: PairRule) {
    guard pairs.count > maximum else {
        let rule = PairRule(
            maximum: maximum,
            labeled: pairs.count,
            kept: pairs.count,
            bestOfEachMember: nil
        )
        return (pairs, rule)
    }
    let best = max(1, maximum * 3 / 4 / max(memberCount, 1))
    var isKept = [Bool](repeating: false, count: pairs.count)
    var places = [[Int]](repeating: [], count: memberCount)
    for (place, pair) in pairs.enumerated() {
        places[pair.first].append(place)
        places[pair.second].append(place)
    }
    for own in places {
        let order = own.sorted { left, right in
            let (a, b) = (pairs[left].similarity, pairs[right].similarity)
            return a == b ? left < right : a > b
        }
        for place in order.prefix(best) { isKept[place] = true }
    }
    var kept = isKept.count { $0 }
    var generator = SeededGenerator(seed: seed, stream: 40)
    var left = pairs.count - kept
    for place in isKept.indices where !isKept[place] && kept < maximum {
        // Knuth's selection sampling: each of the rest with the same chance.
        if generator.below(left) < maximum - kept {
            isKept[place] = true
            kept += 1
        }
        left -= 1
    }
    let chosen = zip(pairs, isKept).filter(\.1).map(\.0)
    let rule = PairRule(
        maximum: maximum,
        labeled: pairs.count,
        kept: chosen.count,
        bestOfEachMember: best
    )
    return (chosen, rule)
}

extension LabeledPairRecord {
    /// The pair as messages and tables carry it.
    init(_ pair: LabeledPair) {
        self.init(
            first: UInt32(pair.first),
            second: UInt32(pair.second),
            outline: pair.outlineSimilarity,
            detail: pair.detailSimilarity,
            similarity: pair.similarity,
            grade: pair.grade
        )
    }
}
