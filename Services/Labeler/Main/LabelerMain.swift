import LabelerCore
import ServiceKit

@main
enum LabelerMain {
    static func main() async { await runService(LabelerDefinition.definition) }
}
