import IndexCore
import ServiceKit

/// `index`: keeps one shard of the embedder's vectors and finds the nearest.
@main
enum IndexCommand {
    static func main() async { await runService(IndexDefinition.definition) }
}
