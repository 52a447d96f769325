import Contracts
import Wire

/// Puts the answers of all shards together.
enum ShardMerge {
    /// The nearest `count` of all hits, ordered by distance and then slice id, one of each group.
    ///
    /// A series lives in one shard, a patient may live in several: so groups are made again here.
    static func merge(_ answers: [[SearchHit]], count: Int, grouping: SearchGrouping) -> [SearchHit] {
        let ordered = answers.joined().sorted { ($0.distance, $0.sliceID) < ($1.distance, $1.sliceID) }
        var seen = Set<Identifier>()
        var hits: [SearchHit] = []
        for hit in ordered where hits.count < count {
            switch grouping {
            case .patient: if seen.insert(hit.patientID).inserted { hits.append(hit) }
            case .series: if seen.insert(hit.seriesID).inserted { hits.append(hit) }
            default: hits.append(hit)
            }
        }
        return hits
    }
}
