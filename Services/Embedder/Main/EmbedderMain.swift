import EmbedderCore
import ServiceKit

@main
enum EmbedderMain {
    static func main() async { await runService(EmbedderDefinition.definition) }
}
